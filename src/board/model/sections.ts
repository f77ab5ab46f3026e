import type { SessionView } from "../../protocol/session-view.ts";

/**
 * Where a session stands on the board, most urgent first. What only a person can move comes first; then what runs, what is done and
 * waits to be looked at, what waits by itself, and at last what is over.
 */
export const sections = ["needs-you", "working", "finished", "limited", "idle", "gone"] as const;
export type Section = (typeof sections)[number];

export const sectionTitles: Readonly<Record<Section, string>> = {
  "needs-you": "Needs you",
  working: "Working",
  finished: "Done, not seen yet",
  limited: "Stopped by a limit",
  idle: "Idle",
  gone: "Gone",
};

const sectionOfState: Readonly<Record<SessionView["state"], Section>> = {
  waiting: "needs-you",
  error: "needs-you",
  working: "working",
  "finished-unseen": "finished",
  limited: "limited",
  idle: "idle",
  gone: "gone",
};

/** A session whose tool calls pass unjudged needs a person whatever it does, unless it is over. */
export function sectionOf({ state, ungated }: Pick<SessionView, "state" | "ungated">): Section {
  const section = sectionOfState[state];
  return ungated !== null && section !== "gone" ? "needs-you" : section;
}
