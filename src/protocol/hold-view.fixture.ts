import type { HoldView } from "./operations/holds.ts";

/** An open hold that somebody waits for; what a test is about is given. */
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
