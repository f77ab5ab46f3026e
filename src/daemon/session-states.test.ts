import assert from "node:assert/strict";
import { test } from "node:test";
import { agentDialect } from "../dialects/agents/index.ts";
import { type Activity, newActivity, withEvidence } from "../sessions/activity.ts";
import { type OpenHold, stateOf } from "../sessions/state.ts";
import type { Evidence } from "../sessions/index.ts";
import { evidenceOf } from "./session-evidence.ts";
import { callText } from "./session-words.ts";

/**
 * The truth about states, as a table: what a host's hooks send, step by step, and what the board must then say. Each step is the
 * host's event with the fields that matter, or one of ours: `(hold)` and `(decided)` the gate, `(seen)` a person, `(program)` and
 * `(gone)` the process table.
 */
type Step = readonly [event: string, fields: object, state: string];
interface Case {
  readonly name: string;
  readonly agent: string;
  readonly steps: readonly Step[];
}

const bash = (command: string, id?: string) => ({
  tool_name: "Bash",
  tool_input: { command },
  ...(id === undefined ? {} : { tool_use_id: id }),
});
const done = (command: string, id: string) => ({ ...bash(command, id), tool_response: { stdout: "" } });
const permission = { notification_type: "permission_prompt", message: "Claude needs your permission" };
const inSubagent = { agent_id: "a1", agent_type: "Explore" };

