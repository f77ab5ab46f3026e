/**
 * Upkeep: what the daemon does without being asked. Two kinds. What must always go on, by the clock (`startUpkeep`: sweeps, the
 * ledger's retention); nothing here ever stops those. And what can wait for a quiet hour (`createUpkeep`: notes made one, old turns
 * forgotten), which is steered by one state machine: awake while anybody works, drowsy, asleep, dreaming while the tasks run,
 * hibernating when nothing is left to do. It owns the tables `upkeep_*`.
 *
 * Promises: only the scheduler moves the state; what others ask for is queued on disk and can be looked up by its id. A pause ends by
 * itself at its deadline, measured by the monotonic clock, and after a restart by the deadline on disk. A round of tasks that was
 * interrupted goes on with the task at which it was. A task that failed `failuresMax` times in a row rests for a day. A round that
 * has waited for a quiet hour too long runs anyway.
 * Limits: `commandsKeptMax` commands are remembered; `queuedMax` may wait.
 * Never: knows what a task does; lets one run while it is paused, or two at once.
 */
export { startUpkeep } from "./periodic.ts";
export { upkeepMigrations } from "./rows.ts";
export { createUpkeep } from "./scheduler.ts";
export type * from "./types.ts";
