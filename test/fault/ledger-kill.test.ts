import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { LedgerHome, never } from "../support/ledger-home.ts";

/**
 * kill -9 between any two writes: a child appends as fast as it can and prints each sequence number when its promise resolved.
 * What it printed must be there afterwards, the ledger whole, and the gap entered.
 */
const rounds = 12;

const child = `
  const { LedgerHome } = await import(${JSON.stringify(new URL("../support/ledger-home.ts", import.meta.url).href)});
  const { systemClock } = await import(${JSON.stringify(new URL("../../src/kit/clock.ts", import.meta.url).href)});
  const home = new LedgerHome({ checkpointEntriesMax: 20, epochCheckpointsMax: 2 }, { dir: process.argv[1] });
  home.clock.nowMs = systemClock.nowMs;
  const { ledger } = home.open();
  if (ledger.problem() !== null) throw new Error(ledger.problem());
  let n = 0;
  const one = async () => {
    for (;;) {
      const text = String(n++);
      const { seq } = await ledger.append({ kind: "gate/judged", session: "sess_" + text, payload: { text } });
      process.stdout.write(seq + " " + text + "\\n");
    }
  };
  for (let parallel = 0; parallel < 8; parallel += 1) one();
`;

describe("kill -9", () => {
  it(`loses nothing that was acknowledged, ${rounds} times over`, async () => {
    using home = new LedgerHome({ checkpointEntriesMax: 20, epochCheckpointsMax: 2 });
    const acknowledged = new Map<number, string>();
    for (let round = 0; round < rounds; round += 1) {
      const running = spawn(process.execPath, ["--input-type=module", "-e", child, home.dir], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      const ended = once(running, "exit");
      let complaint = "";
      running.stderr.on("data", (data) => (complaint += data));
      let heard = 0;
      const enough = 1 + Math.floor(Math.random() * 400);
      for await (const line of createInterface({ input: running.stdout })) {
        const [, seq, text] = /^(\d+) (\d+)$/.exec(line) ?? []; // the last line may be torn
        if (seq === undefined || text === undefined) continue;
        acknowledged.set(Number(seq), text);
        heard += 1;
        if (heard === enough) running.kill("SIGKILL");
      }
      await ended;
      assert.ok(heard >= enough, `the child ended by itself: ${complaint}`);
    }
    home.clock.wallMs = Date.now() + 60_000;
    await using open = home.open();
    assert.equal(open.ledger.problem(), null);
    const report = await open.ledger.verify({ signal: never });
    assert.deepEqual([report.ok, report.findings], [true, []]);
    for (const [seq, text] of acknowledged) assert.deepEqual(open.ledger.get(seq).payload, { text });
    assert.equal(open.ledger.list({ kind: "ledger/recovered", limit: 1_000 }).length, rounds);
  });
});
