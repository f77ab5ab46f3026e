import type { SessionView } from "../protocol/session-view.ts";
import type { Activity } from "./activity.ts";
import type { Live } from "./live.ts";
import { currentCall, type OpenHold, stateOf } from "./state.ts";
import type { SessionFilter } from "./types.ts";

/** A session as boards show it. What is not known is null. */
export function viewOf(live: Live, holds: readonly OpenHold[]): SessionView {
  const { activity, process, known } = live;
  const { state, waitingFor, why } = stateOf(activity, holds);
  return {
    id: live.id,
    agent: live.agent,
    name: live.name ?? known.title ?? live.firstPrompt ?? null,
    firstPrompt: live.firstPrompt ?? null,
    pinned: live.pinned,
    archived: live.archived,
    cwd: live.cwd,
    workspace: live.workspace.root,
    project: known.project ?? known.git?.mainWorktree ?? live.workspace.root,
    pid: process?.pid ?? null,
    startedAt: time(live.startedAtMs),
    lastSeenAt: time(live.lastSeenAtMs),
    endedAt: live.endedAtMs === undefined ? null : time(live.endedAtMs),
    state,
    waitingFor,
    since: time(live.came.atMs),
    why,
    discovered: false,
    ungated: live.ungated ?? null,
    toolCalls: live.toolCalls,
    openHolds: holds.length,
    current: currentOf(activity, holds),
    subagents: activity.subagents.map(({ id, type, sinceMs }) => ({ id, type, since: time(sinceMs) })),
    model: known.model ?? null,
    effort: known.effort ?? null,
    permissionMode: known.permissionMode ?? null,
    context: known.context ?? null,
    tokens: known.tokens ?? null,
    costUsd: known.costUsd ?? null,
    lines: known.lines ?? null,
    rateLimits: known.rateLimits ?? [],
    git: known.git ?? null,
    process: known.process ?? null,
    terminal: known.terminal ?? null,
    parent: known.parent ?? null,
    children: [],
  };
}

const time = (ms: number) => new Date(ms).toISOString();

function currentOf(activity: Activity, holds: readonly OpenHold[]): SessionView["current"] {
  if (activity.gone !== null) return null;
  const held = holds.find(({ waits }) => waits);
  if (held !== undefined) return { tool: held.tool, what: held.what, since: held.openedAt, holdId: held.id };
  const call = currentCall(activity);
  return call === undefined ? null : { tool: call.tool, what: call.what, since: time(call.sinceMs), holdId: null };
}

export function matches({ state, agent, project }: SessionFilter, view: SessionView): boolean {
  if (state !== undefined && view.state !== state) return false;
  if (agent !== undefined && view.agent !== agent) return false;
  if (project === undefined) return true;
  const folder = project.endsWith("/") ? project : `${project}/`;
  return project === "/" || [view.workspace, view.project].some((path) => `${path}/`.startsWith(folder));
}
