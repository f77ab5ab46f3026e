import type { Json } from "../kit/canonical.ts";
import type { SessionState, WaitingFor } from "../protocol/session-view.ts";
import type { SessionPlace } from "../protocol/session-place.ts";
import { type Activity, newActivity } from "./activity.ts";
import { type Known, lasting } from "./known.ts";
import type { SessionRow } from "./rows.ts";
import type { Discovered, Observed, ProcessId, Session, Workspace } from "./types.ts";

/** Unknown fields of one session, as JSON; what does not fit is left out. */
export const detailsBytesMax = 8 * 1024;

/** What memory knows; written when new, ended or ungated, and else by the sweep. */
export interface Live {
  readonly id: string;
  readonly agent: string;
  cwd: string;
  readonly workspace: Workspace;
  process: ProcessId | undefined;
  readonly startedAtMs: number;
  lastSeenAtMs: number;
  endedAtMs: number | undefined;
  toolCalls: number;
  ungated: string | undefined;
  details: Record<string, Json>;
  /** What a person called it. */
  name: string | undefined;
  firstPrompt: string | undefined;
  pinned: boolean;
  archived: boolean;
  branch: string | undefined;
  activity: Activity;
  known: Known;
  /** The state that it was seen in last, and since when. */
  came: Came;
  /** Other processes that run this session too (resumed twice): it is gone when all of them are. */
  others: ProcessId[];
  changed: boolean;
  /** When the last of its running calls ended, on the monotonic clock of this run of the daemon. */
  callsEndedMs?: number;
}

export interface Came {
  readonly state: SessionState;
  readonly waitingFor: WaitingFor | null;
  readonly atMs: number;
}

/** The column `activity`. */
interface Kept {
  readonly activity?: Activity;
  readonly known?: Known;
  readonly came?: Came;
}

/** In the order of the statement that saves it. */
export function valuesOf(live: Live): (string | number | null)[] {
  return [
    live.agent,
    live.id,
    live.cwd,
    JSON.stringify(live.workspace),
    live.process?.pid ?? null,
    live.process?.startTime ?? null,
    live.startedAtMs,
    live.lastSeenAtMs,
    live.endedAtMs ?? null,
    JSON.stringify(live.details),
    live.name ?? null,
    live.firstPrompt ?? null,
    live.pinned ? 1 : 0,
    live.archived ? 1 : 0,
    live.branch ?? null,
    keptOf(live),
  ];
}

function keptOf({ activity, known, came }: Live): string {
  return JSON.stringify({ activity, known: lasting(known), came } satisfies Kept);
}

/** What a session that was never seen before knows of itself. */
export const unknownYet = {
  name: undefined,
  firstPrompt: undefined,
  pinned: false,
  archived: false,
  branch: undefined,
};

/** New fields win; a field that would take the whole over its limit is left out. */
export function merge(
  before: Readonly<Record<string, Json>>,
  more: Readonly<Record<string, Json>>,
): Record<string, Json> {
  const merged = { ...before };
  let bytes = Buffer.byteLength(JSON.stringify(merged));
  for (const [key, value] of Object.entries(more)) {
    const before = Object.hasOwn(merged, key) ? Buffer.byteLength(JSON.stringify({ [key]: merged[key] })) : 0;
    const after = bytes - before + Buffer.byteLength(JSON.stringify({ [key]: value }));
    if (after > detailsBytesMax) continue;
    merged[key] = value;
    bytes = after;
  }
  return merged;
}

export function liveOf(row: SessionRow): Live {
  const kept = JSON.parse(row.activity) as Kept;
  const unseen = newActivity(row.started_ms);
  const gone = row.ended_ms === null ? null : { atMs: row.ended_ms, why: "it ended" };
  return {
    id: row.session,
    agent: row.agent,
    cwd: row.cwd,
    workspace: JSON.parse(row.workspace) as Workspace,
    process: row.pid === null || row.start_time === null ? undefined : { pid: row.pid, startTime: row.start_time },
    startedAtMs: row.started_ms,
    lastSeenAtMs: row.seen_ms,
    endedAtMs: row.ended_ms ?? undefined,
    toolCalls: row.tool_calls,
    ungated: row.ungated ?? undefined,
    details: JSON.parse(row.details) as Record<string, Json>,
    name: row.name ?? undefined,
    firstPrompt: row.first_prompt ?? undefined,
    pinned: row.pinned === 1,
    archived: row.archived === 1,
    branch: row.branch ?? undefined,
    activity: { ...unseen, gone, ...kept.activity },
    known: kept.known ?? {},
    came: kept.came ?? {
      state: gone === null ? "idle" : "gone",
      waitingFor: null,
      atMs: row.ended_ms ?? row.started_ms,
    },
    others: [],
    changed: false,
  };
}

/** A session of which nothing is known but its process. */
export function liveOfNothing(found: Discovered, nowMs: number): Live {
  return {
    id: found.session,
    agent: found.agent,
    cwd: found.cwd,
    workspace: { root: found.workspace, added: [], ordinary: true },
    process: found.process,
    startedAtMs: found.startedAtMs,
    lastSeenAtMs: nowMs,
    endedAtMs: undefined,
    toolCalls: 0,
    ungated: undefined,
    details: {},
    ...unknownYet,
    known: found.known,
    activity: newActivity(found.startedAtMs),
    came: { state: "idle", waitingFor: null, atMs: nowMs },
    others: [],
    changed: false,
  };
}

export function sessionOf(live: Live): Session {
  const { id, agent, cwd, workspace, process, startedAtMs, lastSeenAtMs, endedAtMs, toolCalls, ungated } = live;
  return { id, agent, cwd, workspace, process, startedAtMs, lastSeenAtMs, endedAtMs, toolCalls, ungated };
}

export function placeOf({ agent, id, workspace, cwd, lastSeenAtMs, activity, callsEndedMs }: Live): SessionPlace {
  const { root, ordinary } = workspace;
  const running = activity.calls.length > 0;
  return { agent, session: id, root, ordinary, cwd, lastSeenAtMs, running, callsEndedMs };
}

export function observedOf({ id, agent, process, workspace, cwd, lastSeenAtMs, known, activity }: Live): Observed {
  const { turn, end, calls, asked } = activity;
  return {
    agent,
    session: id,
    process,
    workspace: workspace.root,
    cwd,
    lastSeenAtMs,
    transcript: known.transcript,
    askedSinceMs: asked?.call == null ? undefined : asked.sinceMs,
    turnSinceMs:
      end === null && turn !== null
        ? Math.max(turn.sinceMs, asked?.sinceMs ?? 0, ...calls.map(({ sinceMs }) => sinceMs))
        : undefined,
    stated: known.costUsd !== undefined,
    terminal: known.terminal !== undefined,
  };
}
