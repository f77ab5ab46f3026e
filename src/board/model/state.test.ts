import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../protocol/limits.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import { createStore, keyOf } from "./index.ts";
import { aSession } from "../../protocol/session-view.fixture.ts";
import { aHold } from "../../protocol/hold-view.fixture.ts";

const entry = (seq: number): EntryView => ({
  seq,
  at: "2026-11-21T10:00:00.000Z",
  kind: "gate/judged",
  agent: null,
  session: null,
  payload: null,
  leaf: "",
});

test("a state that was read stays as it was; the next one has the change", () => {
  const store = createStore();
  const before = store.state;
  store.sessions({ snapshot: true, sessions: [aSession({ id: "a" })], removed: [] });
  assert.equal(before.sessions.size, 0);
  assert.equal(store.state.sessions.size, 1);
  assert.equal(store.state, store.state, "nothing changed, so it is the same value");
});

test("a snapshot replaces, what follows adds and removes, and two agents may use one id", () => {
  const store = createStore();
  store.sessions({ snapshot: true, sessions: [aSession({ id: "a" }), aSession({ id: "b" })], removed: [] });
  const codex = aSession({ id: "a", agent: "codex" });
  store.sessions({ snapshot: false, sessions: [codex], removed: [{ agent: "claude-code", session: "b" }] });
  assert.deepEqual([...store.state.sessions.keys()], [keyOf("claude-code", "a"), keyOf("codex", "a")]);
  store.sessions({ snapshot: true, sessions: [codex], removed: [] });
  assert.deepEqual([...store.state.sessions.keys()], [keyOf("codex", "a")]);
});

test("a hold that is not open any more is gone; one that changes keeps its place", () => {
  const store = createStore();
  store.holds([aHold({ id: "hold_1", session: "a" }), aHold({ id: "hold_2", session: "a" })]);
  store.hold(aHold({ id: "hold_1", session: "a", waiting: 0 }));
  assert.deepEqual([...store.state.holds.keys()], ["hold_1", "hold_2"]);
  store.hold(aHold({ id: "hold_1", session: "a", state: "denied" }));
  assert.deepEqual([...store.state.holds.keys()], ["hold_2"]);
});

test("entries are newest first, never twice, and no more than the limit", () => {
  const store = createStore();
  store.entries([entry(3), entry(4)]);
  store.appended([entry(4), entry(5), entry(6)]);
  store.older([entry(3), entry(2), entry(1)]);
  assert.deepEqual(
    store.state.entries.map(({ seq }) => seq),
    [6, 5, 4, 3, 2, 1],
  );
  store.appended(Array.from({ length: limits.boardEntriesMax + 5 }, (_, index) => entry(index + 7)));
  assert.equal(store.state.entries.length, limits.boardEntriesMax);
  assert.equal(store.state.entries[0]?.seq, limits.boardEntriesMax + 11);
});

test("every change is told once", () => {
  let told = 0;
  const store = createStore(() => (told += 1));
  store.link({ state: "live" });
  store.appended([]);
  store.hold(aHold({ id: "hold_1", session: "a" }));
  assert.equal(told, 2);
});
