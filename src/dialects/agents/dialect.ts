import type { Json } from "../../kit/canonical.ts";
import type { AgentName } from "../../protocol/agents.ts";

export type JsonObject = Readonly<Record<string, Json>>;

/** What every event carries. Nothing in it is trusted: an agent, or a repository, may have written all of it. */
export interface EventBase {
  /** The host's own name of the event, e.g. `PreToolUse`. */
  readonly event: string;
  /** Who really sent it, by the payload's shape: Copilot and Cursor also run hooks that were wired for Claude Code. */
  readonly agent: string;
  /** The host's session id; `unknown` when it sent none (a deciding event is then also not sure). */
  readonly session: string;
  /** Absolute; `/` when the host sent none (a deciding event is then also not sure). */
  readonly cwd: string;
  readonly subagent?: { readonly id: string; readonly type: string };
  /** As the host names it, e.g. `bypassPermissions`. */
  readonly permissionMode?: string;
  /** Why this payload may mean something else to another reader (see `readJson`); its verdict is then never plain allow. */
  readonly notSure?: string;
  /** The whole payload, unknown fields included. */
  readonly raw: JsonObject;
}

/** Asks for a verdict before the tool runs. */
export interface ToolCallEvent extends EventBase {
  readonly type: "tool-call";
  readonly tool: string;
  readonly input: JsonObject;
  readonly toolCallId?: string;
}

/** The host is about to ask its user about a call that was judged already: it gets that call's verdict. It has no id. */
export interface PermissionRequestEvent extends EventBase {
  readonly type: "permission-request";
  readonly tool: string;
  readonly input: JsonObject;
}

export interface Outcome {
  readonly status: "done" | "failed" | "refused";
  readonly tool?: string;
  readonly input?: JsonObject;
  /** Without it (Gemini, Copilot) an outcome is tied to its verdict by order and input. */
  readonly toolCallId?: string;
  readonly text?: string;
  readonly exitCode?: number;
  /** The person broke it off, and the turn with it. */
  readonly interrupted?: boolean;
  /** A summary that comes after the calls' own outcomes: it counts only for a call that has none yet. */
  readonly repeat?: boolean;
}

interface OutcomeEvent extends EventBase {
  readonly type: "outcome";
  readonly outcomes: readonly Outcome[];
}

/** The host wants to apply an edited settings file and can be told not to. */
interface ConfigChangeEvent extends EventBase {
  readonly type: "config-change";
  /** e.g. `user_settings`, `project_settings`, `local_settings` */
  readonly source: string;
  readonly path: string;
}

interface PromptEvent extends EventBase {
  readonly type: "prompt";
  readonly text: string;
}

/** What a host tells of itself. */
export type Notice =
  /** It shows its user a dialog. */
  | { readonly is: "asking"; readonly for: "permission" | "question" | "plan"; readonly text: string | undefined }
  | { readonly is: "answered" }
  /** It has waited for a prompt for a while. */
  | { readonly is: "waited" }
  | { readonly is: "failed"; readonly limited: boolean; readonly text: string }
  | { readonly is: "interrupted" }
  | { readonly is: "compacting" | "compacted" }
  | { readonly is: "subagent-began"; readonly id: string; readonly type: string }
  | { readonly is: "subagent-ended"; readonly id: string };

/** Nothing is to be answered; it only tells what the session does. */
export interface NoticeEvent extends EventBase {
  readonly type: "notice";
  readonly notice: Notice;
}

/** The status line's JSON: facts of the session, several times a second at most. It is never recorded. */
export interface StatusEvent extends EventBase {
  readonly type: "status";
}

export interface PlainEvent extends EventBase {
  readonly type: "session-start" | "session-end" | "stop" | "other";
}

/** The payload is no JSON object, so there is nothing to judge. On a deciding event that is never an allow. */
export interface UnreadableEvent {
  readonly type: "unreadable";
  readonly event: string;
  readonly agent: string;
  /** A sentence without its subject: `is empty`, `is not JSON (…)`. */
  readonly why: string;
  readonly bytes: number;
}

export type AgentEvent =
  | ToolCallEvent
  | PermissionRequestEvent
  | OutcomeEvent
  | ConfigChangeEvent
  | PromptEvent
  | NoticeEvent
  | StatusEvent
  | PlainEvent
  | UnreadableEvent;

/**
 * What is to be said to the host.
 * - `allow`: no objection; with `granted` a person (or `wire --grant`) approved it, and hosts that can be told ask nobody again.
 *   `input` is the call as the operator edited it: whole, not a patch.
 * - `hold`: the wait ended undecided. Hosts know no such thing, so it reads as a deny whose reason says what to do.
 * - `ask`: hand the question to the host's own dialog. Only interactive Claude Code can; elsewhere it is a deny.
 */
/** `context` is text for the model at a session's beginning, where the host takes one. */
export type Answer =
  | {
      readonly verdict: "allow";
      readonly granted?: boolean;
      readonly reason?: string;
      readonly input?: JsonObject;
      readonly context?: string;
    }
  | { readonly verdict: "hold" | "deny" | "ask"; readonly reason: string };

/** What the hook process prints and how it exits. */
export interface HookAnswer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host's wire format. Pure: no I/O, no clock; neither function throws, whatever the bytes are. */
export interface AgentDialect {
  readonly agent: AgentName;
  /** Whether the event's answer decides if a tool runs; only these fail closed. */
  deciding(event: string): boolean;
  decode(event: string, body: Buffer): AgentEvent;
  encode(event: AgentEvent, answer: Answer): HookAnswer;
}
