import { getNodeValue, type Node } from "jsonc-parser";
import { addEntries, type HookCommand, hasExactly, hookEntries, parsed, removeEntries } from "./hook-entries.ts";
import { append, document, isProblem, type JsonText, memberOf, remove, replace } from "./jsonc-text.ts";
import { opencodeMark, opencodePlugin } from "./opencode-plugin.ts";
import { hasStatusLine, withoutStatusLine, withStatusLine } from "./status-line.ts";
import { type WiredAgent, WiringRefused } from "./wiring.ts";

/** Gemini's `hooksConfig` before us: absent, without `enabled`, or with this value. */
export type GeminiEnabled = "absent" | "unset" | boolean;

/** Text in, text out: an agent's settings with our hooks. `where` names the file in refusals. */
export function withHooks(agent: WiredAgent, text: string, command: HookCommand, where: string): string {
  switch (agent) {
    case "opencode":
      return opencodePlugin(command);
    case "gemini":
      return addEntries(enableHooks(text, where), hookEntries(agent, command), where);
    case "copilot":
      return addEntries(text.trim() === "" ? emptyCopilotFile : text, hookEntries(agent, command), where);
    case "claude-code":
      return withStatusLine(addEntries(text, hookEntries(agent, command), where), command, where);
    case "codex":
      return addEntries(text, hookEntries(agent, command), where);
  }
}

const emptyCopilotFile = '{\n  "version": 1\n}\n';

/** Exactly what `withHooks` puts there, for `--print`. */
export function shownHooks(agent: WiredAgent, command: HookCommand): string {
  const empty = withHooks(agent, "", command, "");
  return empty.trimEnd();
}

/** Whether the text is as `withHooks` would make it. */
export function isWired(agent: WiredAgent, text: string, command: HookCommand, where: string): boolean {
  return hasHooks(agent, text, command, where) && (agent !== "claude-code" || hasStatusLine(text, command, where));
}

/**
 * Whether our hooks stand in the text just as `withHooks` would put them, wherever in it. The status line is the user's to change:
 * without ours the boards know less, and the gate is none the worse.
 */
export function hasHooks(agent: WiredAgent, text: string, command: HookCommand, where: string): boolean {
  if (agent === "opencode") return text === opencodePlugin(command);
  if (!hasExactly(parsed(text, where), hookEntries(agent, command))) return false;
  return agent !== "gemini" || geminiEnabled(text, where) === true;
}

/**
 * The settings without any entry of ours, everything else untouched.
 * @returns null when nothing but our own file is left
 * @throws WiringRefused when the text is not JSON, or a plugin of that name is not ours
 */
export function withoutHooks(
  agent: WiredAgent,
  text: string,
  where: string,
  enabledBefore: GeminiEnabled | undefined,
): string | null {
  if (agent === "opencode") {
    if (text.startsWith(opencodeMark)) return null;
    throw new WiringRefused(`${where} was not made by Signalbox. Move it away, then run the command again.`);
  }
  const rest = removeEntries(agent === "claude-code" ? withoutStatusLine(text, where) : text, where);
  if (agent === "copilot") return rest !== text && hasOnlyVersion(parsed(rest, where)) ? null : rest;
  return agent === "gemini" && enabledBefore !== undefined ? restoreEnabled(rest, where, enabledBefore) : rest;
}

function hasOnlyVersion({ root }: JsonText): boolean {
  return (root?.children ?? []).every((property) => property.children?.[0]?.value === "version");
}

export function geminiEnabled(text: string, where: string): GeminiEnabled {
  const config = configOf(parsed(text, where), where);
  if (config === undefined) return "absent";
  const enabled = memberOf(config, "enabled");
  if (isProblem(enabled)) throw new WiringRefused(`${where} can't be edited: ${enabled.problem}.`);
  if (enabled === undefined) return "unset";
  const value: unknown = getNodeValue(enabled);
  if (typeof value === "boolean") return value;
  throw new WiringRefused(`${where} can't be edited: "hooksConfig.enabled" is neither true nor false.`);
}

/** Gemini runs hooks only with `hooksConfig.enabled`; a user's own `false` is overruled, and the plan's notes say so. */
function enableHooks(text: string, where: string): string {
  const before = geminiEnabled(text, where);
  if (before === true) return text;
  const now = parsed(text, where);
  const { root } = now;
  if (root === undefined) return document(text, { hooksConfig: { enabled: true } });
  const config = configOf(now, where);
  if (config === undefined) return append(now, root, "hooksConfig", { enabled: true });
  const enabled = memberOf(config, "enabled");
  if (enabled === undefined || isProblem(enabled)) return append(now, config, "enabled", true);
  return replace(now, enabled, true);
}

/** Undoes `enableHooks`, unless somebody has changed the switch since. */
function restoreEnabled(text: string, where: string, before: GeminiEnabled): string {
  if (before === true || geminiEnabled(text, where) !== true) return text;
  const now = parsed(text, where);
  const property = now.root?.children?.find((child) => child.children?.[0]?.value === "hooksConfig");
  const config = property?.children?.[1];
  const enabled = config?.children?.find((child) => child.children?.[0]?.value === "enabled");
  const value = enabled?.children?.[1];
  if (now.root === undefined || property === undefined || config === undefined || enabled === undefined) return text;
  if (before === false) return value === undefined ? text : replace(now, value, false);
  const alone = config.children?.length === 1;
  return before === "absent" && alone ? remove(now, now.root, property) : remove(now, config, enabled);
}

function configOf({ root }: JsonText, where: string): Node | undefined {
  const config = memberOf(root, "hooksConfig");
  if (isProblem(config)) throw new WiringRefused(`${where} can't be edited: ${config.problem}.`);
  if (config !== undefined && config.type !== "object")
    throw new WiringRefused(`${where} can't be edited: "hooksConfig" is not an object.`);
  return config;
}
