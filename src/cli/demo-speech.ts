import { randomUUID } from "node:crypto";

/** What happens in a scripted agent, in words of our own. */
export type Happening =
  | { readonly is: "start" }
  | { readonly is: "prompt"; readonly text: string }
  | { readonly is: "call" | "done" | "failed"; readonly call: ScriptedCall }
  | { readonly is: "stop" }
  | { readonly is: "end" }
  /** Claude Code only: what its status line is given. */
  | { readonly is: "status"; readonly status: object };

export interface ScriptedCall {
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export const speakers = ["claude-code", "codex", "gemini", "copilot", "opencode"] as const;
export type Speaker = (typeof speakers)[number];

export interface Said {
  /** The host's own name of the event. */
  readonly event: string;
  readonly payload: object;
}

interface About {
  readonly session: string;
  readonly cwd: string;
}

/** The happening as that host would say it to its hook; nothing where the host has no such event. */
export function said(speaker: Speaker, about: About, happening: Happening): Said | undefined {
  if (speaker === "claude-code") return snakeCase(claudeEvents, about, happening);
  if (speaker === "codex") return happening.is === "status" ? undefined : snakeCase(claudeEvents, about, happening);
  if (speaker === "gemini") return happening.is === "status" ? undefined : snakeCase(geminiEvents, about, happening);
  return speaker === "copilot" ? camelCase(about, happening) : plugin(about, happening);
}

export const newCall = (tool: string, input: ScriptedCall["input"]): ScriptedCall => ({
  id: `toolu_${randomUUID()}`,
  tool,
  input,
});

type Names = Readonly<Record<Happening["is"], string>>;

const claudeEvents: Names = {
  start: "SessionStart",
  prompt: "UserPromptSubmit",
  call: "PreToolUse",
  done: "PostToolUse",
  failed: "PostToolUseFailure",
  stop: "Stop",
  end: "SessionEnd",
  status: "StatusLine",
};

const geminiEvents: Names = {
  ...claudeEvents,
  prompt: "BeforeAgent",
  call: "BeforeTool",
  done: "AfterTool",
  failed: "AfterTool",
  stop: "AfterAgent",
};

function snakeCase(names: Names, { session, cwd }: About, happening: Happening): Said {
  const event = names[happening.is];
  const base = { session_id: session, cwd, hook_event_name: event };
  switch (happening.is) {
    case "start":
      return { event, payload: { ...base, source: "startup" } };
    case "prompt":
      return { event, payload: { ...base, permission_mode: "default", prompt: happening.text } };
    case "call":
    case "done":
    case "failed": {
      const { id, tool, input } = happening.call;
      const answer = happening.is === "call" ? {} : outcome(happening.is);
      return { event, payload: { ...base, tool_name: tool, tool_input: input, tool_use_id: id, ...answer } };
    }
    case "stop":
      return { event, payload: { ...base, stop_hook_active: false } };
    case "end":
      return { event, payload: { ...base, reason: "other" } };
    case "status":
      return { event, payload: { ...happening.status, session_id: session, cwd } };
  }
}

const nothingRun = "(the demo runs nothing)";

const outcome = (is: "done" | "failed"): object =>
  is === "done" ? { tool_response: { stdout: nothingRun } } : { error: nothingRun };

function camelCase({ session, cwd }: About, happening: Happening): Said | undefined {
  const base = { sessionId: session, timestamp: Date.now(), cwd };
  switch (happening.is) {
    case "start":
      return { event: "sessionStart", payload: { ...base, source: "new" } };
    case "prompt":
      return { event: "userPromptSubmitted", payload: { ...base, prompt: happening.text } };
    case "call":
    case "done":
    case "failed": {
      const { tool, input } = happening.call;
      const call = { ...base, toolName: tool, toolArgs: input };
      if (happening.is === "call") return { event: "preToolUse", payload: call };
      const resultType = happening.is === "done" ? "success" : "failure";
      return { event: "postToolUse", payload: { ...call, toolResult: { resultType, textResultForLlm: nothingRun } } };
    }
    case "stop":
      return { event: "agentStop", payload: { ...base, stopReason: "end_turn" } };
    case "end":
      return { event: "sessionEnd", payload: { ...base, reason: "complete" } };
    case "status":
      return undefined;
  }
}

function plugin({ session, cwd }: About, happening: Happening): Said | undefined {
  const own = (event: string, input: object, output: object = {}): Said => ({
    event,
    payload: { hook_event_name: event, directory: cwd, input, output },
  });
  const told = (event: string): Said => own(`event.${event}`, { type: event, properties: { sessionID: session } });
  switch (happening.is) {
    case "start":
      return told("session.created");
    case "prompt":
      return own("chat.message", { sessionID: session }, { parts: [{ type: "text", text: happening.text }] });
    case "call":
    case "done":
    case "failed": {
      const { id, tool, input } = happening.call;
      const call = { tool, sessionID: session, callID: id };
      if (happening.is === "call") return own("tool.execute.before", call, { args: input });
      const exit = happening.is === "done" ? 0 : 1;
      return own("tool.execute.after", { ...call, args: input }, { output: nothingRun, metadata: { exit } });
    }
    case "stop":
      return told("session.idle");
    case "end":
      return told("session.deleted");
    case "status":
      return undefined;
  }
}
