import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { agentEvents, type AgentName, agentNames } from "../../protocol/agents.ts";
import type { AgentEvent, Answer, HookAnswer, JsonObject, ToolCallEvent } from "./dialect.ts";
import { agentDialects } from "./index.ts";

/** Payloads that the real agents sent, and what they did after each answer (November 2026). */
const fixtures = join(import.meta.dirname, "../../../test/fixtures/agents");
const hosts = ["claude-code", "codex", "gemini", "copilot", "opencode"] as const;

const payload = (agent: string, name: string): JsonObject =>
  JSON.parse(readFileSync(join(fixtures, agent, `${name}.json`), "utf8")) as JsonObject;
const decode = (agent: AgentName, event: string, body: unknown): AgentEvent =>
  agentDialects[agent].decode(event, Buffer.from(JSON.stringify(body)));

/** `PreToolUse.Edit.json` is a PreToolUse; OpenCode's own names have dots. */
function eventOf(agent: string, name: string): string {
  if (agent === "opencode") return name.replace(/\.(?:edit|write)$/, "");
  return name.startsWith("pascal.") ? (name.split(".")[1] ?? "") : (name.split(".")[0] ?? "");
}

const types: Readonly<Record<string, AgentEvent["type"]>> = {
  PreToolUse: "tool-call",
  BeforeTool: "tool-call",
  preToolUse: "tool-call",
  "tool.execute.before": "tool-call",
  PermissionRequest: "permission-request",
  permissionRequest: "permission-request",
  PostToolUse: "outcome",
  PostToolUseFailure: "outcome",
  PostToolBatch: "outcome",
  AfterTool: "outcome",
  postToolUse: "outcome",
  "tool.execute.after": "outcome",
  SessionStart: "session-start",
  sessionStart: "session-start",
  "event.session.created": "session-start",
  SessionEnd: "session-end",
  sessionEnd: "session-end",
  UserPromptSubmit: "prompt",
  BeforeAgent: "prompt",
  userPromptSubmitted: "prompt",
  "chat.message": "prompt",
  Stop: "stop",
  AfterAgent: "stop",
  agentStop: "stop",
  "event.session.idle": "stop",
  ConfigChange: "config-change",
  Notification: "notice",
  notification: "notice",
  SubagentStart: "notice",
  SubagentStop: "notice",
  PreCompress: "notice",
  "event.permission.asked": "notice",
  "event.permission.replied": "notice",
  StatusLine: "status",
};

for (const agent of hosts)
  test(`${agent}: every recorded payload is read as what it is`, () => {
    const names = readdirSync(join(fixtures, agent))
      .map((file) => file.replace(/\.json$/, ""))
      .filter((name) => !name.startsWith("_") && !name.startsWith("permission-prompt") && !name.startsWith("control_"));
    assert.ok(names.length > 8);
    for (const name of names) {
      const event = decode(agent, eventOf(agent, name), payload(agent, name));
      assert.ok(event.type !== "unreadable");
      assert.equal(event.type, types[eventOf(agent, name)] ?? "other", name);
      assert.equal(event.agent, agent);
      assert.deepEqual(event.raw, payload(agent, name));
      if (event.type === "other") continue; // e.g. plugin.init has no session
      assert.equal(event.notSure, undefined, name);
      assert.equal(event.cwd, "/home/dev/app");
      assert.match(event.session, /^(?:ses_|[0-9a-f]{8}-)/);
    }
  });

