import type { SessionState, WaitingFor } from "../protocol/session-view.ts";
import type { Activity, RunningCall } from "./activity.ts";

/** A hold as far as its session shows it. */
export interface OpenHold {
  readonly id: string;
  readonly tool: string;
  readonly what: string;
  /** ISO 8601. */
  readonly openedAt: string;
  /** Whether its caller waits for it at this moment: one that went away holds nobody up. */
  readonly waits: boolean;
}

export interface StateNow {
  readonly state: SessionState;
  readonly waitingFor: WaitingFor | null;
  /** One sentence without its full stop. */
  readonly why: string;
}

/** Tools by which an agent asks its user something: the call itself is the question. */
const askingTools: Readonly<Record<string, { readonly waitingFor: WaitingFor; readonly why: string }>> = {
  AskUserQuestion: { waitingFor: "question", why: "it asks a question" },
  ask_user: { waitingFor: "question", why: "it asks a question" },
  request_user_input: { waitingFor: "question", why: "it asks a question" },
  question: { waitingFor: "question", why: "it asks a question" },
  ExitPlanMode: { waitingFor: "plan", why: "it shows its plan" },
  exit_plan_mode: { waitingFor: "plan", why: "it shows its plan" },
  plan_exit: { waitingFor: "plan", why: "it shows its plan" },
};

/** What the session does, from everything that is known of it at once. The first that applies is the state. */
export function stateOf(activity: Activity, holds: readonly OpenHold[]): StateNow {
  const { gone, asked, end, turn, calls, subagents, compactingSinceMs, began } = activity;
  const is = (state: SessionState, why: string, waitingFor: WaitingFor | null = null): StateNow => ({
    state,
    waitingFor,
    why,
  });
  if (gone !== null) return is("gone", gone.why);
  const held = holds.find(({ waits }) => waits);
  if (held !== undefined) return is("waiting", `${held.tool} is held for you`, "permission");
  const question = calls.find(({ tool }) => Object.hasOwn(askingTools, tool));
  const asking = question && askingTools[question.tool];
  if (question !== undefined && asking !== undefined) return is("waiting", asking.why, asking.waitingFor); // before the host's own dialog, which only shows this question
  if (asked !== null) return is("waiting", asked.text, asked.waitingFor);
  if (end === null && turn !== null) return is("working", workWords(activity));
  if (compactingSinceMs !== null) return is("working", "it compacts its context");
  if (end !== null && (calls.length > 0 || subagents.length > 0 || end.background > 0))
    return is("working", `its turn is over and ${background(activity)} goes on`);
  if (end === null) return is("idle", began.text);
  switch (end.how) {
    case "limited":
      return is("limited", end.text);
    case "failed":
      return is("error", end.text);
    case "interrupted":
      return is("idle", end.text);
    case "stopped":
    case "waited":
      return is(end.seen ? "idle" : "finished-unseen", end.text);
  }
}

/** The call that runs or waits now. */
export function currentCall({ calls, asked }: Activity): RunningCall | undefined {
  const about = asked?.call;
  return (
    calls.find((call) => about !== null && call.toolCallId === about?.toolCallId && call.what === about.what) ??
    calls.find(({ tool }) => Object.hasOwn(askingTools, tool)) ??
    calls.at(-1)
  );
}

function workWords({ calls, subagents, turn, compactingSinceMs }: Activity): string {
  const call = calls.at(-1);
  if (compactingSinceMs !== null) return "it compacts its context";
  if (call !== undefined) return calls.length === 1 ? `${call.tool} runs` : `${calls.length} tool calls run`;
  if (subagents.length > 0) return subagents.length === 1 ? "a subagent works" : `${subagents.length} subagents work`;
  return turn?.by ?? "it works";
}

function background({ subagents, calls, end }: Activity): string {
  const count = Math.max(subagents.length, end?.background ?? 0);
  return count > 1 ? `${count} subagents' work` : calls.length > 0 || count === 1 ? "a subagent's work" : "its work";
}
