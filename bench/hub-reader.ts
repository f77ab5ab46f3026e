import { connect } from "../src/client/index.ts";
import type { PushOf } from "../src/protocol/pushes.ts";

/**
 * A process with some readers of the stream of sessions. The name of a session is `<update> <when it was sent, ms of the monotonic
 * clock>`. Tells its parent when it is ready, and on `report` what it saw.
 */
export interface ReaderReport {
  /** Milliseconds from the sending of an update to its arrival at a reader. */
  readonly latencies: readonly number[];
  readonly snapshots: readonly number[];
  /** For each reader: the newest update of each session that it has. */
  readonly last: readonly (readonly (readonly [session: string, update: number])[])[];
  readonly pushes: number;
}

const [socket = "", count = "1", slowMs = "0"] = process.argv.slice(2);
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const latencies: number[] = [];
const readers: { last: Map<string, number>; snapshots: number }[] = [];
let pushes = 0;

function take(
  reader: (typeof readers)[number],
  { snapshot, sessions }: PushOf<"session/changed">,
  first: boolean,
): void {
  const at = nowMs();
  pushes += 1;
  if (snapshot) reader.snapshots += 1;
  for (const { id, name } of sessions) {
    const [update = 0, sentMs = 0] = (name ?? "").split(" ").map(Number);
    if (!first && !snapshot && update > (reader.last.get(id) ?? -1)) latencies.push(at - sentMs);
    reader.last.set(id, update);
  }
  // A slow reader: this process takes so long over each push that the next ones pile up.
  if (Number(slowMs) > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(slowMs));
}

for (let index = 0; index < Number(count); index += 1) {
  const reader = { last: new Map<string, number>(), snapshots: 0 };
  readers.push(reader);
  const client = await connect({ socket });
  const { first } = await client.stream("session/watch", {}, (pushed) => take(reader, pushed, false));
  take(reader, first, true);
}
process.on("message", () => {
  const report: ReaderReport = {
    latencies,
    pushes,
    snapshots: readers.map(({ snapshots }) => snapshots),
    last: readers.map(({ last }) => [...last]),
  };
  process.send?.(report);
});
process.send?.("ready");
