import { parseArgs } from "node:util";
import { makeHome, TestDaemon } from "../support/daemon.ts";
import { Peer } from "../support/door.ts";
import { residentMiB, written } from "../support/load.ts";

/**
 * `npm run fuzz:door`: frames bent out of shape are sent to a real daemon, which must answer every well-formed request among them, keep each
 * connection open, and not grow. The same seed sends the same frames.
 */
const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "0" },
  },
});
const framesMax = Number(values.frames);
/** It ends after this long with fewer frames, and says how many; 0: never. */
const secondsMax = Number(values.seconds);
const perRound = 2_000;
const grownMiBMax = 256;

/** xorshift32: small, and the same everywhere. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const rpc = (method: string, params: unknown = {}) => ({ jsonrpc: "2.0", id: 1, method, params });
const tool = {
  agent: "fuzz",
  session: "s",
  cwd: "/usr",
  tool: "Bash",
  input: { command: "git status && ls -la | wc -l" },
  wait: false,
};
/** What clients of every kind send; operations that ask who is calling are left out, since each costs a process. */
const corpus = [
  rpc("daemon/hello", { version: "1" }),
  rpc("daemon/config"),
  rpc("hold/list", { state: "open" }),
  rpc("hold/get", { id: "hold_0" }),
  rpc("session/list", { limit: 10 }),
  rpc("ledger/list", { limit: 5, kind: "gate/judged" }),
  rpc("ledger/get", { seq: 3 }),
  rpc("policy/show", { cwd: "/usr" }),
  rpc("gate/request", tool),
  rpc("gate/outcome", { agent: "fuzz", session: "s", toolCallId: "t", status: "done" }),
  [rpc("daemon/hello"), rpc("hold/list"), { jsonrpc: "2.0", method: "$/progress" }],
  { jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 1 } },
  { kind: "decide", id: "1", request: { tool_name: "Read", input: { file_path: "/usr/x" } } },
  { kind: "status" },
  { kind: "listpending" },
  {
    kind: "propose",
    id: "x",
    ts: "2026-01-01T00:00:00Z",
    agent: "a",
    cwd: "/usr",
    argv: ["ls"],
    raw: "ls",
  },
  { type: "status" },
  { protocol_version: { major: 1, minor: 0 }, type: "ping", seq: 1 },
  { method: "get_history" },
].map((frame) => Buffer.from(JSON.stringify(frame)));
const tokens = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "null",
  "-0",
  "1e999",
  "\\ud800",
  "\\u0000",
  '"__proto__":',
  '"id":',
  "\xff",
  "\xc3",
  "\r",
  "  ",
  '"jsonrpc":"2.0",',
].map((text) => Buffer.from(text, "latin1"));

function bent(frame: Buffer, random: (below: number) => number): Buffer {
  let bytes = frame;
  for (let times = random(4); times > 0; times -= 1) {
    const at = random(bytes.length + 1);
    const rest = bytes.subarray(Math.min(bytes.length, at + random(8)));
    const other = corpus[random(corpus.length)] as Buffer;
    switch (random(5)) {
      case 0:
        bytes = Buffer.concat([bytes.subarray(0, at), tokens[random(tokens.length)] as Buffer, bytes.subarray(at)]);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), rest]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(random(other.length))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), rest]);
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return Buffer.from(bytes.map((byte) => (byte === 10 ? 32 : byte)));
}

/** The id to which a well-formed request must be answered; undefined for all else. */
function askedId(frame: Buffer): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(frame));
  } catch {
    return undefined; // no JSON: answered, but with no id of its own
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const { jsonrpc, id, method, params } = json as Record<string, unknown>;
  const well = jsonrpc === "2.0" && typeof method === "string" && (params === undefined || typeof params === "object");
  return well && (typeof id === "string" || typeof id === "number") ? JSON.stringify(id) : undefined;
}

using place = makeHome();
await using daemon = await TestDaemon.start(place);
const random = randomFrom(Number(values.seed));
const pid = daemon.child.pid as number;
const from = performance.now();
let [sent, wellFormed, unanswered] = [0, 0, 0];
let before: number | undefined;
let peer = await Peer.connect(place.socket);
const inTime = () => secondsMax === 0 || performance.now() - from < secondsMax * 1_000;
for (let round = 1; sent < framesMax && inTime(); round += 1) {
  const open = new Map<string, number>();
  const frames: Buffer[] = [];
  for (let count = 0; count < perRound; count += 1) {
    const frame = bent(corpus[random(corpus.length)] as Buffer, random);
    const id = askedId(frame);
    if (id !== undefined) open.set(id, (open.get(id) ?? 0) + 1);
    frames.push(frame);
  }
  wellFormed += [...open.values()].reduce((sum, count) => sum + count, 0);
  // The sentinel is asked after all the others have begun; a stream or a wait would not hold it up.
  const sentinel = `end of ${round}`;
  const bytes = Buffer.concat([
    ...frames.flatMap((frame) => [frame, Buffer.from("\n")]),
    Buffer.from(`${JSON.stringify({ ...rpc("daemon/hello"), id: sentinel })}\n`),
  ]);
  open.set(JSON.stringify(sentinel), 1);
  const chunk = 1 + random(65_536);
  const writing = (async () => {
    for (let at = 0; at < bytes.length; at += chunk) await written(peer, bytes.subarray(at, at + chunk));
  })();
  while (open.size > 0) {
    const next = await peer.next().catch(() => undefined);
    if (next === undefined)
      throw new Error(
        `round ${round} (seed ${values.seed}): the connection was closed; open: ${[...open.keys()].slice(0, 5).join(" ")}`,
      );
    for (const answer of [next].flat()) {
      if ("method" in answer || !("result" in answer || "error" in answer)) continue;
      const id = JSON.stringify(answer["id"]);
      const left = (open.get(id) ?? 0) - 1;
      if (left > 0) open.set(id, left);
      else open.delete(id);
    }
  }
  await writing;
  sent += frames.length;
  // A connection keeps its streams; a new one begins now and then, as clients do.
  if (round % 20 === 0) {
    await peer[Symbol.asyncDispose]();
    peer = await Peer.connect(place.socket);
  }
  if (round === 10) before = residentMiB(pid);
  unanswered += open.size;
}
await peer[Symbol.asyncDispose]();
const grownMiB = before === undefined ? 0 : residentMiB(pid) - before;
const seconds = (performance.now() - from) / 1_000;
if (unanswered > 0 || daemon.child.exitCode !== null)
  throw new Error(`${unanswered} well-formed requests were not answered`);
if (grownMiB > grownMiBMax) throw new Error(`the daemon grew by ${Math.round(grownMiB)} MiB`);
process.stdout.write(
  `fuzz:door: ${sent} frames, ${wellFormed} well-formed requests all answered, ${Math.round(grownMiB)} MiB grown, ${seconds.toFixed(0)} s, seed ${values.seed}\n`,
);
