import { getNodeValue, type Node } from "jsonc-parser";
import { type HookCommand, parsed, shellLine } from "./hook-entries.ts";
import { append, document, isProblem, type JsonText, memberOf, remove, replace } from "./jsonc-text.ts";

/**
 * Claude Code's status line is the best source of cost, context and limits, and the user may have one. Ours wraps it: the input goes to
 * the hook client in the background, whose output goes nowhere, and to the user's own command, whose output, errors and exit code
 * are the status line's as before. The same shell runs both. Taking ours out brings the user's command back to the letter.
 */
const take = 'signalbox_input=$(cat; printf .); signalbox_input=${signalbox_input%.}; printf %s "$signalbox_input" | ';
const pass = ' >/dev/null 2>&1 & printf %s "$signalbox_input" | {\n';
const end = "\n}";

function plain({ hook, home }: HookCommand): string {
  return shellLine([hook, "--home", home, "claude-code", "StatusLine"]);
}

function wrapped(own: string, command: HookCommand): string {
  return `${take}${plain(command)}${pass}${own}${end}`;
}

/** What was there before us; null when it was nothing. Undefined: the command is not ours. */
function unwrapped(text: string): string | null | undefined {
  if (/^\S*(?:'[^\n]*)?signalbox-hook'? --home [^\n]* claude-code StatusLine$/.test(text)) return null;
  if (!text.startsWith(take) || !text.endsWith(end)) return undefined;
  const from = text.indexOf(pass);
  return from === -1 ? undefined : text.slice(from + pass.length, -end.length);
}

/** The line's command, where it is one that can be wrapped: a shell's, and not one that would swallow what we put behind it. */
function commandIn({ root }: JsonText): { readonly node: Node; readonly text: string } | "none" | "other" {
  const line = memberOf(root, "statusLine");
  if (line === undefined) return "none";
  if (isProblem(line) || line.type !== "object") return "other";
  const [type, command] = [memberOf(line, "type"), memberOf(line, "command")];
  if (type === undefined || command === undefined || isProblem(type) || isProblem(command)) return "other";
  const text: unknown = getNodeValue(command);
  if (getNodeValue(type) !== "command" || typeof text !== "string" || /(?:^|[^\\])(?:\\\\)*\\$/.test(text))
    return "other";
  return { node: command, text };
}

export function withStatusLine(text: string, command: HookCommand, where: string): string {
  const now = parsed(text, where);
  const found = commandIn(now);
  if (found === "other") return text; // the boards know less then; the gate does not depend on it
  if (found === "none") {
    const line = { type: "command", command: plain(command) };
    return now.root === undefined ? document(text, { statusLine: line }) : append(now, now.root, "statusLine", line);
  }
  const own = unwrapped(found.text);
  const wanted = own === null ? plain(command) : wrapped(own ?? found.text, command);
  return wanted === found.text ? text : replace(now, found.node, wanted);
}

export function hasStatusLine(text: string, command: HookCommand, where: string): boolean {
  return withStatusLine(text, command, where) === text;
}

export function withoutStatusLine(text: string, where: string): string {
  const now = parsed(text, where);
  const found = commandIn(now);
  if (found === "none" || found === "other") return text;
  const own = unwrapped(found.text);
  if (own === undefined) return text;
  if (own !== null) return replace(now, found.node, own);
  const property = now.root?.children?.find((child) => child.children?.[0]?.value === "statusLine");
  return now.root === undefined || property === undefined ? text : remove(now, now.root, property);
}
