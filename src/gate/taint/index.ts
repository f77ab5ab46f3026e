/**
 * Taint: the three legs by which a secret leaves (the lethal trifecta). A session that has read what strangers wrote, has read a secret, and
 * now sends something that could carry it, gets a hold that names the steps. This folder owns what counts as a leg (`legs.ts`), what a
 * send could carry (`carries.ts`) and the verdict (`taint.ts`). It is pure: the session's trail so far is handed in with the call, and
 * the steps that the call would add are handed out; the daemon keeps them when the call is let through.
 *
 * Two legs raise nothing. What strangers wrote must have been read before the call, since it works on the agent that writes the call. It never
 * lowers a verdict, and only an allow rule that speaks of `secret` takes its hold back.
 */
export type { Leg, Step, Trail } from "./trail.ts";
export { stepsOf } from "./legs.ts";
export { taintFindings, taintRule } from "./taint.ts";
