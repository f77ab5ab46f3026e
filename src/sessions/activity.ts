import type { WaitingFor } from "../protocol/session-view.ts";
import type { CallMarks, Evidence } from "./evidence.ts";

export interface RunningCall {
  readonly tool: string;
  readonly what: string;
  readonly toolCallId: string | null;
  readonly subagent: string | null;
  readonly sinceMs: number;
}

/** The host's own question to its user. */
export interface Asked {
  readonly waitingFor: WaitingFor;
  readonly text: string;
  readonly sinceMs: number;
  /** The running call that it is about; null when no call of ours is known to be. */
  readonly call: { readonly tool: string; readonly what: string; readonly toolCallId: string | null } | null;
}

export interface Subagent {
  readonly id: string;
  readonly type: string;
  readonly sinceMs: number;
}

/** How the newest turn ended. `waited` was not told by its end, only by the silence after it. */
export interface TurnEnd {
  readonly how: "stopped" | "waited" | "interrupted" | "failed" | "limited";
  readonly text: string;
  readonly atMs: number;
  readonly seen: boolean;
  /** Agents that went on working after it. */
  readonly background: number;
}

/**
 * Everything that bears on what a session does; `state.ts` makes the state of it. It is plain JSON and kept over restarts. Times are
 * for showing: what follows from what is decided by the order in which evidence came, so that a stepped clock changes nothing.
 */
export interface Activity {
  /** Null: no turn was ever seen. */
  readonly turn: { readonly sinceMs: number; readonly by: string } | null;
  /** Null while a turn runs. */
  readonly end: TurnEnd | null;
  /** Without an outcome yet, oldest first. */
  readonly calls: readonly RunningCall[];
  readonly asked: Asked | null;
  readonly subagents: readonly Subagent[];
  readonly compactingSinceMs: number | null;
  readonly began: { readonly atMs: number; readonly text: string };
  readonly gone: { readonly atMs: number; readonly why: string } | null;
}

/** Of one session at once; the oldest is forgotten first. */
const callsMax = 32;
const subagentsMax = 64;

export function newActivity(atMs: number): Activity {
  return {
    turn: null,
    end: null,
    calls: [],
    asked: null,
    subagents: [],
    compactingSinceMs: null,
    began: { atMs, text: "it was first seen" },
    gone: null,
  };
}

export function withEvidence(before: Activity, evidence: Evidence, atMs: number): Activity {
  if (evidence.kind === "ended")
    return { ...newActivity(before.began.atMs), began: before.began, gone: { atMs, why: evidence.why } };
  if (before.gone === null) return applied(before, evidence, atMs);
  // Hosts run their hooks side by side: an outcome or a stop may come after the end. Only what begins something brings it back.
  if (!begins(evidence)) return before;
  return applied({ ...newActivity(atMs), began: back(atMs) }, evidence, atMs);
}

function begins(evidence: Evidence): boolean {
  const { kind } = evidence;
  return kind === "prompted" || kind === "call-began" || (kind === "started" && evidence.how !== "compact");
}

const back = (atMs: number) => ({ atMs, text: "it came back" });

function applied(known: Activity, evidence: Exclude<Evidence, { kind: "ended" }>, atMs: number): Activity {
  switch (evidence.kind) {
    case "started":
      return evidence.how === "compact"
        ? { ...known, compactingSinceMs: null }
        : { ...newActivity(atMs), began: { atMs, text: startWords[evidence.how] } };
    case "prompted":
      // Whatever was asked or ran in the turn before is over: a host takes no prompt while its own dialog is open.
      return { ...working(known, "it was given a prompt", atMs), calls: [], asked: null };
    case "call-began":
      return callBegan(known, evidence, atMs);
    case "call-ended": {
      const rest = withoutCall(known, evidence);
      return evidence.interrupted === true ? ended(rest, "interrupted", "its user broke it off", atMs) : rest;
    }
    case "asked":
      return asked(known, evidence, atMs);
    case "answered":
    case "program-ran":
      return { ...known, asked: null };
    case "stopped":
      return ended(known, "stopped", "its host said that its turn is over", atMs, evidence.background);
    case "waited":
      return known.end === null && (known.turn !== null || known.asked !== null)
        ? ended(known, "waited", "its host waits for a prompt", atMs)
        : waits(known);
    case "failed":
      return ended(known, evidence.limited ? "limited" : "failed", evidence.text, atMs);
    case "interrupted":
      return known.end === null ? ended(known, "interrupted", evidence.text, atMs) : known;
    case "compacting":
      return { ...known, compactingSinceMs: atMs };
    case "compacted":
      return { ...known, compactingSinceMs: null };
    case "subagent-began": {
      const others = known.subagents.filter(({ id }) => id !== evidence.id);
      const { id, type } = evidence;
      return { ...known, subagents: [...others, { id, type, sinceMs: atMs }].slice(-subagentsMax) };
    }
    case "subagent-ended":
      return {
        ...known,
        subagents: known.subagents.filter(({ id }) => id !== evidence.id),
        calls: known.calls.filter(({ subagent }) => subagent !== evidence.id),
      };
    case "seen":
      return known.end === null ? known : { ...known, end: { ...known.end, seen: true } };
  }
}

