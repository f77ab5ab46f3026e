/**
 * The coding agents whose hooks we speak, and the events that `wire` registers with each: the short list. Never one whose
 * answer replaces the host's own work or that fires per token (WorktreeCreate, MessageDisplay, Elicitation, Gemini's model
 * events). Only deciding events fail closed: their answer decides whether a tool runs. The hook client, the dialects and
 * `wire` all take it from here.
 */
export const agentNames = ["claude-code", "codex", "gemini", "copilot", "opencode", "generic"] as const;
export type AgentName = (typeof agentNames)[number];

export interface RegisteredEvent {
  /** The host's own name. */
  readonly event: string;
  readonly deciding: boolean;
  /** How long the host is told to wait for the hook. */
  readonly timeoutSeconds: number;
}

/** `holdWaitMs` (270 s) stays below it; all hosts took 300 s. */
const decidingTimeoutSeconds = 300;
/** Everything else: the answer is always "go on", and takes milliseconds. */
const plainTimeoutSeconds = 10;

const deciding = (event: string): RegisteredEvent => ({
  event,
  deciding: true,
  timeoutSeconds: decidingTimeoutSeconds,
});
const plain = (event: string, timeoutSeconds = plainTimeoutSeconds): RegisteredEvent => ({
  event,
  deciding: false,
  timeoutSeconds,
});

export const agentEvents: Readonly<Record<AgentName, readonly RegisteredEvent[]>> = {
  "claude-code": [
    plain("SessionStart"),
    plain("UserPromptSubmit"),
    deciding("PreToolUse"),
    deciding("PermissionRequest"),
    plain("PostToolUse"),
    plain("PostToolUseFailure"),
    // The only event that tells of calls which the host or its user refused.
    plain("PostToolBatch"),
    plain("ConfigChange"),
    // What the boards would else get wrong: its own dialogs, turns that end without Stop, agents inside the session.
    plain("Notification"),
    plain("SubagentStart"),
    plain("SubagentStop"),
    plain("PreCompact"),
    plain("Stop"),
    plain("StopFailure"),
    plain("SessionEnd"),
  ],
  codex: [
    plain("SessionStart"),
    plain("UserPromptSubmit"),
    deciding("PreToolUse"),
    deciding("PermissionRequest"),
    plain("PostToolUse"),
    plain("SubagentStart"),
    plain("SubagentStop"),
    plain("Stop"),
    // Codex caps this one at 3 s itself.
    plain("SessionEnd", 3),
  ],
  gemini: [
    plain("SessionStart"),
    plain("BeforeAgent"),
    deciding("BeforeTool"),
    plain("AfterTool"),
    plain("AfterAgent"),
    plain("Notification"),
    plain("SessionEnd"),
  ],
  copilot: [
    plain("sessionStart"),
    plain("userPromptSubmitted"),
    deciding("preToolUse"),
    deciding("permissionRequest"),
    plain("postToolUse"),
    plain("agentStop"),
    plain("notification"),
    plain("sessionEnd"),
  ],
  // The names under which our plugin reports; OpenCode has no command hooks.
  opencode: [
    plain("event.session.created"),
    plain("chat.message"),
    deciding("tool.execute.before"),
    plain("tool.execute.after"),
    plain("event.permission.asked"),
    plain("event.permission.replied"),
    plain("event.session.error"),
    plain("event.session.idle"),
    plain("event.session.deleted"),
  ],
  generic: [
    deciding("tool-call"),
    plain("outcome"),
    plain("prompt"),
    plain("session-start"),
    plain("session-end"),
    plain("stop"),
  ],
};

export function isDeciding(agent: AgentName, event: string): boolean {
  return agentEvents[agent].some((registered) => registered.event === event && registered.deciding);
}
