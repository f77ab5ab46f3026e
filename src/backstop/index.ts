/**
 * Backstop: files that vanish from the workspaces of live sessions while no tool call runs there. What no gate could judge (a program left
 * running in the background, a person, another tool) is at least entered.
 *
 * Promises: one entry `workspace/changed-outside` a burst, with counts and the first `pathsShownMax` paths. It says what it
 * lacks: `lost` when there were more paths than are kept or the watcher reports a fault, `unsorted` when git could not tell what is ignored. Costs nothing while no session is live.
 * A burst that is under way when the daemon ends is entered before it does.
 * Limits: `workspacesMax` workspaces at a time, working trees of git only, `pathsMax` paths of a burst; a burst ends after `burstMsMax`.
 * What is seen within `graceMs` after the end of a tool call is taken for that call's. A file that is renamed is one gone and one that appeared.
 * On Linux the watcher does not report an overflow of the kernel's own queue: a burst of `eventsMax` events says that some may be missing, but many writes
 * of few files come as few events. Nor does it report a folder that was made after the limit of watches was reached. The watcher tells with half a
 * second's delay: what happens in the last one before the daemon ends is not seen.
 * Never: stops or brings back anything, reads a file, watches a home or `/`, tells who did it.
 */
export { Backstop, lookMs } from "./backstop.ts";
export type * from "./types.ts";
