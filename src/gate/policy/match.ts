import type { Glob } from "./glob.ts";
import { matchesWords } from "./glob.ts";
import type { WordsGlob } from "./glob.ts";
import type { PolicyContext, RuleMatch, TracedEffect, Words } from "./rule.ts";

/**
 * A rule that tightens matches where it might apply, one that loosens where it surely does: a word that can't be known, a program
 * called by a strange path and a folder above the target count for the first and not for the second.
 */
export type Intent = "tighten" | "loosen";

/** Whether all fields of the match that speak of tool, command or effect agree with this effect of the call. */
export function matchesEffect(match: RuleMatch, effect: TracedEffect, context: PolicyContext, intent: Intent): boolean {
  return (
    has(match.kind, effect.kind) &&
    has(match.place, effect.place) &&
    has(match.reach, effect.reach) &&
    has(match.undoable, effect.undoable) &&
    has(match.sure, effect.sure) &&
    has(match.secret, effect.secret) &&
    matchesCall(match, context, effect.cwd) &&
    (match.command === undefined || (effect.words !== undefined && anyWords(match.command, effect.words, intent))) &&
    (match.target === undefined || match.target.some((target) => matchesTarget(target, effect, context, intent)))
  );
}

/** For a rule without a word on effects: whether tool and command agree with the call (and, if it names one, any command). */
export function matchesCommand(match: RuleMatch, commands: readonly Words[], context: PolicyContext): boolean {
  return (
    matchesCall(match, context) &&
    (match.command === undefined ||
      commands.some((words) => anyWords(match.command as readonly WordsGlob[], words, "tighten")))
  );
}

/** Whether the rule says which program it means, not just any. */
export const namesCommand = (match: RuleMatch): boolean => match.command !== undefined;

function matchesCall(match: RuleMatch, context: PolicyContext, cwd: string = context.cwd): boolean {
  return (
    (match.tool === undefined || match.tool.some((tool) => tool.matches(context.tool))) &&
    (match.workspace === undefined ||
      match.workspace.some((workspace) => matchesPath(workspace, context.workspace, context))) &&
    (match.cwd === undefined || match.cwd.some((folder) => matchesPath(folder, cwd, context)))
  );
}

const has = <T>(list: readonly T[] | undefined, value: T): boolean => list === undefined || list.includes(value);

function anyWords(patterns: readonly WordsGlob[], words: Words, intent: Intent): boolean {
  const named = [programName(words[0], intent), ...words.slice(1)];
  return patterns.some(
    (pattern) =>
      matchesWords(pattern, words, intent === "tighten") || matchesWords(pattern, named, intent === "tighten"),
  );
}

/** `/usr/bin/git` is git. `./git` and `/tmp/git` are git to a rule that tightens only. */
function programName(program: string | undefined, intent: Intent): string | undefined {
  if (program === undefined || !program.includes("/")) return program;
  if (intent === "loosen" && !/^(\/usr(\/local)?)?\/s?bin\/[^/]+$/.test(program)) return program;
  return program.slice(program.lastIndexOf("/") + 1);
}

function matchesTarget(target: Glob, effect: TracedEffect, context: PolicyContext, intent: Intent): boolean {
  if (matchesPath(target, effect.target, context)) return true;
  if (intent === "loosen" || effect.reach === "one" || effect.target === "") return false;
  // What is done to a folder and everything below it is done to what the rule protects below it.
  const folder = effect.target.endsWith("/") ? effect.target : `${effect.target}/`;
  return rooted(target.prefix, context).startsWith(folder);
}

/** `~/` begins at the user's home, `./` at the workspace; the rest of the pattern is matched on the rest of the path. */
function matchesPath(pattern: Glob, path: string, context: PolicyContext): boolean {
  const base = baseOf(pattern.prefix, context);
  if (base === undefined) return pattern.matches(path);
  if (!path.startsWith(base)) return false;
  const rest = path.slice(base.length);
  return (rest === "" || rest.startsWith("/")) && pattern.matches(pattern.prefix.slice(0, 1) + rest);
}

function baseOf(prefix: string, context: PolicyContext): string | undefined {
  if (prefix === "~" || prefix.startsWith("~/")) return context.userHome;
  if (prefix === "." || prefix.startsWith("./")) return context.workspace;
  return undefined;
}

function rooted(prefix: string, context: PolicyContext): string {
  const base = baseOf(prefix, context);
  return base === undefined ? prefix : base + prefix.slice(1);
}