const cases: readonly Case[] = [
  {
    name: "an ordinary turn",
    agent: "claude-code",
    steps: [
      ["SessionStart", { source: "startup" }, "idle"],
      ["UserPromptSubmit", { prompt: "go" }, "working"],
      ["PreToolUse", bash("ls", "t1"), "working: Bash runs"],
      ["PostToolUse", done("ls", "t1"), "working: it was given a prompt"],
      ["Stop", {}, "finished-unseen"],
      ["(seen)", {}, "idle"],
    ],
  },
  {
    name: "a hold, decided",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", { prompt: "go" }, "working"],
      ["PreToolUse", bash("git push -f", "t1"), "working"],
      ["(hold)", bash("git push -f"), "waiting permission"],
      ["(decided)", {}, "working: Bash runs"],
      ["PostToolUse", done("git push -f", "t1"), "working"],
    ],
  },
  {
    name: "after the person approves in the host's dialog, a long build is not `waiting` any more",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("make", "t1"), "working"],
      ["PermissionRequest", bash("make"), "waiting permission"],
      ["Notification", permission, "waiting permission"],
      ["(program)", {}, "working: Bash runs"],
      ["PostToolUse", done("make", "t1"), "working"],
    ],
  },
  {
    name: "a notification that comes after Stop proves nothing",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("ls", "t1"), "working"],
      ["PostToolUse", done("ls", "t1"), "working"],
      ["Stop", {}, "finished-unseen"],
      ["Notification", permission, "finished-unseen"],
      ["Notification", { notification_type: "idle_prompt" }, "finished-unseen"],
      ["Notification", { notification_type: "auth_success" }, "finished-unseen"],
    ],
  },
  {
    name: "a status line that comes after Stop does not start work",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["Stop", {}, "finished-unseen"],
      ["StatusLine", { model: { display_name: "Opus" } }, "finished-unseen"],
      ["(seen)", {}, "idle"],
      ["StatusLine", { cost: { total_cost_usd: 1 } }, "idle"],
    ],
  },
  {
    name: "an outcome that comes after Stop does not start work",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("sleep 100", "t1"), "working"],
      ["Stop", {}, "finished-unseen"],
      ["PostToolUse", done("sleep 100", "t1"), "finished-unseen"],
    ],
  },
  {
    name: "no by Esc in the dialog: no PostToolUse, no Stop, then the host waits for a prompt",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("rm x", "t1"), "working"],
      ["PermissionRequest", bash("rm x"), "waiting permission"],
      ["Notification", { notification_type: "idle_prompt" }, "finished-unseen"],
      ["UserPromptSubmit", {}, "working: it was given a prompt"],
    ],
  },
  {
    name: "no in the dialog, told by the batch: the turn is over",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("rm x", "t1"), "working"],
      ["PermissionRequest", bash("rm x"), "waiting permission"],
      [
        "PostToolBatch",
        {
          tool_calls: [
            {
              ...bash("rm x", "t1"),
              tool_response:
                "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed.",
            },
          ],
        },
        "idle: its user broke it off",
      ],
    ],
  },
  {
    name: "Ctrl-C while a tool runs",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("sleep 9", "t1"), "working"],
      ["PostToolUseFailure", { ...bash("sleep 9", "t1"), error: "interrupted", is_interrupt: true }, "idle"],
    ],
  },
  {
    name: "a failed tool is not a failed session",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("false", "t1"), "working"],
      ["PostToolUseFailure", { ...bash("false", "t1"), error: "Exit code 1" }, "working: it was given a prompt"],
    ],
  },
  {
    name: "the provider's limit, until the next prompt",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      [
        "StopFailure",
        { error: "rate_limit", error_details: "5-hour limit reached" },
        "limited: rate_limit: 5-hour limit reached",
      ],
      ["Notification", { notification_type: "idle_prompt" }, "limited"],
      ["UserPromptSubmit", {}, "working"],
    ],
  },
  {
    name: "an API error ends the turn",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["StopFailure", { error: "server_error" }, "error: server_error"],
    ],
  },
  {
    name: "a question of the agent's is not a permission",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      [
        "PreToolUse",
        { tool_name: "AskUserQuestion", tool_input: { questions: [] }, tool_use_id: "q" },
        "waiting question",
      ],
      ["Notification", permission, "waiting question"],
      ["PostToolUse", { tool_name: "AskUserQuestion", tool_input: { questions: [] }, tool_use_id: "q" }, "working"],
    ],
  },
  {
    name: "a plan awaits its reader",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", { tool_name: "ExitPlanMode", tool_input: { plan: "1." }, tool_use_id: "p" }, "waiting plan"],
      ["PostToolUse", { tool_name: "ExitPlanMode", tool_input: { plan: "1." }, tool_use_id: "p" }, "working"],
    ],
  },
  {
    name: "an MCP server's question, answered",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      [
        "Notification",
        { notification_type: "elicitation_dialog", message: "Which account?" },
        "waiting question: Which account?",
      ],
      ["Notification", { notification_type: "elicitation_response" }, "working"],
    ],
  },
  {
    name: "calls side by side: the end of another one does not answer the dialog",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("one", "t1"), "working"],
      ["PreToolUse", bash("two", "t2"), "working: 2 tool calls run"],
      ["PermissionRequest", bash("one"), "waiting permission"],
      ["PostToolUse", done("two", "t2"), "waiting permission"],
      ["PreToolUse", bash("three", "t3"), "waiting permission"],
      ["PostToolUse", done("one", "t1"), "working: Bash runs"],
    ],
  },
  {
    name: "compaction in the middle of a turn does not end it",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreCompact", { trigger: "auto" }, "working: it compacts its context"],
      ["SessionStart", { source: "compact" }, "working: it was given a prompt"],
    ],
  },
  {
    name: "compaction by hand between turns",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["Stop", {}, "finished-unseen"],
      ["PreCompact", { trigger: "manual" }, "working: it compacts its context"],
      ["SessionStart", { source: "compact" }, "finished-unseen"],
    ],
  },
  {
    name: "a compaction that was broken off, and one that failed in the middle of a turn",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["Stop", {}, "finished-unseen"],
      ["PreCompact", { trigger: "manual" }, "working: it compacts its context"],
      ["Notification", { notification_type: "idle_prompt" }, "finished-unseen"],
      ["UserPromptSubmit", {}, "working"],
      ["PreCompact", { trigger: "auto" }, "working: it compacts its context"],
      ["PreToolUse", bash("ls", "t1"), "working: Bash runs"],
    ],
  },
  {
    name: "agents in the background whose end nobody told: a host that waits for a prompt has none of them",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["SubagentStart", inSubagent, "working: a subagent works"],
      [
        "Stop",
        { background_tasks: [{ id: "a1", type: "subagent", status: "running", agent_type: "Explore" }] },
        "working",
      ],
      ["Notification", { notification_type: "idle_prompt" }, "working"],
      ["SubagentStop", inSubagent, "working"],
      ["Notification", { notification_type: "idle_prompt" }, "finished-unseen"],
    ],
  },
  {
    name: "subagents work while and after the turn",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["SubagentStart", inSubagent, "working: a subagent works"],
      ["PreToolUse", { ...bash("grep x", "s1"), ...inSubagent }, "working: Bash runs"],
      ["PostToolUse", { ...done("grep x", "s1"), ...inSubagent }, "working: a subagent works"],
      [
        "Stop",
        { background_tasks: [{ id: "a1", type: "subagent", status: "running", agent_type: "Explore" }] },
        "working: its turn is over and a subagent's work goes on",
      ],
      ["SubagentStop", inSubagent, "working"],
      ["Stop", { background_tasks: [] }, "finished-unseen"],
    ],
  },
  {
    name: "a dev server in the background is not work",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      [
        "Stop",
        { background_tasks: [{ id: "b", type: "shell", status: "running", command: "npm run dev" }] },
        "finished-unseen",
      ],
    ],
  },
  {
    name: "a stop hook sends the agent on",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["Stop", {}, "finished-unseen"],
      ["PreToolUse", bash("npm test", "t1"), "working: Bash runs"],
      ["Stop", { stop_hook_active: true }, "finished-unseen"],
    ],
  },
  {
    name: "an end, and what comes after it",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["(gone)", {}, "gone"],
      ["(seen)", {}, "gone"],
      ["PostToolUse", done("ls", "t1"), "gone"],
      ["Stop", {}, "gone"],
      ["Notification", permission, "gone"],
      ["SessionStart", { source: "resume" }, "idle: it was resumed"],
      ["UserPromptSubmit", {}, "working"],
    ],
  },
  {
    name: "a hold whose caller went away holds nobody up",
    agent: "claude-code",
    steps: [
      ["UserPromptSubmit", {}, "working"],
      ["PreToolUse", bash("git push -f", "t1"), "working"],
      ["(hold)", bash("git push -f"), "waiting permission"],
      ["(left)", {}, "working"],
      ["Stop", {}, "finished-unseen"],
    ],
  },
  {
    name: "a turn of Codex, with the person asked by Codex itself",
    agent: "codex",
    steps: [
      ["SessionStart", { source: "startup" }, "idle"],
      ["UserPromptSubmit", { prompt: "go" }, "working"],
      ["PreToolUse", bash("make", "c1"), "working"],
      ["PermissionRequest", bash("make"), "waiting permission"],
      ["PostToolUse", done("make", "c1"), "working"],
      ["Stop", {}, "finished-unseen"],
    ],
  },
  {
    name: "Gemini asks its user before it asks us",
    agent: "gemini",
    steps: [
      ["SessionStart", { source: "startup" }, "idle"],
      ["BeforeAgent", { prompt: "go" }, "working"],
      ["Notification", { notification_type: "ToolPermission", message: "Confirm" }, "waiting permission"],
      [
        "BeforeTool",
        { tool_name: "run_shell_command", tool_input: { command: "ls" } },
        "working: run_shell_command runs",
      ],
      ["AfterTool", { tool_name: "run_shell_command", tool_input: { command: "ls" }, tool_response: {} }, "working"],
      ["AfterAgent", {}, "finished-unseen"],
    ],
  },
  {
    name: "a turn of Copilot",
    agent: "copilot",
    steps: [
      ["sessionStart", {}, "idle"],
      ["userPromptSubmitted", { prompt: "go" }, "working"],
      ["preToolUse", { toolName: "bash", toolArgs: '{"command":"ls"}' }, "working: bash runs"],
      ["notification", { notification_type: "permission_prompt", message: "Run command: ls" }, "waiting permission"],
      ["postToolUse", { toolName: "bash", toolArgs: '{"command":"ls"}', toolResult: {} }, "working"],
      ["agentStop", {}, "finished-unseen"],
    ],
  },
  {
    name: "OpenCode's own permission, and an answer to it",
    agent: "opencode",
    steps: [
      ["event.session.created", { input: { properties: { sessionID: "s" } } }, "idle"],
      ["chat.message", { input: { sessionID: "s" }, output: { parts: [] } }, "working"],
      [
        "tool.execute.before",
        { input: { sessionID: "s", tool: "bash", callID: "c" }, output: { args: { command: "ls" } } },
        "working",
      ],
      [
        "event.permission.asked",
        { input: { properties: { sessionID: "s", permission: "bash" } } },
        "waiting permission",
      ],
      ["event.permission.replied", { input: { properties: { sessionID: "s", reply: "once" } } }, "working: bash runs"],
      ["tool.execute.after", { input: { sessionID: "s", tool: "bash", callID: "c" }, output: {} }, "working"],
      ["event.session.idle", { input: { properties: { sessionID: "s" } } }, "finished-unseen"],
    ],
  },
  {
    name: "OpenCode stopped with Esc, and by an error",
    agent: "opencode",
    steps: [
      ["chat.message", { input: { sessionID: "s" }, output: { parts: [] } }, "working"],
      [
        "event.session.error",
        { input: { properties: { sessionID: "s", error: { name: "MessageAbortedError" } } } },
        "idle",
      ],
      ["chat.message", { input: { sessionID: "s" }, output: { parts: [] } }, "working"],
      [
        "event.session.error",
        { input: { properties: { sessionID: "s", error: { name: "APIError", data: { message: "boom" } } } } },
        "error: boom",
      ],
    ],
  },
  {
    name: "events in an order that no host should send",
    agent: "claude-code",
    steps: [
      ["PostToolUse", done("ls", "t0"), "idle"],
      ["Notification", permission, "idle"],
      ["SubagentStop", inSubagent, "idle"],
      ["Stop", {}, "finished-unseen"],
      ["Stop", {}, "finished-unseen"],
      ["PreToolUse", bash("ls", "t1"), "working"],
      ["PreToolUse", bash("ls", "t1"), "working: Bash runs"],
    ],
  },
];

