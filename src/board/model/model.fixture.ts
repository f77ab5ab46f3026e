import type { SessionView } from "../../protocol/session-view.ts";

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
