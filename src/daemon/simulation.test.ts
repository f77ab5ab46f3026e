import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../protocol/handlers.ts";
import { createSimulation } from "./simulation.ts";

const rule = `[[rule]]
id = "x"
verdict = "deny"
reason = "why"
command = ["x **"]
examples = [{ command = "x y", verdict = "deny" }]
`;
const call = (signal: AbortSignal) => ({ signal }) as Call;

test("one policy is tried at a time, others get their turn meanwhile, and it stops when nobody waits for it", async () => {
  const entry = { seq: 1, at: "", kind: "gate/judged", agent: null, session: null, payload: null, leaf: "" };
  const simulation = createSimulation({
    judging: { judge: () => assert.fail("entries without details can't be judged"), machine: () => ({}) as never },
    layersOf: () => [],
    policyDesk: { withRule: (text) => ({ path: "/p", text }) },
    ledger: { list: ({ limit }) => Array.from({ length: limit }, () => entry) },
  });
  const stop = new AbortController();
  let turns = 0;
  const turn = () => {
    turns += 1;
    if (!done) setImmediate(turn);
  };
  let done = false;
  setImmediate(turn);
  const first = simulation({ add: rule, last: 1_000 }, call(stop.signal));
  await assert.rejects(simulation({ add: rule, last: 1_000 }, call(stop.signal)), { code: "BUSY" });
  assert.deepEqual(await first, { judged: 0, unknown: 1_000, counts: [], changes: [] });
  done = true;
  assert.ok(turns >= 40, `${turns} turns of others`);
  const second = simulation({ add: rule, last: 1_000 }, call(stop.signal));
  stop.abort(new Error("nobody waits"));
  await assert.rejects(second, /nobody waits/);
  await assert.rejects(simulation({ add: "[[rule", last: 1 }, call(new AbortController().signal)), {
    code: "INVALID_PARAMS",
  });
});
