import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionView } from "../../protocol/session-view.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import { aSession } from "../../protocol/session-view.fixture.ts";
import { aHold } from "../../protocol/hold-view.fixture.ts";
import { gitAt } from "./model.fixture.ts";
import { createStore, parseQuery, type Row, type RowOptions, rowsByNeed, rowsByProject, sortOrders } from "./index.ts";

const stateOf = (sessions: readonly SessionView[], holds: readonly HoldView[] = []) => {
  const store = createStore();
  store.sessions({ snapshot: true, sessions, removed: [] });
  store.holds(holds);
  return store.state;
};
const options = (given: Partial<RowOptions> & { search?: string } = {}): RowOptions => ({
  query: parseQuery(given.search ?? ""),
  order: "need",
  gone: false,
  ...given,
});

/** Rows as a person would read them out. */
const said = (rows: readonly Row[]): string[] =>
  rows.map((row) => {
    switch (row.kind) {
      case "heading":
        return `${row.title} (${row.count})`;
      case "group":
        return `${" ".repeat(row.depth)}${row.folded ? "+" : "-"}${row.title} ${row.needsYou}/${row.working}/${row.sessions}`;
      case "hold":
        return `  ${row.id}`;
      case "session":
        return `${" ".repeat(row.depth)}  ${row.session.id}`;
    }
  });

test("what needs a person comes first, and a session that its holds speak for is not listed beside them", () => {
  const state = stateOf(
    [
      aSession({ id: "idle", state: "idle" }),
      aSession({ id: "done", state: "finished-unseen" }),
      aSession({ id: "busy" }),
      aSession({ id: "held", state: "waiting", waitingFor: "permission" }),
      aSession({ id: "asks", state: "waiting", waitingFor: "question" }),
      aSession({ id: "over", state: "gone" }),
      aSession({ id: "away", state: "idle", archived: true }),
      aSession({ id: "broken", state: "error" }),
      aSession({ id: "capped", state: "limited" }),
    ],
    [aHold({ id: "hold_1", session: "held" })],
  );
  assert.deepEqual(said(rowsByNeed(state, options())), [
    "Needs you (3)",
    "  hold_1",
    "  asks",
    "  broken",
    "Working (1)",
    "  busy",
    "Done, not seen yet (1)",
    "  done",
    "Stopped by a limit (1)",
    "  capped",
    "Idle (1)",
    "  idle",
  ]);
  assert.ok(said(rowsByNeed(state, options({ gone: true }))).includes("  over"));
});

test("a session whose calls pass unjudged needs a person even while it works", () => {
  const state = stateOf([aSession({ id: "loose", ungated: "its hooks are gone" })]);
  assert.deepEqual(said(rowsByNeed(state, options())), ["Needs you (1)", "  loose"]);
});

test("holds: whose caller waits first, then the oldest; also without a known session", () => {
  const state = stateOf(
    [],
    [
      aHold({ id: "hold_1", session: "a", waiting: 0, openedAt: "2026-11-21T09:00:00.000Z" }),
      aHold({ id: "hold_2", session: "b", openedAt: "2026-11-21T10:00:02.000Z" }),
      aHold({ id: "hold_3", session: "c", openedAt: "2026-11-21T10:00:01.000Z" }),
    ],
  );
  assert.deepEqual(said(rowsByNeed(state, options())).slice(1), ["  hold_3", "  hold_2", "  hold_1"]);
});