test("tool calls carry tool, input and id", () => {
  const cases: [AgentName, string, string, string, string | undefined, string | undefined][] = [
    ["claude-code", "PreToolUse", "PreToolUse", "Bash", "echo hi > a.txt", "toolu_mock_t0_0_3f80d84a"],
    ["codex", "PreToolUse", "PreToolUse", "Bash", "echo hi > a.txt", "call_mock_t0_0_1cb571dd"],
    ["gemini", "BeforeTool", "BeforeTool", "run_shell_command", "echo hi > a.txt", undefined],
    ["copilot", "preToolUse", "preToolUse", "bash", "echo hi > a.txt", undefined],
    ["copilot", "pascal.PreToolUse", "PreToolUse", "Bash", "echo hi > a.txt", undefined],
    ["opencode", "tool.execute.before", "tool.execute.before", "bash", "echo hi > a.txt", "call_mock_t0_0_7477dfba"],
  ];
  for (const [agent, name, event, tool, command, id] of cases) {
    const call = decode(agent, event, payload(agent, name));
    assert.ok(call.type === "tool-call");
    assert.equal(call.tool, tool);
    assert.equal(call.input["command"], command);
    assert.equal(call.toolCallId, id);
  }
  const inside = decode("claude-code", "PreToolUse", payload("claude-code", "PreToolUse.in-subagent"));
  assert.ok(inside.type === "tool-call");
  assert.deepEqual(inside.subagent, { id: "a27f37eec36358686", type: "general-purpose" });
  assert.equal(inside.permissionMode, "default");
  const patch = decode("codex", "PreToolUse", payload("codex", "PreToolUse.apply_patch"));
  assert.ok(patch.type === "tool-call");
  assert.equal(patch.tool, "apply_patch");
});

test("outcomes say whether it ran, with id and exit code where the host tells", () => {
  const outcomes = (agent: AgentName, name: string) => {
    const event = decode(agent, eventOf(agent, name), payload(agent, name));
    assert.ok(event.type === "outcome");
    return event.outcomes;
  };
  const [failed] = outcomes("claude-code", "PostToolUseFailure");
  assert.equal(failed?.status, "failed");
  assert.equal(failed.exitCode, 2);
  assert.equal(failed.toolCallId, "toolu_mock_t0_0_b22d6001");
  const [refused] = outcomes("claude-code", "PostToolBatch.denied");
  assert.equal(refused?.status, "refused");
  assert.equal(refused.repeat, true);
  const [repeated] = outcomes("claude-code", "PostToolBatch");
  assert.equal(repeated?.status, "done");
  const [after] = outcomes("opencode", "tool.execute.after");
  assert.deepEqual([after?.status, after?.exitCode, after?.text], ["done", 0, "(no output)"]);
  for (const [agent, name] of [
    ["codex", "PostToolUse"],
    ["gemini", "AfterTool"],
    ["copilot", "postToolUse"],
    ["copilot", "pascal.PostToolUse"],
  ] as const) {
    const [outcome] = outcomes(agent, name);
    assert.equal(outcome?.status, "done");
    assert.equal(outcome.input?.["command"], "echo hi > a.txt");
  }
});

test("Copilot's payloads are recognised under Claude Code's wiring and answered in Copilot's words", () => {
  const call = decode("claude-code", "PreToolUse", payload("copilot", "pascal.PreToolUse"));
  assert.equal(call.agent, "copilot");
  const request = decode("claude-code", "PermissionRequest", payload("copilot", "pascal.PermissionRequest"));
  assert.ok(request.type === "permission-request");
  assert.equal(request.agent, "copilot");
  const answer = agentDialects["claude-code"].encode(request, { verdict: "deny", reason: "no" });
  assert.deepEqual(answer, { exit: 0, stdout: '{"behavior":"deny","message":"no"}', stderr: "" });
});

// ---- verdicts ----

interface Tried {
  readonly case: string;
  readonly plan: Readonly<Record<string, { exit?: number; err?: string; out?: unknown }>>;
  readonly ran: boolean;
  readonly ranRewritten: boolean;
  readonly told: readonly string[];
}

/** An answer with its reasons made equal, so that answers of one form compare equal. */
function form(answer: { exit?: number; err?: string; out?: unknown }): string {
  const plain = JSON.stringify(answer.out ?? null, (key, value: unknown) =>
    /^(?:permissionDecisionReason|reason|message)$/.test(key) ? "R" : value,
  );
  return `${answer.exit ?? 0} ${answer.err === undefined ? "" : "R"} ${plain}`;
}

