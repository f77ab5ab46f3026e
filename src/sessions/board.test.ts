import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { silentLog } from "../kit/log.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { sessionStates } from "../protocol/session-view.ts";
import { openStore } from "../store/index.ts";
import { type Activity, newActivity, withEvidence } from "./activity.ts";
import type { Evidence } from "./evidence.ts";
import { keyOf, refOf } from "./keys.ts";
import { sessionsMigrations } from "./rows.ts";
import { createSessions } from "./sessions.ts";
import { type OpenHold, stateOf } from "./state.ts";
import type { Discovered, ProcessId } from "./types.ts";

function rig() {
  const store = openStore({ path: ":memory:", migrations: sessionsMigrations });
  const clock = new SteppedClock();
  const running = new Map<number, ProcessId>();
  const holds: OpenHold[] = [];
  const options: Parameters<typeof createSessions>[0] = {
    store,
    clock,
    write: () => ({ seq: 1, atMs: clock.nowMs() }),
    limits: {
      sessionsMax: 20,
      endedSessionShownMs: 1_000,
      silentSessionMsMax: 7_200_000,
      sessionWatchersMax: 8,
      sessionsBehindMax: 8,
    },
    epoch: "e",
    log: silentLog,
    workspaceAt: (cwd) => Promise.resolve({ root: cwd, added: [], ordinary: true }),
    projectAt: () => Promise.resolve(null),
    processOf: (pid) => running.get(pid),
    openHolds: () => holds,
  };
  const sessions = createSessions(options);
  const start = (pid: number) => running.set(pid, { pid, startTime: pid * 10 });
  const observe = (session: string, pid?: number) =>
    sessions.observe({ agent: "a", session, event: "e", cwd: "/w", pid });
  return { sessions, clock, running, holds, start, observe, restart: () => createSessions(options) };
}

test("a sweep over open holds ends, and sees that a caller has gone", async () => {
  const { sessions, holds, observe } = rig();
  holds.push({ id: "hold_1", tool: "Bash", what: "rm x", openedAt: "2026-01-01T00:00:00.000Z", waits: true });
  await observe("s");
  assert.equal(sessions.show({ session: "s" }).state, "waiting");
  holds[0] = { ...(holds[0] as OpenHold), waits: false };
  await sessions.sweep();
  assert.equal(sessions.show({ session: "s" }).state, "idle");
});

test("two processes run one session: it is gone when both are", async () => {
  const { sessions, running, start, observe } = rig();
  start(1);
  start(2);
  await observe("s", 1);
  await observe("s", 2);
  running.delete(2);
  await sessions.sweep();
  assert.deepEqual([sessions.show({ session: "s" }).state, sessions.show({ session: "s" }).pid], ["idle", 1]);
  running.delete(1);
  await sessions.sweep();
  const { state, why } = sessions.show({ session: "s" });
  assert.deepEqual([state, why], ["gone", "its process is gone"]);
  start(3);
  await observe("s", 3);
  assert.equal(sessions.show({ session: "s" }).state, "idle");
});

test("one of two processes of a session says that it ends: the other one goes on, and what only the first did is over", async () => {
  const { sessions, running, start, observe } = rig();
  const said = () => {
    const { state, pid, why } = sessions.show({ session: "s" });
    return [state, pid, why];
  };
  const event = { agent: "a", session: "s", event: "e", cwd: "/w" };
  for (const pid of [1, 2, 3]) start(pid);
  await observe("s", 1);
  await sessions.observe({ ...event, pid: 2, evidence: [{ kind: "prompted", text: "go" }] });
  await sessions.observe({ ...event, pid: 1, phase: "ended" });
  assert.deepEqual(said(), ["working", 2, "it was given a prompt"]);
  await observe("s", 3);
  await sessions.observe({ ...event, pid: 3, evidence: [{ kind: "prompted", text: "go" }] });
  running.delete(3);
  await sessions.sweep();
  assert.deepEqual(said(), ["idle", 2, "the process in which it worked is gone"]);
  await sessions.observe({ ...event, pid: 2, phase: "ended" });
  assert.deepEqual(said(), ["gone", 2, "its host said that it ended"]);
});

