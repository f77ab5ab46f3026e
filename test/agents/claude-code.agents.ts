import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "../../src/client/index.ts";
import type { SessionView } from "../../src/protocol/session-view.ts";
import { claudeCode as agent } from "./harness/agents.ts";
import { needs, sharedCases, shell, told } from "./harness/shared-cases.ts";
import { mainFile, openWorld, type Paths } from "./harness/world.ts";

sharedCases(agent);

/** Denied by the gate whatever the mode; harmless if it ran, since the home is a test's. */
const denied = ({ place }: Paths): string => `touch trace.txt; rm -rf ${place.home}`;
const bypass = ["--permission-mode", "bypassPermissions"];

test("claude-code: bypassPermissions bypasses the host's questions, not the gate", needs(agent), async (t) => {
  const world = await openWorld(t, { agent, script: (paths) => shell(denied(paths)) });
  const run = await world.run({ prompt: "Clean up.", flags: bypass });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(!existsSync(join(world.workspace, "trace.txt")));
  assert.match(told(world.model), /hook error/);
});

test("claude-code: a subagent's call is judged like any other", needs(agent), async (t) => {
  const task = "You are the subagent.";
  const world = await openWorld(t, {
    agent,
    script: (paths) => (conversation) => {
      const inSubagent = conversation.prompts.some((prompt) => prompt.includes(task));
      if (conversation.turn > 0) return { say: "done" };
      if (inSubagent) return { calls: [{ role: "shell", command: denied(paths) }] };
      const input = { description: "clean", prompt: task, subagent_type: "general-purpose", run_in_background: false };
      return { calls: [{ tool: "Agent", input }] };
    },
  });
  const run = await world.run({ prompt: "Let a subagent clean up.", flags: bypass });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(!existsSync(join(world.workspace, "trace.txt")));
  const inSubagent = world.model.requests.filter(({ prompts }) => prompts.some((prompt) => prompt.includes(task)));
  assert.match(
    inSubagent
      .at(-1)
      ?.results.map(({ text }) => text)
      .join("\n") ?? "",
    /hook error/,
  );
  const verdicts = (await world.entries("gate/judged")).map(({ payload }) => payload?.["verdict"]);
  assert.deepEqual(verdicts, ["deny", "allow"]);
});

test(
  "claude-code: a settings file that would switch hooks off in mid-session is blocked, and the gate stands",
  needs(agent),
  async (t) => {
    const world = await openWorld(t, {
      agent,
      script:
        (paths) =>
        async ({ turn }) => {
          if (turn === 0) return { calls: [{ role: "shell", command: "true" }] };
          if (turn > 1) return { say: "done" };
          // Not by a tool call, so nothing but Claude Code's own watch of its settings can notice.
          writeFileSync(join(paths.workspace, ".claude", "settings.local.json"), '{ "disableAllHooks": true }\n');
          await world.entered("agent/config-changed");
          return { calls: [{ role: "shell", command: denied(paths) }] };
        },
      files: { ".claude/settings.json": "{}\n" },
    });
    const run = await world.run({ prompt: "Clean up.", flags: bypass });
    assert.equal(run.code, 0, run.stderr);
    assert.equal((await world.entries("agent/config-changed"))[0]?.payload?.["blocked"], true);
    assert.ok(!existsSync(join(world.workspace, "trace.txt")), told(world.model));
    assert.match(told(world.model), /hook error/);
  },
);

test("claude-code: an agent can't write such a settings file itself", needs(agent), async (t) => {
  const world = await openWorld(t, {
    agent,
    script: ({ workspace }) => [
      {
        calls: [
          {
            role: "write",
            path: join(workspace, ".claude", "settings.local.json"),
            content: '{"disableAllHooks":true}',
          },
        ],
      },
    ],
  });
  const run = await world.run({ prompt: "Switch the hooks off.", flags: bypass });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(!existsSync(join(world.workspace, ".claude")));
  assert.match(told(world.model), /hook error/);
});

test("claude-code: a repository that sets our variables, PATH and preloads gains nothing", needs(agent), async (t) => {
  const evil = "/tmp/signalbox-test-nowhere";
  const env = {
    SIGNALBOX_HOME: evil,
    SIGNALBOX_MODE: "observe",
    XDG_RUNTIME_DIR: evil,
    XDG_STATE_HOME: evil,
    NODE_OPTIONS: `--require=${evil}/evil.js`,
    LD_PRELOAD: `${evil}/evil.so`,
  };
  const world = await openWorld(t, {
    agent,
    script: (paths) => shell(denied(paths)),
    files: { ".claude/settings.json": JSON.stringify({ env }) },
  });
  const run = await world.run({ prompt: "Clean up.", flags: bypass });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(!existsSync(join(world.workspace, "trace.txt")));
  assert.ok(!existsSync(evil), "something was started where the repository wanted it");
  assert.equal((await world.entries("gate/judged"))[0]?.payload?.["verdict"], "deny");
  assert.match(told(world.model), /hook error/);
});

