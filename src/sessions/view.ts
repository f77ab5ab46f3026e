import type { SessionView } from "../protocol/session-view.ts";
import type { Live } from "./live.ts";
import type { OpenHold, SessionFilter } from "./types.ts";

/** A session as boards show it. What is not known is null. */
export function viewOf(live: Live, holds: readonly OpenHold[]): SessionView {
  const { activity, process } = live;
  const [hold] = holds;
  const call = activity.calls.at(-1);
  const time = (ms: number) => new Date(ms).toISOString();
  const ended = live.endedAtMs !== undefined;
  const held = hold !== undefined && !ended;
  return {
    id: live.id,
    agent: live.agent,
    name: live.name ?? live.firstPrompt ?? null,
    firstPrompt: live.firstPrompt ?? null,
    pinned: live.pinned,
    archived: live.archived,
    cwd: live.cwd,
    workspace: live.workspace.root,
    pid: process?.pid ?? null,
    startedAt: time(live.startedAtMs),
    lastSeenAt: time(live.lastSeenAtMs),
    endedAt: live.endedAtMs === undefined ? null : time(live.endedAtMs),
    state: held ? "waiting" : activity.state,
    waitingFor: held ? "permission" : activity.waitingFor,
    since: held ? hold.openedAt : time(activity.sinceMs),
    why: held ? `${hold.tool} is held: ${hold.id}` : activity.why,
    discovered: false,
    ungated: live.ungated ?? null,
    toolCalls: live.toolCalls,
    openHolds: holds.length,
    current: held
      ? { tool: hold.tool, what: hold.what, since: hold.openedAt, holdId: hold.id }
      : call === undefined
        ? null
        : { tool: call.tool, what: call.what, since: time(call.sinceMs), holdId: null },
    model: null,
    effort: null,
    permissionMode: null,
    context: null,
    tokens: null,
    costUsd: null,
    lines: null,
    rateLimits: [],
    git: null,
    process: null,
    terminal: null,
    parent: null,
    children: [],
  };
}

export function matches({ state, agent, project }: SessionFilter, view: SessionView): boolean {
  if (state !== undefined && view.state !== state) return false;
  if (agent !== undefined && view.agent !== agent) return false;
  if (project === undefined) return true;
  const folder = project.endsWith("/") ? project : `${project}/`;
  return `${view.workspace}/`.startsWith(folder) || project === "/";
}