/** One session, driven as the daemon drives it. */
class Played {
  activity: Activity = newActivity(0);
  holds: OpenHold[] = [];
  #now = 0;

  step(agent: string, event: string, fields: object): void {
    // A clock that was set back in the middle changes nothing.
    this.#now += this.#now > 5_000 ? -4_000 : 1_000;
    for (const evidence of this.#evidence(agent, event, fields))
      this.activity = withEvidence(this.activity, evidence, this.#now);
    // What is known is kept as JSON over a restart, at any moment.
    this.activity = JSON.parse(JSON.stringify(this.activity)) as Activity;
  }

  #evidence(agent: string, event: string, fields: object): Evidence[] {
    switch (event) {
      case "(hold)": {
        const { tool_name: tool, tool_input: input } = fields as ReturnType<typeof bash>;
        this.holds = [
          { id: "hold_1", tool, what: callText(tool, input), openedAt: "2026-01-01T00:00:00.000Z", waits: true },
        ];
        return [];
      }
      case "(left)":
        this.holds = this.holds.map((hold) => ({ ...hold, waits: false }));
        return [];
      case "(decided)":
        this.holds = [];
        return [];
      case "(seen)":
        return [{ kind: "seen" }];
      case "(program)":
        return [{ kind: "program-ran" }];
      case "(gone)":
        return [{ kind: "ended", why: "its process is gone" }];
      default:
        return this.#hook(agent, event, fields);
    }
  }

  #hook(agent: string, event: string, fields: object): Evidence[] {
    const dialect = agentDialect(agent);
    assert.ok(dialect);
    const payload = { session_id: "s", sessionId: "s", cwd: "/w", directory: "/w", hook_event_name: event, ...fields };
    if (agent !== "copilot") delete (payload as { sessionId?: string }).sessionId;
    const read = dialect.decode(event, Buffer.from(JSON.stringify(payload)));
    assert.notEqual(read.type, "unreadable");
    if (read.type === "unreadable") return [];
    const subagent = read.subagent?.id;
    if (read.type === "tool-call") {
      const { tool, input, toolCallId } = read;
      return [{ kind: "call-began", tool, what: callText(tool, input), toolCallId, subagent }];
    }
    if (read.type === "permission-request") {
      const { tool, input } = read;
      return [
        { kind: "asked", waitingFor: "permission", text: "it asks", tool, what: callText(tool, input), subagent },
      ];
    }
    if (read.type === "outcome")
      return read.outcomes.map(({ tool, input, toolCallId, interrupted }) => ({
        kind: "call-ended",
        tool,
        what: input === undefined ? undefined : callText(tool ?? "", input),
        toolCallId,
        interrupted,
      }));
    return evidenceOf(read);
  }
}

for (const { name, agent, steps } of cases)
  test(`${agent}: ${name}`, () => {
    const played = new Played();
    for (const [index, [event, fields, expected]] of steps.entries()) {
      played.step(agent, event, fields);
      const { state, waitingFor, why } = stateOf(played.activity, played.holds);
      const said = [state, ...(waitingFor === null ? [] : [waitingFor])].join(" ");
      assert.equal(expected.includes(":") ? `${said}: ${why}` : said, expected, `after step ${index + 1}, ${event}`);
    }
  });
