import { getNodeValue, type Node } from "jsonc-parser";
import { type HookCommand, hookEntries, isOurHandler, ourEntries, sameJson } from "./hook-entries.ts";
import { isProblem, type JsonText, parseText } from "./jsonc-text.ts";

export interface ConfigChange {
  /** The host's word for which file it is: `user_settings`, `project_settings`, `local_settings`, … */
  readonly source: string;
  /** The file as it is now; null when there is none. */
  readonly text: string | null;
  /** There is a file, but it is too large or can't be read: `text` is null then. */
  readonly unreadable?: boolean;
  readonly hook: string;
  readonly home: string;
  /** False when the operator has unwired Claude Code (`isRecorded`): open sessions may then drop our hooks. */
  readonly wired?: boolean;
}

/**
 * Whether an edited settings file of Claude Code's would disable, remove or bypass our hooks, or set a variable of ours. Everything
 * else is the user's own business. Pure; a key that stands there twice is read both ways.
 * @returns what is wrong in one sentence with the way out, or undefined when there is no objection
 */
export function configChangeObjection(change: ConfigChange): string | undefined {
  if (change.wired === false) return undefined;
  const objection = objectionTo(change);
  return objection && `${objection} If you are the operator and mean it, unwire first: signalbox unwire claude-code`;
}

function objectionTo({ source, text, unreadable, hook, home }: ConfigChange): string | undefined {
  if (unreadable === true)
    return "This settings file is too large or can't be read, so it can't be told what it would do.";
  const ours = source === "user_settings";
  if (text === null || text.trim() === "")
    return ours ? "Without this settings file no tool call would be judged any more." : undefined;
  const parsed = parseText(text.replace(/^\ufeff/, ""));
  if (isProblem(parsed)) {
    if (ours)
      return `This settings file is not valid JSON (${parsed.problem}), so its hooks would be lost and no tool call judged.`;
    // The host could read what we can't: then what it may say counts.
    return telling.test(text)
      ? `This settings file can't be read (${parsed.problem}) and could switch off or lead round the hooks that judge every tool call.`
      : undefined;
  }
  const switchedOff = values(parsed.root, "disableAllHooks").find((value) => value !== false && value !== null);
  if (switchedOff !== undefined) return '"disableAllHooks" would switch off the hooks that judge every tool call.';
  const variable = values(parsed.root, "env").flatMap(variableNames).find(isOurs);
  if (variable !== undefined)
    return `"env.${variable}" is set there, and that could lead the hook or the agent round Signalbox.`;
  return ours ? missingHook(parsed, { hook, home, name: "" }) : undefined;
}

/** What an objection could be made of, as it stands or behind an escape; or so many brackets that it may hide anything. */
const telling = /disableAllHooks|SIGNALBOX|CLAUDE_CO|\\u|[[{]{64}/i;

/** All values of a top-level key, also when it stands there twice. */
function values(root: Node | undefined, key: string): unknown[] {
  return members(root, key).map((node): unknown => getNodeValue(node));
}

function members(object: Node | undefined, key: string): Node[] {
  if (object?.type !== "object") return [];
  return (object.children ?? []).flatMap((property) => {
    const value = property.children?.[1];
    return property.children?.[0]?.value === key && value !== undefined ? [value] : [];
  });
}

function variableNames(env: unknown): string[] {
  return typeof env === "object" && env !== null ? Object.keys(env) : [];
}

/** Ours, and the two that make Claude Code run without the user's hooks or read other settings. */
function isOurs(name: string): boolean {
  return /^SIGNALBOX_/i.test(name) || name === "CLAUDE_CODE_SIMPLE" || name === "CLAUDE_CONFIG_DIR";
}

function missingHook(parsed: JsonText, command: HookCommand): string | undefined {
  if (members(parsed.root, "hooks").length > 1)
    return 'The key "hooks" stands there twice, so it can\'t be told which hooks would run.';
  const hooks = members(parsed.root, "hooks")[0];
  const found = ourEntries(parsed);
  for (const [event, entry] of Object.entries(hookEntries("claude-code", command))) {
    if (members(hooks, event).length > 1)
      return `The key "hooks.${event}" stands there twice, so it can't be told which hooks would run.`;
    const there = found.get(event) ?? [];
    if (there.length === 0) return `Signalbox's ${event} hook would be gone.`;
    if (!there.some((candidate) => sameJson(ourPart(candidate), entry)))
      return `Signalbox's ${event} hook would no longer be as it was wired.`;
  }
  return undefined;
}

/** An entry that others share: their handlers in it are no concern of ours. */
function ourPart(entry: Readonly<Record<string, unknown>>): unknown {
  const { hooks } = entry;
  return Array.isArray(hooks) ? { ...entry, hooks: hooks.filter(isOurHandler) } : entry;
}
