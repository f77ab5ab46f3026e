import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import type { PushOf } from "../../src/protocol/pushes.ts";
import type { SessionView } from "../../src/protocol/session-view.ts";
import { Agent, hook, makeHome, nextHold, preToolUse, root, TestDaemon } from "../support/daemon.ts";

type Changed = PushOf<"session/changed">;

/** A board's copy of the sessions, kept from the stream alone. */
class Board {
  readonly sessions = new Map<string, SessionView>();
  cursor = "";
  snapshots = 0;
  #heard: (() => void) | undefined;

  take({ cursor, snapshot, sessions, removed }: Changed): void {
    if (snapshot) this.sessions.clear();
    if (snapshot) this.snapshots += 1;
    for (const view of sessions) this.sessions.set(view.id, view);
    for (const { session } of removed) this.sessions.delete(session);
    this.cursor = cursor;
    this.#heard?.();
  }

  /** Resolves when what the board shows is so. */
  async until(so: (sessions: ReadonlyMap<string, SessionView>) => boolean): Promise<void> {
    while (!so(this.sessions))
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
  }

  async watch(client: Client, query: { after?: string; project?: string } = {}): Promise<AbortController> {
    const stop = new AbortController();
    const { first } = await client.stream("session/watch", query, (pushed) => this.take(pushed), {
      signal: stop.signal,
    });
    this.take(first);
    return stop;
  }
}

test("a board follows a session from its first event to its end", async () => {
  using place = makeHome();
  const project = join(place.home, "project");
  mkdirSync(project);
  await using daemon = await TestDaemon.start(place, ["holds.startGraceMs=0"]);
  using agent = new Agent(place);
  await using client = await daemon.connect();
  const board = new Board();
  await board.watch(client);
  assert.deepEqual([board.snapshots, board.sessions.size], [1, 0]);

  const id = randomUUID();
  const event = (name: string, more: object = {}) =>
    agent.hook("claude-code", name, { session_id: id, cwd: project, hook_event_name: name, ...more });
  const state = (is: string) => board.until((sessions) => sessions.get(id)?.state === is);

  await event("SessionStart", { source: "startup" });
  await state("idle");
  await event("UserPromptSubmit", { prompt: "mend the parser" });
  await state("working");
  assert.equal(board.sessions.get(id)?.name, "mend the parser");

  const held = agent.hook(
    "claude-code",
    "PreToolUse",
    preToolUse(id, project, "Bash", { command: "git push --force" }, "t1"),
  );
  const hold = await nextHold(client, id);
  await state("waiting");
  assert.equal(board.sessions.get(id)?.current?.holdId, hold);
  assert.equal(board.sessions.get(id)?.current?.what, "git push --force");
  held.end();
  await held;
  await event("Stop");
  await board.until((sessions) => sessions.get(id)?.state === "finished-unseen");
  await client.call("session/seen", { session: id.slice(0, 8) });
  await state("idle");
  await event("SessionEnd", { reason: "exit" });
  await state("gone");
});

test("a broken stream resumes after its cursor, over a restart with all of it", async () => {
  using place = makeHome();
  const board = new Board();
  {
    await using daemon = await TestDaemon.start(place);
    const start = (id: string) =>
      hook(place, "claude-code", "SessionStart", { session_id: id, cwd: place.home, hook_event_name: "SessionStart" });
    await start("one");
    await using client = await daemon.connect();
    const stop = await board.watch(client);
    assert.deepEqual([...board.sessions.keys()], ["one"]);
    stop.abort(new Error("the connection broke"));
    await start("two");
    await client.call("session/rename", { session: "one", name: "the first" });
    await client.call("session/archive", { session: "one" });
    await board.watch(client, { after: board.cursor });
    assert.deepEqual([...board.sessions.keys()], ["two"]);
    assert.equal(board.snapshots, 1);
  }
  await using daemon = await TestDaemon.start(place);
  await using client = await daemon.connect();
  await board.watch(client, { after: board.cursor });
  assert.equal(board.snapshots, 2);
  assert.deepEqual([...board.sessions.keys()], ["two"]);
  const { sessions } = await client.call("session/search", { query: "the fir" });
  assert.deepEqual(
    sessions.map(({ id, archived }) => [id, archived]),
    [["one", true]],
  );
});

