/**
 * Notify: one desktop notification when a tool call waits and nobody watches.
 *
 * Promises: at most one notification per period, however many holds come; those between are counted and told together. The
 * program is found by absolute path in the system's own folders, gets its text as arguments (never through a shell) with control
 * characters taken out, and is ended after its deadline. A failure is logged once.
 * Never: waits for the desktop before an answer, shows an input (only who asks and the gate's sentence).
 */
export { createNotify } from "./notify.ts";
