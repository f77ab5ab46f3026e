import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, canonicalJson } from "../kit/canonical.ts";
import { silentLog } from "../kit/log.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { openStore } from "../store/index.ts";
import { unfinishedAgeMsMax } from "./calls.ts";
import { detailsBytesMax } from "./live.ts";
import { madePathsMax } from "./made.ts";
import { sessionsMigrations } from "./rows.ts";
import { createSessions } from "./sessions.ts";
import { pendingStepsMax, trailStepsPerLegMax } from "./trails.ts";
import type { JudgedCall, Outcome, SessionEvent, SessionsOptions } from "./types.ts";

const key = { agent: "claude-code", session: "s1" };
const event = (change: Partial<SessionEvent> = {}): SessionEvent => ({
  ...key,
  event: "PreToolUse",
  cwd: "/w",
  ...change,
});
const call = (change: Partial<JudgedCall> = {}): JudgedCall => ({
  ...key,
  tool: "Bash",
  fingerprint: "f1",
  verdict: "allow",
  entry: 1,
  ...change,
});
const outcome = (change: Partial<Outcome> = {}): Outcome => ({
  ...key,
  tool: "Bash",
  fingerprint: "f1",
  status: "done",
  ...change,
});

interface Entry {
  kind: string;
  session?: string | null;
  payload: Record<string, Json>;
}

function bench(change: Partial<SessionsOptions> = {}, sessionsMax = 10) {
  const own = {
    room: "bench",
    version: 1,
    sql: "CREATE TABLE bench_entries (seq INTEGER PRIMARY KEY, entry TEXT) STRICT",
  };
  const store = openStore({ path: ":memory:", migrations: [own, ...sessionsMigrations] });
  const clock = new SteppedClock();
  const asked: string[] = [];
  const options: SessionsOptions = {
    store,
    clock,
    write: (entry) => {
      const text = canonicalJson(entry as unknown as Json);
      const { lastInsertRowid } = store.db.prepare("INSERT INTO bench_entries (entry) VALUES (?)").run(text);
      return { seq: Number(lastInsertRowid), atMs: clock.nowMs() };
    },
    limits: {
      sessionsMax,
      endedSessionShownMs: 86_400_000,
      silentSessionMsMax: 7_200_000,
      sessionWatchersMax: 8,
      sessionsBehindMax: 4,
    },
    epoch: "e1",
    log: silentLog,
    workspaceAt: (cwd) => {
      asked.push(cwd);
      return Promise.resolve({ root: cwd, added: [], ordinary: true });
    },
    projectAt: () => Promise.resolve(null),
    processOf: (pid) => ({ pid, startTime: pid * 10 }),
    openHolds: () => [],
    ...change,
  };
  const entries = (kind?: string): Entry[] =>
    (store.db.prepare("SELECT entry FROM bench_entries ORDER BY seq").all() as { entry: string }[])
      .map(({ entry }) => JSON.parse(entry) as Entry)
      .filter((entry) => kind === undefined || entry.kind === kind);
  const restart = () => createSessions(options);
  return {
    store,
    clock,
    asked,
    entries,
    restart,
    sessions: restart(),
    record: (sessions: ReturnType<typeof restart>, change?: Partial<JudgedCall>) =>
      store.durably(() => sessions.recordVerdict(call(change))),
    pair: (sessions: ReturnType<typeof restart>, change?: Partial<Outcome>) =>
      store.durably(() => sessions.pairOutcome(outcome(change))),
  };
}

test("the workspace is found at the first event and does not move with the cwd", async () => {
  const { sessions, asked, entries, restart } = bench();
  const [first] = await Promise.all([sessions.observe(event()), sessions.observe(event({ cwd: "/w/sub" }))]);
  assert.equal(first?.workspace.root, "/w");
  const later = await sessions.observe(event({ cwd: "/elsewhere" }));
  assert.equal(later.workspace.root, "/w");
  assert.equal(later.cwd, "/elsewhere");
  assert.deepEqual(asked, ["/w"]);
  assert.equal(entries("session/started").length, 1);
  assert.equal((await restart().observe(event({ cwd: "/third" }))).workspace.root, "/w");
  assert.deepEqual(asked, ["/w"]);
});

