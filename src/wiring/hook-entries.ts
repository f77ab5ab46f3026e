import { getNodeValue, type Node } from "jsonc-parser";
import { canonicalJson, type Json } from "../kit/canonical.ts";
import { agentEvents } from "../protocol/agents.ts";
import { append, document, isProblem, type JsonText, memberOf, parseText, remove } from "./jsonc-text.ts";
import { type WiredAgent, WiringRefused } from "./wiring.ts";

/** The agents whose hooks stand in a JSON settings file, below `hooks.<event>[].hooks[]` (Copilot: `hooks.<event>[]`). */
export type JsonAgent = Exclude<WiredAgent, "opencode">;

export interface HookCommand {
  /** Absolute path of the hook binary in the home. */
  readonly hook: string;
  readonly home: string;
  /** Gemini's name for the hook. */
  readonly name: string;
}

type Entry = Readonly<Record<string, unknown>>;

/** What `wire` puts below `hooks`: one entry for each event. */
export function hookEntries(agent: JsonAgent, command: HookCommand): Readonly<Record<string, Entry>> {
  const entries: Record<string, Entry> = {};
  for (const { event, deciding, timeoutSeconds } of agentEvents[agent]) {
    const line = shellLine([command.hook, ...hookArguments(agent, event, command.home)]);
    switch (agent) {
      case "claude-code": {
        const handler = {
          type: "command",
          // With `args` no shell runs, so no BASH_ENV and no PATH of a repository's choosing has a say.
          command: command.hook,
          args: hookArguments(agent, event, command.home),
          timeout: timeoutSeconds,
          ...(deciding ? { onFailure: "block" } : {}),
        };
        entries[event] = toolEvents.has(event) ? { matcher: "*", hooks: [handler] } : { hooks: [handler] };
        break;
      }
      case "codex":
        entries[event] = { hooks: [{ type: "command", command: line, timeout: timeoutSeconds }] };
        break;
      case "gemini":
        entries[event] = {
          hooks: [{ name: command.name, type: "command", command: line, timeout: timeoutSeconds * 1000 }],
        };
        break;
      case "copilot":
        entries[event] = { type: "command", bash: line, timeoutSec: timeoutSeconds };
        break;
    }
  }
  return entries;
}

/** Events of Claude Code that have a tool to match. */
const toolEvents = new Set(["PreToolUse", "PermissionRequest", "PostToolUse", "PostToolUseFailure"]);

function hookArguments(agent: WiredAgent, event: string, home: string): string[] {
  return ["--home", home, agent, event];
}

/** For hosts that hand their hook to a shell: each word in single quotes, so nothing in a path is ever run. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

/** Ours by the program's name, whichever home, version or agent's form it is from. */
export function isOurHandler(handler: unknown): boolean {
  if (typeof handler !== "object" || handler === null) return false;
  const { command, bash } = handler as { command?: unknown; bash?: unknown };
  return [command, bash].some((text) => typeof text === "string" && ourProgram.test(text));
}