function formOf(answer: HookAnswer): string {
  const { exit, stdout, stderr } = answer;
  return form({
    exit,
    ...(stderr === "" ? {} : { err: stderr }),
    ...(stdout === "" ? {} : { out: JSON.parse(stdout) as unknown }),
  });
}

const tried = (agent: string): readonly Tried[] =>
  JSON.parse(readFileSync(join(fixtures, agent, "_verdicts.json"), "utf8")) as Tried[];

/** Forms that were seen to stop the tool and to tell the model, by event. */
function stopping(agent: string, event: string): Set<string> {
  const works = tried(agent).filter((one) => !one.ran && !one.ranRewritten && one.told.some((text) => text !== ""));
  return new Set(works.flatMap(({ plan }) => (plan[event] === undefined ? [] : [form(plan[event])])));
}

const call = (agent: AgentName, event: string): ToolCallEvent => ({
  type: "tool-call",
  event,
  agent,
  session: "s",
  cwd: "/w",
  tool: "Bash",
  input: { command: "ls" },
  raw: {},
});

test("a deny on any deciding event has a form that stopped the tool and told the model", () => {
  const denies: Answer[] = [
    { verdict: "deny", reason: "Not that." },
    { verdict: "hold", reason: "Nobody decided; make the call again once it is approved." },
    { verdict: "deny", reason: "" },
    { verdict: "deny", reason: "\u0000\n\u202e" },
  ];
  for (const agent of ["claude-code", "codex", "gemini", "copilot"] as const)
    for (const { event, deciding } of agentEvents[agent].filter((registered) => registered.deciding)) {
      assert.ok(deciding);
      // Codex's PermissionRequest was only run through its app-server; its form is Claude's.
      const known = stopping(agent === "codex" && event === "PermissionRequest" ? "claude-code" : agent, event);
      for (const answer of denies) {
        const said = agentDialects[agent].encode(call(agent, event), answer);
        assert.ok(known.has(formOf(said)), `${agent} ${event}: ${formOf(said)}`);
        if (said.exit === 2) assert.match(said.stderr, /\S/);
        assert.match(said.stdout, /"(?:permissionDecisionReason|reason|message)":"\S/);
      }
    }
});

test("what lets a call run has a form that was seen to let it run", () => {
  const ran = (agent: string, event: string): Set<string> =>
    new Set(
      tried(agent)
        .filter((one) => one.ran || one.ranRewritten)
        .flatMap(({ plan }) => (plan[event] === undefined ? [] : [form(plan[event])])),
    );
  const edited: Answer = {
    verdict: "allow",
    input: { command: "echo changed > b.txt", description: "x" },
    reason: "as edited",
  };
  const cases: [AgentName, string, Answer][] = [
    ["claude-code", "PreToolUse", { verdict: "allow", granted: true, reason: "ok" }],
    ["claude-code", "PermissionRequest", { verdict: "allow", granted: true }],
    ["gemini", "BeforeTool", { verdict: "allow", granted: true }],
    ["copilot", "preToolUse", edited],
    ["copilot", "permissionRequest", { verdict: "allow", granted: true }],
  ];
  for (const [agent, event, answer] of cases) {
    const said = agentDialects[agent].encode(call(agent, event), answer);
    assert.ok(ran(agent, event).has(formOf(said)), `${agent} ${event}: ${formOf(said)}`);
  }
  const rewrite = (agent: AgentName, event: string): unknown =>
    JSON.parse(agentDialects[agent].encode(call(agent, event), edited).stdout);
  const input = { command: "echo changed > b.txt", description: "x" };
  assert.deepEqual(rewrite("claude-code", "PreToolUse"), {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "allow",
      permissionDecisionReason: "as edited",
      updatedInput: input,
    },
  });
  assert.deepEqual(rewrite("claude-code", "PermissionRequest"), {
    hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "allow", updatedInput: input } },
  });
  assert.deepEqual(rewrite("codex", "PreToolUse"), {
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow", updatedInput: input },
  });
  assert.deepEqual(rewrite("gemini", "BeforeTool"), {
    hookSpecificOutput: { hookEventName: "BeforeTool", tool_input: input },
  });
  assert.deepEqual(rewrite("copilot", "preToolUse"), { permissionDecision: "allow", modifiedArgs: input });
  assert.deepEqual(rewrite("opencode", "tool.execute.before"), { args: input });
});