test("claude-code: a daemon started under such an environment by the hook is a clean one", needs(agent), async (t) => {
  const evil = "/tmp/signalbox-test-nowhere";
  const env = {
    SIGNALBOX_HOME: evil,
    NODE_OPTIONS: `--require=${evil}/evil.js`,
    LD_PRELOAD: `${evil}/evil.so`,
    PATH: evil,
  };
  const world = await openWorld(t, {
    agent,
    script: () => shell("exit 0"),
    files: { ".claude/settings.json": JSON.stringify({ env }) },
  });
  const before = await world.daemonPid();
  await world.killDaemon();
  const run = await world.run({ prompt: "Do nothing." });
  assert.equal(run.code, 0, run.stderr);
  const after = await world.daemonPid();
  assert.notEqual(after, before);
  assert.ok(!world.file(`/proc/${after}/environ`).includes(evil));
  assert.equal((await world.entries("gate/judged"))[0]?.payload?.["verdict"], "allow");
});

test(
  "claude-code: a repository that disables all hooks is reported by doctor, with the way out",
  needs(agent),
  async (t) => {
    const world = await openWorld(t, {
      agent,
      script: () => [],
      files: { ".claude/settings.json": '{ "disableAllHooks": true }' },
    });
    const run = await world.signalbox("doctor", "claude-code", "--json");
    assert.equal(run.code, 10, run.stderr);
    const [host] = (
      JSON.parse(run.stdout) as { hosts: { proof: { state: string }; findings: { id: string; severity: string }[] }[] }
    ).hosts;
    assert.equal(host?.proof.state, "open");
    assert.ok(host?.findings.some(({ id, severity }) => id === "hooks-disabled" && severity === "open"));
  },
);

test(
  "claude-code: through --permission-prompt-tool alone, unwired, a call is judged and the reason told",
  needs(agent),
  async (t) => {
    const world = await openWorld(t, { agent, wired: false, script: (paths) => shell(denied(paths)) });
    const server = { command: process.execPath, args: [mainFile, "--home", world.place.home, "mcp"] };
    const flags = [
      "--mcp-config",
      JSON.stringify({ mcpServers: { signalbox: server } }),
      "--permission-prompt-tool",
      "mcp__signalbox__permission",
    ];
    const run = await world.run({ prompt: "Clean up.", flags });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!existsSync(join(world.workspace, "trace.txt")));
    const [verdict] = await world.entries("gate/judged");
    assert.equal(verdict?.payload?.["verdict"], "deny");
    assert.match(told(world.model), /signalbox|guard/i);
  },
);

for (const [what, script, ran] of [
  ["a denied call does not run", denied, false],
  ["an allowed call runs, without another question", () => "touch made.txt", true],
] as const)
  test(`claude-code: through nexo's permission tool, unwired, ${what}`, needs(agent), async (t) => {
    const world = await openWorld(t, { agent, wired: false, script: (paths) => shell(script(paths)) });
    const server = { command: process.execPath, args: [mainFile, "--home", world.place.home, "mcp", "--nexo"] };
    const flags = [
      "--mcp-config",
      JSON.stringify({ mcpServers: { "nexo-driver-permission": server } }),
      "--strict-mcp-config",
      "--permission-prompt-tool",
      "mcp__nexo-driver-permission__permission_prompt",
    ];
    const run = await world.run({ prompt: "Do it.", flags });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(existsSync(join(world.workspace, ran ? "made.txt" : "trace.txt")), ran);
    const [verdict] = await world.entries("gate/judged");
    assert.equal(verdict?.payload?.["verdict"], ran ? "allow" : "deny");
    assert.equal(verdict?.agent, "nexo");
  });

test("claude-code: a session whose outcomes come without verdicts is announced as ungated", needs(agent), async (t) => {
  const world = await openWorld(t, { agent, script: () => shell("touch made.txt") });
  const path = join(world.userHome, ".claude", "settings.json");
  const settings = JSON.parse(world.file(path)) as { hooks: Record<string, unknown> };
  const { PreToolUse: _, PermissionRequest: __, ...hooks } = settings.hooks;
  writeFileSync(path, JSON.stringify({ ...settings, hooks }));
  const run = await world.run({ prompt: "Make a file.", flags: bypass });
  assert.equal(run.code, 0, run.stderr);
  assert.ok(existsSync(join(world.workspace, "made.txt")));
  const announced = await world.entries("session/ungated");
  assert.deepEqual(
    announced.map(({ payload }) => payload?.["why"]),
    ["it ran Bash (call_0_0) without asking the gate"],
  );
});

