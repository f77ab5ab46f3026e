/**
 * Shims: links to the hook client under the names of programs, in a folder that stands first on PATH, so that programs which an agent
 * without hooks starts by name ask first too. The room owns that folder and knows how to read what a shim asks, what of it is to be judged, and
 * what a held command shows.
 *
 * Promises: only links of ours are made or taken away; a script of the workspace and a shell that somebody types into run without a verdict of their
 * own (what they start asks again); what can't be read is refused.
 * Limits: one folder a home; what a shim can't see is in docs/threat-model.md (R24).
 * Never: judges (the gate does), decides (a person does), starts a program, reads the process's environment.
 */
export { readAsked, readWaiting, toJudge } from "./asked.ts";
export { holdCard, readDecision } from "./card.ts";
export { installShims, pathWithShims, shimStatus, uninstallShims } from "./folder.ts";
