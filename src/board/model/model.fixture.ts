import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionView } from "../../protocol/session-view.ts";

/** A session of which little is known; what a test is about is given. */
export function aSession(given: Partial<SessionView> & Pick<SessionView, "id">): SessionView {
  return {
    agent: "claude-code",
    name: null,
    firstPrompt: null,
    pinned: false,
    archived: false,
    cwd: "/home/me/shop",
    workspace: "/home/me/shop",
    pid: null,
    startedAt: "2026-11-21T10:00:00.000Z",
    lastSeenAt: "2026-11-21T10:00:00.000Z",
    endedAt: null,
    state: "working",
    waitingFor: null,
    since: "2026-11-21T10:00:00.000Z",
    why: "a prompt came",
    discovered: false,
    ungated: null,
    toolCalls: 0,
    openHolds: 0,
    current: null,
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
    subagents: [],
    ...given,
  };
}

export function aHold(given: Partial<HoldView> & Pick<HoldView, "id" | "session">): HoldView {
  return {
    state: "open",
    agent: "claude-code",
    cwd: "/home/me/shop",
    tool: "Bash",
    input: { command: "git push --force origin main" },
    reason: "would rewrite history that others have",
    rule: "git/force-push",
    effects: [],
    openedAt: "2026-11-21T10:00:00.000Z",
    expiresAt: "2026-11-22T10:00:00.000Z",
    decidedAt: null,
    words: null,
    waiting: 1,
    editable: true,
    undoable: true,
    entry: 1,
    ...given,
  };
}

export const gitAt = (root: string, given: Partial<NonNullable<SessionView["git"]>> = {}): SessionView["git"] => ({
  root,
  mainWorktree: null,
  branch: "main",
  dirtyFiles: 0,
  ahead: null,
  behind: null,
  addedLines: 0,
  removedLines: 0,
  ...given,
});