const ourProgram = /(?:^|[/'" ])signalbox-hook(?:$|['" ])/;

/** Our handlers as they stand in the file, by event: `[entry, …]`, an entry being what `hookEntries` makes. */
export function ourEntries({ root }: JsonText): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  const hooks = memberOf(root, "hooks");
  if (hooks === undefined || isProblem(hooks)) return found;
  for (const property of hooks.children ?? []) {
    const [key, list] = property.children ?? [];
    if (list?.type !== "array") continue;
    const event = String(key?.value);
    for (const element of list.children ?? []) {
      const entry: unknown = getNodeValue(element);
      if (isOurHandler(entry) || handlersOf(entry).some(isOurHandler))
        found.set(event, [...(found.get(event) ?? []), entry as Entry]);
    }
  }
  return found;
}

function handlersOf(entry: unknown): readonly unknown[] {
  const handlers = (entry as { hooks?: unknown } | null)?.hooks;
  return Array.isArray(handlers) ? handlers : [];
}

/** Whether exactly the wanted entries stand in the file, no more and no fewer of ours. */
export function hasExactly(text: JsonText, wanted: Readonly<Record<string, Entry>>): boolean {
  const found = ourEntries(text);
  const events = Object.keys(wanted);
  return found.size === events.length && events.every((event) => sameJson(found.get(event), [wanted[event]]));
}

/** Whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && canonicalJson(a as Json) === canonicalJson(b as Json);
}

/** Adds the entries, each after what others have there. @throws WiringRefused when `hooks` is not as the agent wants it */
export function addEntries(text: string, wanted: Readonly<Record<string, Entry>>, where: string): string {
  let current = text;
  const { root } = parsed(current, where);
  if (root === undefined) return document(current, { hooks: listed(wanted) });
  if (objectAt(root, "hooks", where) === undefined)
    return append(parsed(current, where), root, "hooks", listed(wanted));
  for (const [event, entry] of Object.entries(wanted)) {
    const now = parsed(current, where);
    const hooks = objectAt(now.root, "hooks", where);
    if (hooks === undefined) throw new WiringRefused(`${where} lost its "hooks" while it was edited`);
    const list = memberOf(hooks, event);
    if (isProblem(list)) throw new WiringRefused(`${where} can't be edited: ${list.problem}.`);
    if (list !== undefined && list.type !== "array")
      throw new WiringRefused(
        `${where} can't be edited: "hooks.${event}" is not a list. Mend it by hand, then wire again.`,
      );
    current = list === undefined ? append(now, hooks, event, [entry]) : append(now, list, undefined, entry);
  }
  return current;
}

const listed = (wanted: Readonly<Record<string, Entry>>): Record<string, Entry[]> =>
  Object.fromEntries(Object.entries(wanted).map(([event, entry]) => [event, [entry]]));

/** Takes our handlers out, and the lists, events and `hooks` that are empty without them. Other guards' stay. */
export function removeEntries(text: string, where: string): string {
  let current = text;
  for (;;) {
    const now = parsed(current, where);
    const next = removeOne(now);
    if (next === undefined) return current;
    current = next;
  }
}

function removeOne(now: JsonText): string | undefined {
  const { root } = now;
  const hooksProperty = root?.type === "object" ? root.children?.find(named("hooks")) : undefined;
  const hooks = hooksProperty?.children?.[1];
  if (root === undefined || hooksProperty === undefined || hooks?.type !== "object") return undefined;
  for (const property of hooks.children ?? []) {
    const list = property.children?.[1];
    if (list?.type !== "array") continue;
    for (const entry of list.children ?? []) {
      const value: unknown = getNodeValue(entry);
      const handlers = handlersOf(value);
      const ours = handlers.filter(isOurHandler).length;
      if (isOurHandler(value) || (ours > 0 && ours === handlers.length)) {
        if (list.children?.length !== 1) return remove(now, list, entry);
        if (hooks.children?.length !== 1) return remove(now, hooks, property);
        return remove(now, root, hooksProperty);
      }
      const handlerList = entry.children?.find(named("hooks"))?.children?.[1];
      const handler = handlerList?.children?.find((node) => isOurHandler(getNodeValue(node)));
      if (handlerList !== undefined && handler !== undefined) return remove(now, handlerList, handler);
    }
  }
  return undefined;
}

const named =
  (key: string) =>
  (property: Node): boolean =>
    property.children?.[0]?.value === key;

export function parsed(text: string, where: string): JsonText {
  const result = parseText(text);
  if (isProblem(result))
    throw new WiringRefused(
      `${where} can't be read as JSON (${result.problem}), so nothing was changed. Mend it, then wire again.`,
    );
  if (result.root !== undefined && result.root.type !== "object")
    throw new WiringRefused(
      `${where} holds ${result.root.type === "array" ? "a list" : `a ${result.root.type}`} where an object is meant, so nothing was changed.`,
    );
  return result;
}

function objectAt(root: Node | undefined, key: string, where: string): Node | undefined {
  const node = memberOf(root, key);
  if (isProblem(node))
    throw new WiringRefused(`${where} can't be edited: ${node.problem}. Keep one of them, then wire again.`);
  if (node !== undefined && node.type !== "object")
    throw new WiringRefused(`${where} can't be edited: "${key}" is not an object. Mend it by hand, then wire again.`);
  return node;
}
