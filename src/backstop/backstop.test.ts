import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../kit/canonical.ts";
import { silentLog } from "../kit/log.ts";
import { Scope } from "../kit/scope.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import type { SessionPlace } from "../protocol/session-place.ts";
import { Backstop, eventsMax, pathsMax, pathsShownMax, workspacesMax } from "./backstop.ts";
import type { BackstopPorts, OnFileEvents } from "./types.ts";

const root = "/p/app";
const signal = new AbortController().signal;

/** A backstop whose watcher, sessions, git and disk are the test's. */
function setUp(change: Partial<BackstopPorts> = {}) {
  const clock = new SteppedClock();
  const session = (more: Partial<SessionPlace> = {}): SessionPlace => ({
    agent: "claude-code",
    session: "s",
    root,
    ordinary: true,
    cwd: more.root ?? root,
    lastSeenAtMs: clock.nowMs(),
    running: false,
    callsEndedMs: undefined,
    ...more,
  });
  const made = {
    clock,
    session,
    sessions: [session()] as SessionPlace[],
    watching: new Map<string, OnFileEvents>(),
    opened: 0,
    there: new Set<string>(),
    said: [] as string[],
    entries: [] as Readonly<Record<string, Json>>[],
    entered: Promise.withResolvers<void>(),
    failures: [] as unknown[],
  };
  const scope = new Scope((_, error) => made.failures.push(error));
  const backstop = new Backstop({
    clock,
    log: { ...silentLog, warn: (_, sentence) => void made.said.push(sentence) },
    sessions: () => made.sessions,
    openWatcher: async () => {
      made.opened += 1;
      return {
        watch: async (at, _, onEvents) => {
          made.watching.set(at, onEvents);
          return { close: async () => void made.watching.delete(at) };
        },
      };
    },
    plan: async () => ({ skip: [] }),
    unignored: async (_, paths) => paths.filter((path) => !path.startsWith("dist")),
    exists: async (path) => made.there.has(path),
    append: async ({ kind, payload }) => {
      assert.equal(kind, "workspace/changed-outside");
      made.entries.push(payload);
      made.entered.resolve();
    },
    redactText: (text) => text.replace("hunter2", "[secret]"),
    spawn: (name, task) => scope.spawn(name, task),
    ...change,
  });
  return Object.assign(made, {
    backstop,
    scope,
    gone: (...paths: readonly string[]) =>
      made.watching.get(root)?.(
        null,
        paths.map((path) => ({ path: `${root}/${path}`, type: "delete" as const })),
      ),
    /** Lets bursts come to their ends: until no task sleeps. */
    async settle() {
      for (let turn = 0; turn < 50; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        if (clock.sleepers > 0) clock.advance(1_000);
      }
      assert.equal(clock.sleepers, 0);
      assert.deepEqual(made.failures, []);
    },
  });
}

test("a burst is one entry: counted, sorted, redacted, without what is ignored, internal or there again", async () => {
  const bed = setUp();
  await bed.backstop.look(signal);
  bed.there.add(`${root}/saved.ts`);
  bed.gone("src/b.ts", "saved.ts", "dist/x.js", ".git/index.lock", "a/node_modules/x", ".b.ts.swp");
  bed.gone("hunter2.txt");
  await bed.settle();
  assert.equal(bed.entries.length, 1);
  const [entry] = bed.entries;
  assert.deepEqual(entry?.["paths"], ["[secret].txt", "src/b.ts"]);
  assert.deepEqual([entry?.["gone"], entry?.["pathsLeftOut"], entry?.["workspace"]], [2, 0, root]);
  assert.deepEqual(entry?.["sessions"], [{ agent: "claude-code", session: "s" }]);
  assert.equal(entry?.["lost"], undefined);
  assert.ok((entry?.["since"] as string) <= (entry?.["until"] as string));
  bed.gone("src/c.ts");
  await bed.settle();
  assert.equal(bed.entries.length, 2, "what comes after a burst is a burst of its own");
});

test("a file that was made and taken away in one burst is nothing; a rename is one gone and one that appeared", async () => {
  const bed = setUp();
  await bed.backstop.look(signal);
  const tell = bed.watching.get(root);
  tell?.(null, [
    { path: `${root}/tmp1`, type: "create" },
    { path: `${root}/tmp1`, type: "delete" },
    { path: `${root}/x`, type: "update" },
  ]);
  await bed.settle();
  assert.deepEqual(bed.entries, []);
  tell?.(null, [
    { path: `${root}/new`, type: "create" },
    { path: `${root}/old`, type: "delete" },
    { path: `${root}/kept`, type: "delete" },
    { path: `${root}/kept`, type: "create" },
  ]);
  await bed.settle();
  assert.deepEqual(bed.entries[0]?.["paths"], ["old"]);
  assert.equal(bed.entries[0]?.["appeared"], 1);
});