/** A host that takes a prompt asks nothing and compacts nothing (a compaction that was broken off is not told), and no agent unknown to us works for it. */
function waits(known: Activity): Activity {
  const end = known.end === null || known.subagents.length > 0 ? known.end : { ...known.end, background: 0 };
  return { ...known, end, asked: null, compactingSinceMs: null };
}

const startWords = {
  startup: "it began",
  resume: "it was resumed",
  clear: "its conversation was cleared",
  fork: "it was forked",
} as const;

function working(known: Activity, by: string, atMs: number): Activity {
  return { ...known, turn: { sinceMs: atMs, by }, end: null, compactingSinceMs: null };
}

/** A call of the session's own turn proves that the turn runs (a stop hook may have sent it on); one of a subagent does not. */
function callBegan(known: Activity, evidence: CallMarks & { tool: string; what: string }, atMs: number): Activity {
  const { tool, what, toolCallId, subagent } = evidence;
  const own = subagent === undefined;
  const running = known.end === null && known.turn !== null;
  const turn =
    own && !running ? working(known, `${tool} began`, atMs) : own ? { ...known, compactingSinceMs: null } : known;
  // A host that asks its user before it runs our hook has been answered.
  const open = turn.asked?.call === null && own ? { ...turn, asked: null } : turn;
  if (found(open.calls, evidence) !== undefined) return open; // the host's own permission question about a call that we know
  const call = { tool, what, toolCallId: toolCallId ?? null, subagent: subagent ?? null, sinceMs: atMs };
  return { ...open, calls: [...open.calls, call].slice(-callsMax) };
}

/** By id where the end has one, else by what it does, else the oldest of that tool. */
function found(calls: readonly RunningCall[], { tool, what, toolCallId }: CallMarks): RunningCall | undefined {
  const same = calls.filter((call) => call.tool === tool && call.what === what);
  if (toolCallId !== undefined)
    return calls.find((call) => call.toolCallId === toolCallId) ?? same.find((call) => call.toolCallId === null);
  return what === undefined ? calls.find((call) => call.tool === tool) : same[0];
}

function withoutCall(known: Activity, marks: CallMarks): Activity {
  const call = found(known.calls, marks);
  if (call === undefined) return known;
  const about = known.asked?.call;
  const answered =
    about !== undefined &&
    about !== null &&
    about.tool === call.tool &&
    about.what === call.what &&
    about.toolCallId === call.toolCallId;
  return {
    ...known,
    calls: known.calls.filter((other) => other !== call),
    asked: answered ? null : known.asked,
  };
}

/**
 * A question proves that the host waits only while something of it can wait: a notification that comes after the end of the turn is
 * late and proves nothing.
 */
function asked(known: Activity, evidence: Extract<Evidence, { kind: "asked" }>, atMs: number): Activity {
  const { waitingFor, text } = evidence;
  const call = evidence.tool === undefined ? known.calls.at(-1) : found(known.calls, evidence);
  const idle = known.end !== null || known.turn === null;
  if (call === undefined && idle && known.subagents.length === 0) return known;
  // The host says it twice, with its hook and with its notification.
  if (known.asked !== null && known.asked.waitingFor === waitingFor) return known;
  const about = call === undefined ? null : { tool: call.tool, what: call.what, toolCallId: call.toolCallId };
  return { ...known, asked: { waitingFor, text, sinceMs: atMs, call: about } };
}

function ended(known: Activity, how: TurnEnd["how"], text: string, atMs: number, background = 0): Activity {
  return {
    ...known,
    end: { how, text, atMs, seen: how === "interrupted", background },
    calls: background > 0 ? known.calls.filter(({ subagent }) => subagent !== null) : [],
    asked: null,
    subagents: background > 0 ? known.subagents : [],
    compactingSinceMs: null,
  };
}