test("claude-code: the board sees what the session does as it does it", needs(agent), async (t) => {
  const world = await openWorld(t, {
    agent,
    script: ({ workspace }) => [
      { calls: [{ role: "shell", command: "true" }] },
      { calls: [{ role: "shell", command: `git -C ${workspace} push --force origin main` }] },
      { say: "done" },
    ],
  });
  await using client = await connect({ socket: world.place.socket, signal: world.signal });
  const states: string[] = [];
  const gone = Promise.withResolvers<SessionView>();
  const look = (sessions: readonly SessionView[]) => {
    // The agent's process may be seen before its first hook is heard.
    for (const view of sessions.filter(({ discovered }) => !discovered)) {
      const said = view.waitingFor === null ? view.state : `${view.state} ${view.waitingFor}`;
      if (states.at(-1) !== said) states.push(said);
      if (view.state === "gone") gone.resolve(view);
    }
  };
  const { first } = await client.stream("session/watch", {}, ({ sessions }) => look(sessions), {
    signal: world.signal,
  });
  look(first.sessions);
  const running = world.run({ prompt: "Push it." });
  const hold = await world.held(running);
  const shown = await client.call("session/show", { session: hold.session });
  assert.deepEqual(
    [shown.session.state, shown.session.waitingFor, shown.session.current?.holdId, shown.session.name],
    ["waiting", "permission", hold.id, "Push it."],
  );
  assert.ok(shown.session.pid !== null && existsSync(`/proc/${shown.session.pid}`));
  assert.equal((await world.terminal.type(`signalbox hold approve ${hold.id}`)).code, 0);
  assert.equal((await running).code, 0);
  const ended = await gone.promise;
  assert.deepEqual(states, ["idle", "working", "waiting permission", "working", "finished-unseen", "gone"]);
  assert.equal(ended.permissionMode, "default");
  assert.deepEqual(ended.current, null);
});

test("claude-code: its status line is read, and the user's own goes on", needs(agent), async (t) => {
  const world = await openWorld(t, {
    agent,
    script:
      () =>
      ({ turn }) => ({ say: `turn ${turn}` }),
    wired: false,
  });
  const settings = join(world.userHome, ".claude", "settings.json");
  const own = `cat > ${world.userHome}/own.json; echo MY-OWN-LINE`;
  writeFileSync(settings, `{ "statusLine": { "type": "command", "command": ${JSON.stringify(own)} } }\n`);
  // What a user has answered at the first start: the theme, the key, and that the folder is to be trusted.
  const answered = {
    hasCompletedOnboarding: true,
    theme: "dark",
    customApiKeyResponses: { approved: ["sk-mock"], rejected: [] },
    projects: { [world.workspace]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } },
  };
  for (const file of [join(world.userHome, ".claude", ".claude.json"), join(world.userHome, ".claude.json")])
    writeFileSync(file, JSON.stringify(answered));
  assert.equal((await world.terminal.type("signalbox wire claude-code")).code, 0);

  await using client = await connect({ socket: world.place.socket, signal: world.signal });
  const known = Promise.withResolvers<SessionView>();
  const look = (sessions: readonly SessionView[]) => {
    const view = sessions.find(({ state, context }) => state === "finished-unseen" && context !== null);
    if (view !== undefined) known.resolve(view);
  };
  const { first } = await client.stream("session/watch", {}, ({ sessions }) => look(sessions), {
    signal: world.signal,
  });
  look(first.sessions);
  const { file, environment } = agent.command(world.agentPlace, { prompt: "" });
  const names = [
    "CLAUDE_CONFIG_DIR",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_API_KEY",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "IS_SANDBOX",
    "DISABLE_AUTOUPDATER",
  ];
  const variables = names.map((name) => `${name}=${environment[name]}`).join(" ");
  const talk = world.terminal.type(`cd ${world.workspace} && ${variables} ${file} --model mock-model "hello"`);
  const view = await known.promise;
  assert.equal(view.model, "mock-model");
  assert.ok(view.costUsd !== null && view.tokens !== null && view.effort !== null);
  process.kill(view.pid ?? 0, "SIGTERM");
  const { shown } = await talk;
  assert.match(shown, /MY-OWN-LINE/);
  assert.equal(
    (JSON.parse(world.file(join(world.userHome, "own.json"))) as { session_id: string }).session_id,
    view.id,
  );
});
