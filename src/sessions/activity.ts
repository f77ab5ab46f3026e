import type { SessionState, WaitingFor } from "../protocol/session-view.ts";

/** Something that a session's host, the gate or the system told of it, as far as it bears on what the session does. */
export type Evidence =
  | { readonly kind: "started" }
  | { readonly kind: "prompted"; readonly text: string }
  /** A tool call asks or runs; `what` is redacted and short. */
  | { readonly kind: "call"; readonly tool: string; readonly what: string; readonly toolCallId?: string | undefined }
  | { readonly kind: "call-ended"; readonly tool?: string | undefined; readonly toolCallId?: string | undefined }
  | { readonly kind: "stopped" }
  /** A person looked at it. */
  | { readonly kind: "seen" }
  | { readonly kind: "ended"; readonly why: string };

export interface RunningCall {
  readonly tool: string;
  readonly what: string;
  readonly toolCallId: string | null;
  readonly sinceMs: number;
}

/** What is known of what a session does. JSON: it is kept over restarts. */
export interface Activity {
  readonly state: SessionState;
  readonly waitingFor: WaitingFor | null;
  readonly sinceMs: number;
  readonly why: string;
  /** Without an outcome yet, oldest first. */
  readonly calls: readonly RunningCall[];
}

/** Calls at once of one session; the oldest is forgotten first. */
const callsMax = 32;

export function newActivity(atMs: number): Activity {
  return { state: "idle", waitingFor: null, sinceMs: atMs, why: "it has not been given anything to do yet", calls: [] };
}

export function withEvidence(before: Activity, evidence: Evidence, atMs: number): Activity {
  const to = (state: SessionState, why: string, calls = before.calls): Activity =>
    before.state === state && state !== "idle"
      ? { ...before, calls }
      : { state, waitingFor: null, sinceMs: atMs, why, calls };
  switch (evidence.kind) {
    case "started":
      return to("idle", "it began", []);
    case "prompted":
      return to("working", "it was given a prompt", []);
    case "call": {
      const { tool, what } = evidence;
      const call = { tool, what, toolCallId: evidence.toolCallId ?? null, sinceMs: atMs };
      return to("working", `${tool} began`, [...before.calls, call].slice(-callsMax));
    }
    case "call-ended": {
      const ended = before.calls.find((call) =>
        evidence.toolCallId === undefined
          ? call.tool === (evidence.tool ?? call.tool)
          : call.toolCallId === evidence.toolCallId,
      );
      return { ...before, calls: before.calls.filter((call) => call !== ended) };
    }
    case "stopped":
      return to("finished-unseen", "its host said that its turn is over", []);
    case "seen":
      return before.state === "finished-unseen" ? to("idle", "its turn is over, and that was seen") : before;
    case "ended":
      return to("gone", evidence.why, []);
  }
}