test("an agent that was never wired is found by its process, and is gone with it", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place, ["sessions.discover=true"]);
  await using client = await daemon.connect();
  const board = new Board();
  await board.watch(client);
  const program = join(place.home, "claude");
  copyFileSync("/bin/sleep", program);
  const found = (sessions: ReadonlyMap<string, SessionView>) =>
    [...sessions.values()].find(({ pid }) => pid !== null && pid === child.pid);
  const child = spawn(program, ["600"], {
    cwd: place.home,
    stdio: "ignore",
    env: { TMUX_PANE: "%7", TMUX: "/tmp/t,1,0" },
  });
  try {
    await board.until((sessions) => found(sessions) !== undefined);
    const view = found(board.sessions);
    assert.equal(view?.discovered, true);
    assert.deepEqual([view.agent, view.cwd, view.state], ["claude-code", place.home, "idle"]);
    assert.deepEqual(view.terminal, { tmuxPane: "%7", tmuxSocket: "/tmp/t" });
    const { session } = await client.call("session/show", { session: view.id });
    assert.equal(session.pid, child.pid);
    await board.until((sessions) => found(sessions)?.process != null);
  } finally {
    child.kill("SIGKILL");
  }
  await board.until((sessions) => found(sessions) === undefined);
});

test("a status line fills in what it says, and a partial one takes nothing away", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  await using client = await daemon.connect();
  const fields = { session_id: "s", cwd: place.home };
  const send = (event: string, more: object) =>
    hook(place, "claude-code", event, { ...fields, hook_event_name: event, ...more });
  await send("SessionStart", { source: "startup" });
  const line = JSON.parse(
    readFileSync(join(root, "test/fixtures/agents/claude-code/StatusLine.json"), "utf8"),
  ) as object;
  assert.deepEqual(await send("StatusLine", { ...line, ...fields }), { code: 0, stdout: "", stderr: "" });
  await send("StatusLine", { model: null, cost: { total_cost_usd: 2 }, context_window: { current_usage: null } });
  const { session } = await client.call("session/show", { session: "s" });
  assert.equal(session.model, "mock-model");
  assert.equal(session.effort, "high");
  assert.equal(session.costUsd, 2);
  assert.deepEqual(session.lines, { added: 0, removed: 0 });
  assert.deepEqual(session.context, { usedTokens: 100, windowTokens: 1_000_000, percent: 0 });
  assert.equal(session.state, "idle");
  const { entries } = await client.call("ledger/list", { session: "s" });
  assert.ok(!entries.some(({ payload }) => payload?.["event"] === "StatusLine"), "a status line is not recorded");
  await send("SessionEnd", { reason: "exit" });
  await send("StatusLine", line);
  assert.equal((await client.call("session/show", { session: "s" })).session.state, "gone");
});

test("what is known of a session survives a restart, its state and its names as well", async () => {
  using place = makeHome();
  const send = (event: string, more: object) =>
    hook(place, "claude-code", event, { session_id: "s", cwd: place.home, hook_event_name: event, ...more });
  const show = async (daemon: TestDaemon) => {
    await using client = await daemon.connect();
    return (await client.call("session/show", { session: "s" })).session;
  };
  let before: SessionView;
  {
    await using daemon = await TestDaemon.start(place);
    await send("UserPromptSubmit", { prompt: `mend ${"👩‍👩‍👧‍👦".repeat(300)}` });
    await send("SubagentStart", { agent_id: "a1", agent_type: "Explore" });
    await send("StatusLine", { cost: { total_cost_usd: 3 }, model: { display_name: "Opus" } });
    await send("StopFailure", { error: "rate_limit" });
    await using client = await daemon.connect();
    await client.call("session/rename", { session: "s", name: "mine" });
    await client.call("session/pin", { session: "s" });
    before = await show(daemon);
    assert.deepEqual([before.state, before.name, before.pinned, before.costUsd], ["limited", "mine", true, 3]);
    assert.match(before.firstPrompt ?? "", /^mend (?:👩‍👩‍👧‍👦)+…$/u, "cut between graphemes");
  }
  await using daemon = await TestDaemon.start(place);
  const after = await show(daemon);
  assert.deepEqual({ ...after, process: null, git: null }, { ...before, process: null, git: null });
});
