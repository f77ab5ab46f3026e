import type { WaitingFor } from "../protocol/session-view.ts";

/** Names a tool call as well as the host does: some give an id, some only the tool and its input. */
export interface CallMarks {
  readonly tool?: string | undefined;
  /** The call in short: redacted, for showing, and the same for the same input. */
  readonly what?: string | undefined;
  readonly toolCallId?: string | undefined;
  /** The subagent that calls; undefined for the session's own turn. */
  readonly subagent?: string | undefined;
}

/**
 * What a host, the gate, the system or a person told of a session, in the past tense. It is applied in the order in which it came:
 * hosts give no times that can be compared, so what each kind can prove and what it can't is in `activity.ts`.
 */
export type Evidence =
  /** `compact` comes in the middle of a turn and begins nothing. */
  | { readonly kind: "started"; readonly how: "startup" | "resume" | "clear" | "compact" | "fork" }
  /** `text` is redacted and cut. */
  | { readonly kind: "prompted"; readonly text: string }
  /** A tool call asked the gate. */
  | ({ readonly kind: "call-began" } & CallMarks & { readonly tool: string; readonly what: string })
  /** It ended or was refused. `interrupted`: the person broke it off, and the turn with it. */
  | ({ readonly kind: "call-ended"; readonly interrupted?: boolean | undefined } & CallMarks)
  /** The host itself asks its user; without marks it is about whatever comes next. */
  | ({ readonly kind: "asked"; readonly waitingFor: WaitingFor; readonly text: string } & CallMarks)
  /** The host's own question was answered, one way or the other. */
  | { readonly kind: "answered" }
  /** A program that is no hook of ours was seen to run below the agent since it asked. */
  | { readonly kind: "program-ran" }
  /** The turn is over. `background`: agents that it left working. */
  | { readonly kind: "stopped"; readonly background: number }
  /** The host has waited for a prompt for a while. */
  | { readonly kind: "waited" }
  | { readonly kind: "failed"; readonly limited: boolean; readonly text: string }
  /** The person broke the turn off. */
  | { readonly kind: "interrupted"; readonly text: string }
  | { readonly kind: "compacting" }
  | { readonly kind: "compacted" }
  | { readonly kind: "subagent-began"; readonly id: string; readonly type: string }
  | { readonly kind: "subagent-ended"; readonly id: string }
  /** A person looked at it. */
  | { readonly kind: "seen" }
  | { readonly kind: "ended"; readonly why: string };