test("a session of no known process ends by its silence, unless something of it is held, and comes back", async () => {
  let held = true;
  const openHolds = () => (held ? [{ id: "h", tool: "Bash", what: "x", openedAt: "", waits: false }] : []);
  const { sessions, clock, entries } = bench({ processOf: () => undefined, openHolds });
  await sessions.observe(event());
  clock.advance(7_200_001);
  await sessions.sweep();
  assert.equal(sessions.liveCount(), 1);
  held = false;
  await sessions.sweep();
  assert.equal(sessions.liveCount(), 0);
  assert.equal(entries("session/ended").length, 1);
  await sessions.observe(event());
  await sessions.sweep();
  assert.equal(sessions.liveCount(), 1);
});

test("sessions of two agents with one id are two", async () => {
  const { sessions } = bench();
  await sessions.observe(event());
  await sessions.observe(event({ agent: "codex", cwd: "/v" }));
  assert.equal(sessions.find({ agent: "codex", session: "s1" })?.workspace.root, "/v");
  assert.equal(sessions.find(key)?.workspace.root, "/w");
  assert.equal(sessions.liveCount(), 2);
});

test("an outcome finds its verdict by id", async () => {
  const { sessions, record, pair } = bench();
  await sessions.observe(event());
  await record(sessions, { toolCallId: "t1", entry: 11 });
  await record(sessions, { toolCallId: "t2", entry: 12 });
  assert.deepEqual(await pair(sessions, { toolCallId: "t2" }), {
    verdictEntry: 12,
    verdict: "allow",
    again: false,
    ungated: undefined,
  });
  assert.equal((await pair(sessions, { toolCallId: "t2" })).again, true);
  assert.equal((await pair(sessions, { toolCallId: "t1" })).verdictEntry, 11);
});

test("without ids, by order and input", async () => {
  const { sessions, record, pair } = bench();
  await sessions.observe(event());
  await record(sessions, { entry: 1 });
  await record(sessions, { entry: 2, fingerprint: "f2" });
  await record(sessions, { entry: 3 });
  assert.equal((await pair(sessions, { fingerprint: "f2" })).verdictEntry, 2);
  assert.equal((await pair(sessions)).verdictEntry, 1);
  assert.equal((await pair(sessions)).verdictEntry, 3);
  assert.equal((await pair(sessions)).again, true);
});

test("a held call that is released is one call", async () => {
  const { sessions, record, pair, entries } = bench();
  await sessions.observe(event());
  await record(sessions, { verdict: "hold", entry: 1 });
  await record(sessions, { verdict: "allow", entry: 2 });
  assert.equal((await pair(sessions)).verdictEntry, 2);
  await sessions.observe(event({ event: "SessionEnd", phase: "ended" }));
  assert.deepEqual(entries("tool/unfinished"), []);
});

test("a released call without outcome is entered when its session ends; a denied one is not", async () => {
  const { sessions, record, pair, entries } = bench();
  await sessions.observe(event());
  await record(sessions, { toolCallId: "t1", entry: 1 });
  await record(sessions, { toolCallId: "t2", entry: 2, verdict: "deny" });
  await record(sessions, { toolCallId: "t3", entry: 3 });
  await pair(sessions, { toolCallId: "t1" });
  await sessions.observe(event({ event: "SessionEnd", phase: "ended" }));
  assert.deepEqual(
    entries("tool/unfinished").map((entry) => entry.payload["verdictEntry"]),
    [3],
  );
  await sessions.observe(event({ event: "SessionEnd", phase: "ended" }));
  assert.equal(entries("session/ended").length, 1);
  assert.equal(sessions.liveCount(), 0);
  await sessions.observe(event({ event: "SessionStart" })); // resumed
  assert.equal(sessions.liveCount(), 1);
});

test("the sweep ends a session whose process is gone, and enters what waited for a day", async () => {
  const gone = new Set<number>();
  const ended: string[] = [];
  const b = bench({
    processOf: (pid) => (gone.has(pid) ? undefined : { pid, startTime: 1 }),
    onEnded: ({ session }) => void ended.push(session),
  });
  const { sessions, clock, record, entries, restart } = b;
  await sessions.observe(event({ pid: 7 }));
  await sessions.observe(event({ session: "s2", pid: 8 }));
  await record(sessions, { entry: 1 });
  await record(sessions, { session: "s2", entry: 2 });
  gone.add(7);
  await sessions.sweep();
  assert.deepEqual(ended, ["s1"]);
  assert.equal(entries("tool/unfinished").length, 1);
  assert.deepEqual(
    sessions.list({ ended: false, archived: false, limit: 10 }).map((view) => view.id),
    ["s2"],
  );
  clock.advance(unfinishedAgeMsMax + 1);
  await sessions.sweep();
  assert.equal(entries("tool/unfinished").length, 2);
  assert.equal(restart().liveCount(), 1);
});

