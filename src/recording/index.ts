/**
 * Recording: what a person types in a shell is told to the daemon after it ran, and entered classified and redacted. The room owns the marked
 * block in the shell's rc file, the script that the block reads, and the spool of what was typed while no daemon ran.
 *
 * Promises: the rc file is the user's: one block is added or taken out, in one rename, and the very bytes from before come back if nobody edited them
 * since. Nothing waits for the record, no prompt is stopped, other hooks of the shell keep their place and their exit code. What is spooled is
 * redacted first.
 * Limits: the spool holds `recordSpoolBytesMax`; more is left out. A line that the shell leaves out of its own history (a leading space) is not told.
 * Never: judges, stops a command, reads the process's environment.
 */
export { installRecording, recordingStatus, type Shell, shells, uninstallRecording } from "./rc.ts";
export { addToSpool, takeSpool } from "./spool.ts";
