/**
 * Sessions: which runs of agents the daemon knows, and what became of their tool calls. The room owns the tables `sessions_*`.
 *
 * Promises: a session's workspace is found at its first event and does not move with `cd`. A verdict is remembered in the
 * transaction of its ledger entry and paired with its outcome by tool-call id, else by order and input; one that has no outcome
 * when its session ends is entered as `tool/unfinished`. A tool call that ran without a verdict is announced once for its session.
 * Limits: `sessionsMax` in memory and in the table (the longest silent one that has ended goes first), `madePathsMax` paths,
 * `trailStepsPerLegMax` steps of each leg of its trail and `detailsBytesMax` of unknown fields per session.
 * Never: decides anything, keeps an input, guesses a workspace again later.
 */
export { sessionsMigrations } from "./rows.ts";
export { createSessions } from "./sessions.ts";
export type { Evidence } from "./evidence.ts";
export type { Known } from "./known.ts";
export type { OpenHold } from "./state.ts";
export type * from "./types.ts";