test("what happens while a tool call runs there, or just after, is the call's", async () => {
  const bed = setUp();
  await bed.backstop.look(signal);
  bed.gone("before");
  bed.sessions = [bed.session({ running: true })];
  bed.gone("during");
  bed.sessions = [bed.session({ root: "/p/app/packages/one", running: true }), bed.session()];
  bed.gone("during-below");
  bed.sessions = [bed.session({ callsEndedMs: bed.clock.monotonicMs() })];
  bed.gone("late");
  await bed.settle();
  assert.deepEqual(
    bed.entries.map(({ paths }) => paths),
    [["before"]],
  );
  bed.sessions = [bed.session({ root: "/p/other", running: true }), bed.session()];
  bed.gone("elsewhere-runs-a-call");
  await bed.settle();
  assert.equal(bed.entries.length, 2);
});

test("watches only where a session is live, ordinary and not silent, and loads nothing before", async () => {
  const bed = setUp();
  bed.sessions = [];
  await bed.backstop.look(signal);
  bed.sessions = [bed.session({ root: "/", ordinary: false })];
  await bed.backstop.look(signal);
  assert.equal(bed.opened, 0);
  bed.sessions = [bed.session()];
  await bed.backstop.look(signal);
  await bed.backstop.look(signal);
  assert.deepEqual([bed.opened, [...bed.watching.keys()]], [1, [root]]);
  bed.sessions = [bed.session({ lastSeenAtMs: bed.clock.nowMs() - 3_600_000 })];
  await bed.backstop.look(signal);
  assert.equal(bed.watching.size, 0, "silent");
  bed.sessions = [bed.session()];
  await bed.backstop.look(signal);
  assert.equal(bed.watching.size, 1);
  await bed.backstop[Symbol.asyncDispose]();
  assert.equal(bed.watching.size, 0);
});

test("so many workspaces and no more; a place that is given up is taken by the next", async () => {
  const bed = setUp();
  const all = Array.from({ length: workspacesMax + 2 }, (_, at) => bed.session({ root: `/p/${at}` }));
  bed.sessions = all;
  await bed.backstop.look(signal);
  await bed.backstop.look(signal);
  assert.equal(bed.watching.size, workspacesMax);
  assert.equal(bed.said.length, 1);
  bed.sessions = all.slice(1);
  await bed.backstop.look(signal);
  assert.ok(bed.watching.has(`/p/${workspacesMax}`) && !bed.watching.has("/p/0"));
});

test("more than it keeps, or events that the system dropped, are said in the entry", async () => {
  const bed = setUp();
  await bed.backstop.look(signal);
  bed.gone(...Array.from({ length: pathsMax + 10 }, (_, at) => `f${at}`));
  await bed.settle();
  assert.equal(bed.entries[0]?.["gone"], pathsMax);
  assert.equal((bed.entries[0]["paths"] as Json[]).length, pathsShownMax);
  assert.match(bed.entries[0]?.["lost"] as string, /more than 20000 paths.*; 10 more/);
  bed.watching.get(root)?.(new Error("events were dropped"), []);
  await bed.settle();
  assert.deepEqual([bed.entries[1]?.["gone"], bed.entries[1]?.["lost"]], [0, "events were dropped"]);
});

test("so many events at once may have filled the kernel's queue, even if none of them counts", async () => {
  const bed = setUp();
  await bed.backstop.look(signal);
  const writes = Array.from({ length: eventsMax }, (_, at) => ({ path: `${root}/f${at}`, type: "update" as const }));
  bed.watching.get(root)?.(null, writes.slice(1));
  await bed.settle();
  assert.deepEqual(bed.entries, []);
  bed.watching.get(root)?.(null, writes);
  await bed.settle();
  assert.deepEqual([bed.entries[0]?.["gone"], bed.entries.length], [0, 1]);
  assert.match(String(bed.entries[0]?.["lost"]), /16384 changes came at once/);
});

test("the daemon's end is a burst's end: what was seen is entered before it", async () => {
  const bed = setUp();
  await bed.backstop.look(signal);
  bed.gone("one", "two");
  await bed.scope[Symbol.asyncDispose]();
  bed.gone("three");
  await bed.backstop[Symbol.asyncDispose]();
  assert.deepEqual(
    bed.entries.map(({ paths }) => paths),
    [["one", "two"], ["three"]],
  );
  assert.deepEqual(bed.failures, []);
});

test("when git does not answer, everything counts and the entry says so", async () => {
  const bed = setUp({ unignored: () => Promise.reject(new Error("no git")) });
  await bed.backstop.look(signal);
  bed.gone("dist/x.js");
  await bed.settle();
  assert.deepEqual(bed.entries[0]?.["paths"], ["dist/x.js"]);
  assert.match(bed.entries[0]?.["unsorted"] as string, /no git/);
});

test("a watcher that can't be loaded, or a limit of the system, is said once", async () => {
  let tried = 0;
  const missing = setUp({
    openWatcher: () => {
      tried += 1;
      return Promise.reject(new Error("no such module"));
    },
  });
  await missing.backstop.look(signal);
  missing.sessions = [missing.session({ root: "/p/other" })];
  await missing.backstop.look(signal);
  assert.deepEqual([tried, missing.said.length], [1, 1]);
  const full = setUp({
    openWatcher: async () => ({
      watch: () => Promise.reject(new Error("inotify_add_watch failed: No space left on device")),
    }),
  });
  full.sessions = [full.session(), full.session({ root: "/p/other" })];
  await full.backstop.look(signal);
  await full.backstop.look(signal);
  assert.equal(full.said.length, 1);
  assert.match(full.said[0] ?? "", /max_user_watches/);
});