test("calls are forgotten: paired ones after an hour, others after two days", async () => {
  const { sessions, store, clock, record, pair } = bench();
  const count = () => (store.db.prepare("SELECT count(*) AS n FROM sessions_calls").get() as { n: number }).n;
  await sessions.observe(event());
  for (let n = 0; n < 1_200; n += 1) await record(sessions, { toolCallId: `t${n}` });
  for (let n = 0; n < 1_100; n += 1) await pair(sessions, { toolCallId: `t${n}` });
  await sessions.sweep();
  assert.equal(count(), 1_200);
  clock.advance(3_600_001);
  await sessions.sweep();
  assert.equal(count(), 100);
  clock.advance(48 * 3_600_000);
  await sessions.sweep();
  assert.equal(count(), 0);
});

test("a call that ran without a verdict is announced once for its session", async () => {
  const { sessions, pair, entries, restart } = bench();
  await sessions.observe(event());
  const first = await pair(sessions, { toolCallId: "t9" });
  assert.equal(first.verdictEntry, null);
  assert.match(first.ungated ?? "", /ran Bash \(t9\) without asking the gate/);
  assert.equal((await pair(sessions, { toolCallId: "t10" })).ungated, undefined);
  assert.equal(entries("session/ungated").length, 1);
  assert.equal(sessions.ungated()[0]?.session, "s1");
  assert.match(sessions.list({ ended: false, archived: false, limit: 1 })[0]?.ungated ?? "", /without asking/);
  assert.equal(restart().ungated().length, 1);
});

test("a denied call that ran all the same is announced; one that the host refused is not", async () => {
  const { sessions, record, pair } = bench();
  await sessions.observe(event());
  await record(sessions, { toolCallId: "t1", verdict: "deny" });
  assert.equal((await pair(sessions, { toolCallId: "t1", status: "refused" })).ungated, undefined);
  await record(sessions, { toolCallId: "t2", verdict: "deny" });
  assert.match((await pair(sessions, { toolCallId: "t2" })).ungated ?? "", /although the gate had denied it/);
});

test("an outcome with an id never takes the verdict of another id", async () => {
  const { sessions, record, pair } = bench();
  await sessions.observe(event());
  await record(sessions, { toolCallId: "t1" });
  assert.equal((await pair(sessions, { toolCallId: "other" })).verdictEntry, null);
});

test("a permission request finds the newest verdict of the same call", async () => {
  const { sessions, record } = bench();
  await sessions.observe(event());
  await record(sessions, { toolCallId: "t1", entry: 1, verdict: "allow" });
  await record(sessions, { toolCallId: "t2", entry: 2, verdict: "deny" });
  assert.deepEqual(sessions.verdictOf({ ...key, tool: "Bash", fingerprint: "f1" }), { verdict: "deny", entry: 2 });
  assert.equal(sessions.verdictOf({ ...key, tool: "Bash", fingerprint: "f9" }), undefined);
});

test("what a session made is its own, with what is below, up to a limit", async () => {
  const { sessions, store } = bench();
  await store.durably(() => sessions.recordMade(key, ["/tmp/x", "/", "relative"]));
  assert.equal(sessions.made(key, "/tmp/x"), true);
  assert.equal(sessions.made(key, "/tmp/x/deep/file"), true);
  assert.equal(sessions.made(key, "/tmp/xy"), false);
  assert.equal(sessions.made(key, "/tmp"), false);
  assert.equal(sessions.made(key, "/"), false);
  assert.equal(sessions.made({ ...key, session: "s2" }, "/tmp/x"), false);
  await store.durably(() =>
    sessions.recordMade(
      key,
      Array.from({ length: madePathsMax }, (_, n) => `/tmp/many/${n}`),
    ),
  );
  assert.equal(sessions.made(key, `/tmp/many/${madePathsMax - 2}`), true);
  assert.equal(sessions.made(key, `/tmp/many/${madePathsMax - 1}`), false);
});

