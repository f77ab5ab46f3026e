/**
 * Facts: what the gate may know of the world, found out on request: where a path leads, whether git could bring it back,
 * whether the session made it, what a script says.
 *
 * Promises: an answer within the deadline (2 s for all questions of a request, 3 s for a workspace or project, which is asked once and
 * kept; of the loop's own time, so that what is there already is never late); what could not be had by then is `unknown`,
 * and unknown never means safe. Git is called with an environment made from nothing and with every program that a repository
 * could configure (filters, fsmonitor, hooks, diff drivers, transports) turned off: asking must not run the agent's code.
 * Nothing is remembered beyond the request. For the boards it also reads the process table, a repository's state and the end of a
 * transcript, each bounded in size and time, and only when asked.
 * Limits: questions per request, git processes at a time, bytes of output and of a script.
 * Never: reads the environment, writes anything, judges.
 */
export { createFacts, factFrom, factValue } from "./facts.ts";
export { type GitSummary, gitSummary } from "./git-summary.ts";
export { unignoredOf, watchPlan } from "./git-watch.ts";
export {
  ancestorsOf,
  argumentsOf,
  type ProcessSeen,
  type ProcessTable,
  scanProcesses,
  ticksPerSecond,
  treeOf,
  variablesOf,
} from "./processes.ts";
export { tailOf } from "./tail.ts";
export { alive, ancestryOf, processOf, sessionLeaderOf } from "./process.ts";
export type * from "./types.ts";
