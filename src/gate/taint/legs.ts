import type { Machine } from "../call.ts";
import { isBelow } from "../paths/text.ts";
import type { TracedEffect } from "../policy/index.ts";
import type { Leg, Step, Trail } from "./trail.ts";

/** Programs whose answer is somebody's text. What talks to the user's own services (kubectl, psql, npm) is not among them. */
const fetchers: ReadonlySet<string> = new Set(
  `curl wget http https xh httpie aria2c lynx w3m links elinks nc ncat netcat socat telnet ftp lftp sftp scp rsync yt-dlp
   gh glab python python3 node deno bun ruby perl php`.split(/\s+/),
);
/** git's that bring in what was never here; `fetch` and `pull` bring the work of those who may push. */
const strangers: ReadonlySet<string> = new Set(["clone", "archive"]);
/** git's that make something which a push would carry. */
const recording: ReadonlySet<string> = new Set(
  "commit am apply tag notes hash-object commit-tree fast-import update-ref replace".split(" "),
);

/**
 * What this call would bring to the session's trail, at most one step of each leg and only what the trail does not yet have: a `kept`
 * before any secret was read carries none.
 */
export function stepsOf(effects: readonly TracedEffect[], machine: Machine, trail: Trail): readonly Step[] {
  const steps: Step[] = [];
  const add = (leg: Leg, { what }: TracedEffect, path?: string) => {
    const same = steps.find((step) => step.leg === leg);
    // One that counts in any case stands for one that may not.
    if (same === undefined) steps.push({ leg, what, path });
    else if (same.path !== undefined && path === undefined) steps[steps.indexOf(same)] = { leg, what, path };
  };
  for (const effect of effects) {
    if (effect.secret === "reads") add("secret", effect);
    else if (effect.kind === "receive" && fromStrangers(effect)) add("untrusted", effect);
    else if (effect.kind === "read" && fromElsewhere(effect, machine)) add("untrusted", effect, effect.target);
  }
  if (steps.some(({ leg }) => leg === "secret") || trail.some(({ leg }) => leg === "secret"))
    for (const effect of effects) if (isKept(effect)) add("kept", effect);
  return steps;
}

function fromStrangers({ words, place }: TracedEffect): boolean {
  if (place !== "remote") return false;
  // No words: a tool that fetches, searches, browses, or asks an MCP server.
  if (words === undefined) return true;
  const [program, ...rest] = words;
  const name = nameOf(program);
  if (name === "git") return rest.some((word) => word !== undefined && strangers.has(word));
  return fetchers.has(name);
}

/** A file outside of the workspace: in a temp folder or in the home, but for the settings that the user keeps there. */
function fromElsewhere({ place, target, secret }: TracedEffect, { userHome }: Machine): boolean {
  if (secret !== "none") return false;
  if (place === "temp") return true;
  return place === "home" && !(isBelow(target, userHome) && target.startsWith(`${userHome}/.`));
}

function isKept({ kind, place, words }: TracedEffect): boolean {
  if (kind !== "write" || (place !== "workspace" && place !== "worktree")) return false;
  if (nameOf(words?.[0]) !== "git") return true;
  return words?.some((word) => word !== undefined && recording.has(word)) === true;
}

export const nameOf = (program: string | undefined): string =>
  program === undefined ? "" : program.slice(program.lastIndexOf("/") + 1).replace(/(?<=^python)[\d.]+$/, "");