test("a break that the transcript tells of is looked for after the newest of the turn, dialogs and calls included", async () => {
  const { sessions, clock } = rig();
  const event = { agent: "a", session: "s", event: "e", cwd: "/w" };
  const since = () => sessions.observed()[0]?.turnSinceMs;
  await sessions.observe(event);
  assert.equal(since(), undefined);
  await sessions.observe({ ...event, evidence: [{ kind: "prompted", text: "go" }] });
  assert.equal(since(), clock.nowMs());
  clock.advance(5_000);
  await sessions.observe({ ...event, evidence: [{ kind: "call-began", tool: "AskUserQuestion", what: "?" }] });
  assert.equal(since(), clock.nowMs());
  await sessions.observe({ ...event, evidence: [{ kind: "stopped", background: 0 }] });
  assert.equal(since(), undefined);
});

test("since is true over a restart: what changed meanwhile has changed now", async () => {
  const { sessions, clock, holds, observe, restart } = rig();
  holds.push({ id: "hold_1", tool: "Bash", what: "rm x", openedAt: "2026-01-01T00:00:00.000Z", waits: true });
  await observe("s");
  const waited = sessions.show({ session: "s" });
  await sessions.save();
  holds.length = 0;
  clock.advance(60_000);
  const back = restart().show({ session: "s" });
  assert.deepEqual([waited.state, back.state], ["waiting", "idle"]);
  assert.equal(Date.parse(back.since) - Date.parse(waited.since), 60_000);
});

test("what comes late after the end brings nothing back; what begins does", async () => {
  const { sessions } = rig();
  const key = { agent: "a", session: "s" };
  const event = { ...key, event: "e", cwd: "/w" };
  await sessions.observe({ ...event, evidence: [{ kind: "prompted", text: "go" }] });
  await sessions.observe({ ...event, phase: "ended" });
  sessions.tell(key, { kind: "call-ended", tool: "Bash" });
  await sessions.observe({ ...event, evidence: [{ kind: "stopped", background: 0 }] });
  await sessions.observe({ ...event, evidence: [] });
  const late = sessions.show(key);
  assert.deepEqual([late.state, late.endedAt !== null], ["gone", true]);
  await sessions.observe({ ...event, evidence: [{ kind: "started", how: "resume" }] });
  const back = sessions.show(key);
  assert.deepEqual([back.state, back.endedAt], ["idle", null]);
});

test("since is when it came into its state, not when the turn began", async () => {
  const { sessions, clock, holds, observe } = rig();
  await observe("s");
  const key = { agent: "a", session: "s" };
  sessions.tell(key, { kind: "prompted", text: "go" });
  const began = sessions.show(key).since;
  clock.advance(60_000);
  holds.push({ id: "hold_1", tool: "Bash", what: "rm x", openedAt: "2026-01-01T00:00:00.000Z", waits: true });
  sessions.holdsChanged(key);
  clock.advance(60_000);
  holds.pop();
  sessions.holdsChanged(key);
  const { state, since } = sessions.show(key);
  assert.equal(state, "working");
  assert.equal(Date.parse(since) - Date.parse(began), 120_000);
});

test("parents show their children, also after the child moved or was forgotten", async () => {
  const { sessions, observe } = rig();
  for (const session of ["p", "q", "c"]) await observe(session);
  const child = { agent: "a", session: "c" };
  const of = (session: string) => sessions.show({ session }).children.map((one) => one.session);
  sessions.learn(child, { parent: { agent: "a", session: "p" } });
  assert.deepEqual([of("p"), of("q")], [["c"], []]);
  sessions.learn(child, { parent: { agent: "a", session: "q" } });
  assert.deepEqual([of("p"), of("q")], [[], ["c"]]);
  assert.deepEqual(sessions.show(child).parent, { agent: "a", session: "q" });
});

test("found processes come, change and go; a name finds them", () => {
  const { sessions } = rig();
  const one: Discovered = {
    agent: "codex",
    session: "pid-7-70",
    process: { pid: 7, startTime: 70 },
    cwd: "/w",
    workspace: "/w",
    startedAtMs: 0,
    busy: false,
    known: {},
  };
  sessions.discover([one]);
  assert.deepEqual(
    sessions
      .list({ ended: false, archived: false, limit: 9 })
      .map(({ id, discovered, state }) => [id, discovered, state]),
    [["pid-7-70", true, "idle"]],
  );
  sessions.discover([{ ...one, busy: true }]);
  assert.equal(sessions.show({ session: "pid-7" }).state, "working");
  sessions.discover([]);
  assert.throws(() => sessions.show({ session: "pid-7" }), /There is no session/);
});

