/**
 * Wiring puts our hook into the settings of coding agents and takes it out again. It owns the record of what it did and the dated
 * copies in `<home>/wired`, the hook client and the launch record in the home, and our entries in each agent's settings; all
 * else there is the user's. It promises: nothing is written before a plan was made whole; each file is replaced in one rename,
 * keeping its mode, its links, comments, order and layout; wiring twice changes nothing; unwiring brings the very bytes back if
 * nobody edited them since, and else takes out only our entries; what can't be read is refused, never overwritten. It never
 * starts a program (that is doctor/'s), never judges, and never reads the process's environment.
 */
import { join } from "node:path";
import { agentFiles, hookPath, userHomeOf } from "./agent-files.ts";
import { shellLine } from "./hook-entries.ts";
import { wiredAgents, type WiringWorld } from "./wiring.ts";

export { agentFiles } from "./agent-files.ts";
export { apply, applyHome } from "./apply.ts";
export { configChangeObjection } from "./config-change.ts";
export { discover } from "./discover.ts";
export { inspect } from "./inspect.ts";
export { homeEdits, planUnwire, planWire } from "./plan.ts";
export { grantsAllow, isRecorded } from "./record.ts";
export type { Launch, WiredAgent } from "./wiring.ts";
export { wiredAgents } from "./wiring.ts";

/** What decides which hooks an agent runs, for every agent we know: an agent's own edits there are the gate's business. */
export function agentConfigPaths(world: WiringWorld): string[] {
  return [
    ...wiredAgents.flatMap((agent) => agentFiles(agent, world).guarded),
    join(userHomeOf(world), ".claude.json"),
    "/etc/claude-code",
    "/etc/gemini-cli",
    "/etc/codex",
  ];
}

/** How any other program can ask: the command to run before it acts, and what to hand it. */
export function howToCallHook(world: WiringWorld): string {
  const line = shellLine([hookPath(world), "--home", world.place.home, "generic", "tool-call"]);
  return [
    "Run this before each tool call, with the call as JSON on its stdin:",
    `  ${line}`,
    '  {"agent":"my-agent","session":"any id","cwd":"/abs","tool":"Bash","input":{"command":"ls"},"toolCallId":"optional"}',
    'Exit 0: go on (if stdout holds {"verdict":"allow","input":{…}}, run that input instead). Any other exit: don\'t; stderr says why.',
    "Wait for it at least 300 s: a held call waits for a person.",
    `Afterwards report what became of it: ${line.replace(/tool-call$/, "outcome")}`,
    '  {"session":"any id","cwd":"/abs","toolCallId":"optional","tool":"Bash","input":{"command":"ls"},"status":"done|failed|refused","text":"…","exitCode":0}',
  ].join("\n");
}
