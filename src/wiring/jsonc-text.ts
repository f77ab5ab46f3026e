import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/**
 * Edits of JSON text that leave every other byte alone: comments, order, white space, quoting, trailing commas. (jsonc-parser's own
 * `modify` reformats the neighbours of what it inserts.) A byte order mark must have been taken off.
 */
export interface JsonText {
  readonly text: string;
  /** Undefined when the text holds no value: empty, white space, comments. */
  readonly root: Node | undefined;
}

export type JsonProblem = { readonly problem: string };

/** The parser is recursive, and a repository may have written the file. */
const depthMax = 256;

export function parseText(text: string): JsonText | JsonProblem {
  if (isTooDeep(text)) return { problem: `nested deeper than ${depthMax} levels` };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const first = errors[0];
  if (first !== undefined) {
    const before = text.slice(0, first.offset).split("\n");
    return {
      problem: `${printParseErrorCode(first.error)} in line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`,
    };
  }
  return { text, root };
}

function isTooDeep(text: string): boolean {
  const scanner = createScanner(text, true);
  for (let depth = 0; ; ) {
    scanner.scan();
    const at = scanner.getTokenOffset();
    if (at >= text.length) return false;
    const character = text[at];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth > depthMax) return true;
  }
}

/**
 * The value of a member. A key that stands there twice is a problem: we would edit one and the agent may read the other.
 * @returns undefined when there is no such member
 */
export function memberOf(object: Node | undefined, key: string): Node | undefined | JsonProblem {
  if (object?.type !== "object") return undefined;
  const found = (object.children ?? []).filter((property) => property.children?.[0]?.value === key);
  if (found.length > 1) return { problem: `the key "${key}" stands there ${found.length} times` };
  return found[0]?.children?.[1];
}

export function isProblem(value: Node | JsonText | JsonProblem | undefined): value is JsonProblem {
  return value !== undefined && "problem" in value;
}

interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

function applyAll(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const edit of [...edits].sort((a, b) => b.offset - a.offset))
    result = result.slice(0, edit.offset) + edit.content + result.slice(edit.offset + edit.length);
  return result;
}

/** The file's own way to break and indent lines. */
function styleOf(text: string): { readonly eol: string; readonly unit: string } {
  const eol = /\r?\n/.exec(text)?.[0] ?? "\n";
  const indent = /^([ \t]+)["[{]/m.exec(text)?.[1];
  return { eol, unit: indent === undefined ? "  " : indent.startsWith("\t") ? "\t" : indent.slice(0, 8) };
}

function print(value: unknown, unit: string, indent: string, eol: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);
}

/** Adds `"key": value` after the last member of an object, or `value` after the last element of an array (`key` undefined). */
export function append({ text }: JsonText, container: Node, key: string | undefined, value: unknown): string {
  const { eol, unit } = styleOf(text);
  const lineStart = text.lastIndexOf("\n", container.offset - 1) + 1;
  const outer = /^[ \t]*/.exec(text.slice(lineStart, container.offset))?.[0] ?? "";
  const inner = outer + unit;
  const piece = (key === undefined ? "" : `${JSON.stringify(key)}: `) + print(value, unit, inner, eol);
  const close = container.offset + container.length - 1;
  const last = container.children?.at(-1);
  const edits: TextEdit[] = [];
  let from = container.offset + 1;
  if (last !== undefined) {
    from = last.offset + last.length;
    const comma = commaAfter(text, from);
    if (comma === undefined) edits.push({ offset: from, length: 0, content: "," });
    else from = comma + 1;
  }
  // A comment at the end of the line belongs to what stands before it; in an empty container all comments stay in front.
  const at = last === undefined ? endOfTrivia(text, from, close) : endOfLineComments(text, from);
  const rest = text.slice(at, close);
  const closesOnOwnLine = rest.includes("\n");
  const content = eol + inner + piece + (closesOnOwnLine ? "" : eol + outer);
  edits.push({ offset: at, length: closesOnOwnLine ? 0 : rest.length - rest.trimStart().length, content });
  return applyAll(text, edits.reverse());
}

/** A whole new document below whatever comments there are. */
export function document(text: string, value: unknown): string {
  const { eol } = styleOf(text);
  const head = text === "" || text.endsWith("\n") ? text : text + eol;
  return `${text.trim() === "" ? "" : head}${print(value, "  ", "", eol)}${eol}`;
}

/** Puts `value` in place of a node's text. */
export function replace({ text }: JsonText, node: Node, value: unknown): string {
  const content = JSON.stringify(value);
  return applyAll(text, [{ offset: node.offset, length: node.length, content }]);
}

/** Takes a child (a property of an object, an element of an array) out, with its comma and, if it stands alone there, its lines. */
export function remove({ text }: JsonText, container: Node, child: Node): string {
  const siblings = container.children ?? [];
  const index = siblings.indexOf(child);
  const end = child.offset + child.length;
  const ownComma = commaAfter(text, end);
  const previous = siblings[index - 1];
  const comma = ownComma ?? (previous === undefined ? undefined : commaAfter(text, previous.offset + previous.length));
  const edits: TextEdit[] = comma === undefined ? [] : [{ offset: comma, length: 1, content: "" }];
  // The comma may stand right behind the child: then both go in one piece, so that the line is seen to be empty.
  const behind = ownComma !== undefined && text.slice(end, ownComma).trim() === "" ? ownComma + 1 : end;
  if (behind > end) edits.length = 0;
  const lineStart = text.lastIndexOf("\n", child.offset - 1) + 1;
  const lineEnd = text.indexOf("\n", behind);
  const alone =
    lineStart > 0 &&
    lineEnd >= 0 &&
    text.slice(lineStart, child.offset).trim() === "" &&
    text.slice(behind, lineEnd).trim() === "";
  const offset = alone ? lineStart : child.offset;
  edits.push({ offset, length: (alone ? lineEnd + 1 : behind) - offset, content: "" });
  return applyAll(text, edits);
}

/** Offset of the comma that follows, over white space and comments. */
function commaAfter(text: string, from: number): number | undefined {
  const at = skipTrivia(text, from);
  return text[at] === "," ? at : undefined;
}

function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    const next = skipOne(text, at);
    if (next === at) return at;
    at = next;
  }
}

/** One run of white space or one comment. */
function skipOne(text: string, at: number): number {
  trivia.lastIndex = at;
  return trivia.test(text) ? trivia.lastIndex : at;
}

const trivia = /[ \t\r\n]+|\/\/[^\n]*|\/\*[^]*?\*\//y;

/** Behind the last comment before `close`, so that what is inserted there follows it. */
function endOfTrivia(text: string, from: number, close: number): number {
  let end = from;
  for (let at = from; at < close; ) {
    const next = skipOne(text, at);
    if (next === at) break;
    if (text[at] === "/") end = commentEnd(text, at, next);
    at = next;
  }
  return end;
}

/** Behind the comments that follow on the same line. */
function endOfLineComments(text: string, from: number): number {
  let end = from;
  let at = from;
  for (;;) {
    const next = skipOne(text, at);
    if (next === at) return end;
    if (text[at] === "/") end = commentEnd(text, at, next);
    if (text.slice(at, next).includes("\n")) return end;
    at = next;
  }
}

/** A line comment ends before the whole line break, also where that is `\r\n`. */
function commentEnd(text: string, at: number, next: number): number {
  return text.startsWith("//", at) && text[next - 1] === "\r" ? next - 1 : next;
}