test("names with any characters are names of their own", () => {
  const names = ["", "a", "a:", "1:a", "a\0b", ":", "12", "\ud800"].flatMap((agent) =>
    ["", "a", ":b", "1:a", "\0", "2:ab"].map((session) => ({ agent, session })),
  );
  for (const name of names) assert.deepEqual(refOf(keyOf(name)), name);
  assert.equal(new Set(names.map(keyOf)).size, names.length);
});

const id = fc.option(fc.constantFrom("t1", "t2"), { nil: undefined });
const tool = fc.constantFrom("Bash", "Edit", "AskUserQuestion", "ExitPlanMode");
const what = fc.constantFrom("x", "y");
const evidence: fc.Arbitrary<Evidence> = fc.oneof(
  fc.record({
    kind: fc.constant("started" as const),
    how: fc.constantFrom("startup", "resume", "clear", "compact", "fork"),
  }),
  fc.record({ kind: fc.constant("prompted" as const), text: fc.string() }),
  fc.record({
    kind: fc.constant("call-began" as const),
    tool,
    what,
    toolCallId: id,
    subagent: fc.option(fc.constant("a1"), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("call-ended" as const),
    tool: fc.option(tool, { nil: undefined }),
    what: fc.option(what, { nil: undefined }),
    toolCallId: id,
    interrupted: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("asked" as const),
    waitingFor: fc.constantFrom("permission", "question", "plan"),
    text: fc.string(),
    tool: fc.option(tool, { nil: undefined }),
    what,
  }),
  fc.record({ kind: fc.constant("stopped" as const), background: fc.nat(2) }),
  fc.record({ kind: fc.constant("failed" as const), limited: fc.boolean(), text: fc.string() }),
  fc.record({ kind: fc.constantFrom("subagent-began" as const), id: fc.string(), type: fc.string() }),
  fc.record({ kind: fc.constantFrom("subagent-ended" as const), id: fc.constant("a1") }),
  fc.constantFrom<Evidence>(
    { kind: "answered" },
    { kind: "program-ran" },
    { kind: "waited" },
    { kind: "interrupted", text: "x" },
    { kind: "compacting" },
    { kind: "compacted" },
    { kind: "seen" },
    { kind: "ended", why: "x" },
  ),
);

test("whatever comes in whatever order: a state, bounded, the same over a restart, and a stop ends the turn", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(evidence, fc.integer()), { maxLength: 120 }), (sequence) => {
      let activity = newActivity(0);
      for (const [one, atMs] of sequence) activity = withEvidence(activity, one, atMs);
      const kept = JSON.parse(JSON.stringify(activity)) as Activity;
      assert.deepEqual(kept, activity);
      const { state, waitingFor, why } = stateOf(kept, []);
      assert.ok(sessionStates.includes(state));
      assert.equal(waitingFor !== null, state === "waiting");
      assert.equal(typeof why, "string");
      assert.ok(activity.calls.length <= 32 && activity.subagents.length <= 64);
      if (activity.gone !== null) return assert.equal(state, "gone");
      const stopped = withEvidence(activity, { kind: "stopped", background: 0 }, 0);
      assert.equal(stateOf(stopped, []).state, "finished-unseen");
      assert.equal(stateOf(withEvidence(stopped, { kind: "seen" }, 0), []).state, "idle");
      // Nothing late brings a finished session back to life or makes it wait.
      for (const late of [
        { kind: "call-ended", tool: "Bash", what: "x" },
        { kind: "asked", waitingFor: "permission", text: "x" },
        { kind: "waited" },
        { kind: "program-ran" },
        { kind: "subagent-ended", id: "a1" },
      ] as const)
        assert.equal(stateOf(withEvidence(stopped, late, 0), []).state, "finished-unseen", late.kind);
    }),
    { numRuns: 300 },
  );
});