test("rows that work stay where they are, pinned ones on top; other orders are by what they say", () => {
  const sessions = [
    aSession({ id: "late", startedAt: "2026-11-21T12:00:00.000Z", costUsd: 3, name: "alpha" }),
    aSession({ id: "early", startedAt: "2026-11-21T08:00:00.000Z", costUsd: null, name: "beta" }),
    aSession({ id: "pinned", startedAt: "2026-11-21T13:00:00.000Z", pinned: true, costUsd: 1, name: "gamma" }),
  ];
  const ids = (order: RowOptions["order"]) =>
    said(rowsByNeed(stateOf(sessions), options({ order })))
      .slice(1)
      .map((text) => text.trim());
  assert.deepEqual(ids("need"), ["pinned", "early", "late"]);
  assert.deepEqual(ids("name"), ["pinned", "late", "early"]);
  assert.deepEqual(ids("cost"), ["pinned", "late", "early"]);
  for (const order of sortOrders) assert.equal(ids(order).length, 3);
});

test("the tree: project, worktrees only where there are several, subagents below their parent", () => {
  const state = stateOf([
    aSession({ id: "main", git: gitAt("/home/me/shop") }),
    aSession({ id: "sub", git: gitAt("/home/me/shop"), parent: { agent: "claude-code", session: "main" } }),
    aSession({
      id: "side",
      state: "waiting",
      waitingFor: "plan",
      workspace: "/home/me/shop-fix",
      git: gitAt("/home/me/shop-fix", { mainWorktree: "/home/me/shop", branch: "fix" }),
    }),
    aSession({ id: "docs", state: "idle", workspace: "/home/me/docs", project: "/home/me/docs", git: null }),
  ]);
  assert.deepEqual(said(rowsByProject(state, options(), new Set())), [
    "-docs 0/0/1",
    "   docs",
    "-shop 1/2/3",
    " -shop (main) 0/2/2",
    "    main",
    "     sub",
    " -shop-fix (fix) 1/0/1",
    "    side",
  ]);
  assert.deepEqual(said(rowsByProject(state, options(), new Set(["project /home/me/shop"]))).slice(2), ["+shop 1/2/3"]);
});

test("a linked worktree stands below its repository's project before git was asked, and is found by it", () => {
  const linked = aSession({ id: "a", state: "idle", workspace: "/x-fix", project: "/x" });
  const state = stateOf([linked, aSession({ id: "b", state: "idle", workspace: "/x", project: "/x" })]);
  assert.deepEqual(said(rowsByProject(state, options(), new Set())), [
    "-x 0/0/2",
    " -x-fix 0/0/1",
    "    a",
    " -x 0/0/1",
    "    b",
  ]);
  assert.deepEqual(said(rowsByNeed(state, options({ query: parseQuery("project:/x ") }))).length, 3);
});

test("parents in a circle, or elsewhere, hide nobody", () => {
  const state = stateOf([
    aSession({ id: "a", parent: { agent: "claude-code", session: "b" } }),
    aSession({ id: "b", parent: { agent: "claude-code", session: "a" } }),
    aSession({ id: "c", parent: { agent: "claude-code", session: "elsewhere" } }),
  ]);
  const shown = rowsByProject(state, options(), new Set()).flatMap((row) => (row.kind === "session" ? [row.id] : []));
  assert.deepEqual(shown.toSorted(), ["claude-code a", "claude-code b", "claude-code c"]);
});

test("a search finds by words anywhere and by fields, in sessions and in what they wait for", () => {
  const state = stateOf(
    [
      aSession({ id: "one", name: "Fix the Login", git: gitAt("/home/me/shop", { branch: "login" }) }),
      aSession({ id: "two", agent: "codex", state: "idle" }),
    ],
    [aHold({ id: "hold_1", session: "one" })],
  );
  const found = (search: string) =>
    said(rowsByNeed(state, options({ search })))
      .filter((text) => !text.includes("("))
      .map((text) => text.trim());
  assert.deepEqual(found("LOGIN"), ["hold_1", "one"]);
  assert.deepEqual(found("force push"), ["hold_1"]);
  assert.deepEqual(found("agent:codex"), ["two"]);
  assert.deepEqual(found("state:idle"), ["two"]);
  assert.deepEqual(found("agent:"), ["hold_1", "one", "two"], "a field that is not typed yet filters nothing");
  assert.deepEqual(found("nobody"), []);
});
