import type { SessionRef, SessionView } from "../protocol/session-view.ts";

/** Facts about a session that are not what it does. A field that is left out was not said. */
export type Known = Partial<
  Pick<
    SessionView,
    | "model"
    | "effort"
    | "permissionMode"
    | "context"
    | "tokens"
    | "costUsd"
    | "lines"
    | "rateLimits"
    | "git"
    | "process"
    | "terminal"
  >
> & {
  /** The repository that it works in, whichever of its worktrees. */
  readonly project?: string;
  /** The host's own name of the session. */
  readonly title?: string;
  /** Where the host writes what is said. */
  readonly transcript?: string;
  readonly parent?: SessionRef;
};

/** Facts that are true only while somebody looks; they are not kept over a restart. */
const passing = new Set<keyof Known>(["process", "git"]);

/** What is said anew replaces; what is not said, or said as nothing, stays. @returns the same object when nothing changed */
export function learned(before: Known, more: Known): Known {
  const news = Object.entries(more).filter(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(before[name as keyof Known]),
  );
  return news.length === 0 ? before : { ...before, ...Object.fromEntries(news) };
}

export function lasting(known: Known): Known {
  return Object.fromEntries(Object.entries(known).filter(([name]) => !passing.has(name as keyof Known)));
}