test("where an edit can't be handed over, nothing runs and the model is told what was approved", () => {
  const edited: Answer = { verdict: "allow", granted: true, input: { other: "x" } };
  for (const [agent, event] of [
    ["codex", "PermissionRequest"],
    ["copilot", "permissionRequest"],
    // Gemini merges, so an edit that takes `command` away can't be said.
    ["gemini", "BeforeTool"],
    ["copilot", "PreToolUse"],
  ] as const) {
    const { stdout } = agentDialects[agent].encode(call(agent, event), edited);
    assert.match(stdout, /"deny"/);
    assert.match(stdout, /\\"other\\":\\"x\\"/);
  }
});

test("no objection and every event that decides nothing: exit 0, and nothing or {}", () => {
  const silentBy: Readonly<Record<AgentName, string>> = {
    "claude-code": "",
    codex: "",
    gemini: "{}",
    copilot: "{}",
    opencode: "{}",
    generic: "{}",
  };
  for (const agent of agentNames) {
    const dialect = agentDialects[agent];
    const quiet = { exit: 0, stdout: silentBy[agent], stderr: "" };
    for (const { event } of agentEvents[agent]) {
      assert.deepEqual(dialect.encode(call(agent, event), { verdict: "allow" }), quiet, `${agent} ${event}`);
      if (dialect.deciding(event) || event === "ConfigChange") continue;
      for (const verdict of ["deny", "hold", "ask"] as const)
        assert.deepEqual(dialect.encode(call(agent, event), { verdict, reason: "no" }), quiet, `${agent} ${event}`);
    }
    for (const event of ["WorktreeCreate", "Elicitation", "BeforeModel", "constructor", "__proto__", ""])
      assert.deepEqual(dialect.encode(call(agent, event), { verdict: "deny", reason: "no" }), quiet);
  }
  // Only these were seen to be obeyed.
  const codexGrant = agentDialects.codex.encode(call("codex", "PreToolUse"), { verdict: "allow", granted: true });
  assert.deepEqual(codexGrant, { exit: 0, stdout: "", stderr: "" });
});

test("ask goes to the dialog of Claude Code and is a deny everywhere else", () => {
  const ask: Answer = { verdict: "ask", reason: "Signalbox: this deletes ~/x" };
  const claude = agentDialects["claude-code"].encode(call("claude-code", "PreToolUse"), ask);
  assert.equal(claude.exit, 0);
  assert.match(claude.stdout, /"permissionDecision":"ask","permissionDecisionReason":"Signalbox: this deletes/);
  for (const [agent, event] of [
    ["codex", "PreToolUse"],
    ["gemini", "BeforeTool"],
    ["copilot", "preToolUse"],
    ["opencode", "tool.execute.before"],
    ["generic", "tool-call"],
  ] as const) {
    const said = agentDialects[agent].encode(call(agent, event), ask);
    assert.equal(said.exit, 2);
    assert.match(said.stdout, /deny/);
  }
});

test("a settings change is refused by JSON alone", () => {
  const event = decode("claude-code", "ConfigChange", payload("claude-code", "ConfigChange"));
  assert.ok(event.type === "config-change");
  assert.equal(event.path, "/home/dev/app/.claude/settings.local.json");
  assert.equal(event.source, "local_settings");
  assert.deepEqual(agentDialects["claude-code"].encode(event, { verdict: "deny", reason: "It unhooks." }), {
    exit: 0,
    stdout: '{"decision":"block","reason":"It unhooks."}',
    stderr: "",
  });
});
