import assert from "node:assert/strict";
import { uptime } from "node:os";
import { test } from "node:test";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import { openStore, type Store } from "../store/index.ts";
import { createPasses, passesMigrations } from "./passes.ts";
import type { Peer } from "./peer.ts";
import type { Seat } from "./presence.ts";

const seat: Seat = {
  peer: { pid: 2, uid: 1_000, tty: "136:1", session: 1, processes: [] } as unknown as Peer,
  readAtMs: 0,
};
const open = (store: Store, clock: SteppedClock) => {
  const entries: { kind: string; payload: object }[] = [];
  return { passes: createPasses({ store, clock, write: (entry) => entries.push(entry) }), entries };
};
const world = () => {
  const store = openStore({ path: ":memory:", migrations: passesMigrations });
  // Passes from before the machine's start are dropped, so the clock of the tests begins after it.
  const clock = new SteppedClock(Date.now());
  return { store, clock, ...open(store, clock) };
};
const expired = (error: unknown) => error instanceof Refusal && error.code === "EXPIRED";

test("a code is taken once, within its time", async () => {
  const { passes, clock } = world();
  const used = passes.code(seat).code;
  const { token, pass } = await passes.enter(used);
  assert.equal(passes.find(token)?.id, pass.id);
  await assert.rejects(passes.enter(used), expired);
  await assert.rejects(passes.enter("never-made-never-made"), expired);

  const inTime = passes.code(seat).code;
  clock.advance(limits.passCodeMsMax - 1);
  await passes.enter(inTime);
  const late = passes.code(seat).code;
  clock.advance(limits.passCodeMsMax);
  await assert.rejects(passes.enter(late), expired);
});

test("links that nobody opens are few: one more ends the oldest", async () => {
  const { passes } = world();
  const codes = Array.from({ length: limits.passCodesMax + 1 }, () => passes.code(seat).code);
  await assert.rejects(passes.enter(codes[0] ?? ""), expired);
  await passes.enter(codes[1] ?? "");
});

test("passes are few: one more ends the one that was silent longest, and everybody that listens is told", async () => {
  const { passes, clock, entries } = world();
  const made = [];
  for (let index = 0; index < limits.passesMax; index += 1) {
    made.push(await passes.enter(passes.code(seat).code));
    clock.advance(1);
  }
  passes.find(made[0]?.token ?? ""); // used, so it is not the silent one
  const silent = made[1];
  await passes.enter(passes.code(seat).code);
  assert.equal(passes.list().length, limits.passesMax);
  assert.equal(passes.find(silent?.token ?? ""), undefined);
  assert.equal(silent?.pass.ended.aborted, true);
  assert.ok(passes.find(made[0]?.token ?? ""));
  assert.equal(entries.filter(({ kind }) => kind === "pass/ended").length, 1);
});

test("a pass ends by its age, also for those that only listen", async () => {
  const { passes, clock } = world();
  const { token, pass } = await passes.enter(passes.code(seat).code);
  clock.advance(limits.passAgeMsMax);
  assert.equal(passes.find(token), undefined);
  assert.throws(() => passes.prove(pass.id, "00"), /There is no web pass/);
  await passes.sweep();
  assert.equal(pass.ended.aborted, true);
});

test("a pass outlives the daemon, not its revocation and not the machine's run; the token is kept nowhere", async () => {
  const { store, clock, passes } = world();
  const kept = await passes.enter(passes.code(seat).code);
  const revoked = await passes.enter(passes.code(seat).code);
  const before = passes.prove(kept.pass.id, "0123");
  assert.equal(await passes.revoke(revoked.pass.id, {}), 1);
  const again = open(store, clock).passes;
  assert.equal(again.find(kept.token)?.id, kept.pass.id);
  assert.equal(again.find(revoked.token), undefined);
  assert.equal(again.prove(kept.pass.id, "0123"), before);
  assert.equal(JSON.stringify(store.db.prepare("SELECT * FROM operator_passes").all()).includes(kept.token), false);

  const rebooted = new SteppedClock(Date.now() + (uptime() + 1) * 1_000);
  assert.equal(open(store, rebooted).passes.find(kept.token), undefined);
});

test("without the shell that leads its terminal a pass only looks", async () => {
  const { passes } = world();
  const { pass } = await passes.enter(passes.code(seat).code);
  assert.equal(passes.seated(pass), false);
});