test("memory is bounded: what ended is forgotten first, and comes back from its row", async () => {
  const { sessions, asked } = bench({}, 3);
  await sessions.observe(event({ session: "a", cwd: "/a" }));
  await sessions.observe(event({ session: "b", cwd: "/b" }));
  await sessions.observe(event({ session: "b", phase: "ended" }));
  await sessions.observe(event({ session: "c", cwd: "/c" }));
  await sessions.observe(event({ session: "d", cwd: "/d" }));
  assert.equal(sessions.find({ agent: key.agent, session: "b" }), undefined);
  assert.deepEqual(
    sessions.list({ ended: true, archived: false, limit: 10 }).map((view) => view.id),
    ["d", "c", "a"],
  );
  assert.equal((await sessions.observe(event({ session: "b", cwd: "/elsewhere" }))).workspace.root, "/b");
  assert.equal(asked.length, 4);
});

test("unknown fields are kept within their limit", async () => {
  const { sessions, store } = bench();
  await sessions.observe(event({ details: { model: "m", huge: "x".repeat(detailsBytesMax) } }));
  await sessions.observe(event({ details: { model: "n", effort: 3 } }));
  await sessions.sweep();
  const row = store.db.prepare("SELECT details FROM sessions_sessions").get() as { details: string };
  assert.deepEqual(JSON.parse(row.details), { model: "n", effort: 3 });
});

test("tool calls are counted and survive a restart", async () => {
  const { sessions, record, restart } = bench();
  await sessions.observe(event());
  await record(sessions);
  await record(sessions, { fingerprint: "f2" });
  assert.equal(sessions.list({ ended: false, archived: false, limit: 1 })[0]?.toolCalls, 2);
  assert.equal(restart().list({ ended: false, archived: false, limit: 1 })[0]?.toolCalls, 2);
});

test("a trail holds the first steps of each leg and survives a restart", async () => {
  const { sessions, store, restart } = bench();
  await sessions.observe(event());
  const step = (leg: string, entry: number) => ({ leg, entry, what: `step ${entry}` });
  await store.durably(() => {
    for (let entry = 1; entry <= trailStepsPerLegMax + 5; entry += 1)
      sessions.recordTrail(key, [step("untrusted", entry)], true);
    sessions.recordTrail(key, [step("secret", 50)], true);
  });
  const trail = restart().trail(key);
  assert.deepEqual(
    trail.map(({ entry }) => entry),
    [...Array.from({ length: trailStepsPerLegMax }, (_, index) => index + 1), 50],
  );
  assert.deepEqual({ ...trail[0] }, { leg: "untrusted", entry: 1, what: "step 1" });
  assert.deepEqual(sessions.trail({ ...key, session: "other" }), []);
});

test("a held call's step counts when its outcome shows that it ran", async () => {
  const { sessions, store, record } = bench();
  await sessions.observe(event());
  await record(sessions, { verdict: "hold", entry: 7 });
  await store.durably(() => sessions.recordTrail(key, [{ leg: "secret", entry: 7, what: "cat: read .env" }], false));
  assert.deepEqual(sessions.trail(key), []);
  await store.durably(() => sessions.pairOutcome(outcome({ status: "refused" })));
  assert.deepEqual(sessions.trail(key), []);
  await store.durably(() => sessions.pairOutcome(outcome()));
  assert.deepEqual(
    sessions.trail(key).map(({ leg, entry }) => [leg, entry]),
    [["secret", 7]],
  );
});

test("steps of calls that never ran are bounded", async () => {
  const { sessions, store } = bench();
  await store.durably(() => {
    for (let entry = 1; entry <= pendingStepsMax * 2; entry += 1)
      sessions.recordTrail(key, [{ leg: "secret", entry, what: "x" }], false);
  });
  const { n } = store.db.prepare("SELECT count(*) AS n FROM sessions_trail").get() as { n: number };
  assert.equal(n, pendingStepsMax);
});

test("the sweep looks at a session's open holds once, however long they stay open", async () => {
  let looks = 0;
  const { sessions } = bench({
    openHolds: () => {
      looks += 1;
      if (looks > 100) throw new Error("the sweep looks without end");
      return [{ id: "hold_1", tool: "Bash", what: "sudo reboot", openedAt: "2026-01-01T00:00:00Z", waits: true }];
    },
  });
  await sessions.observe(event());
  const before = looks;
  await sessions.sweep();
  assert.equal(looks, before + 1);
});
