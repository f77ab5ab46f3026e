import type { ParameterExpansionPart, Word } from "unbash";
import { globMatches } from "../paths/text.ts";

/** What expansions make of a text that is known: parts of values, alternatives in braces. Pure text to text. */

export const alternativesMax = 64;

/** The value after `#`, `%`, `/`, `:` or a change of case, where all that is literal. */
export function change(
  text: string,
  operation: NonNullable<ParameterExpansionPart["operation"]>,
  plain: (word: Word | undefined) => string | undefined,
): string | undefined {
  switch (operation.type) {
    case "Remove": {
      const pattern = plain(operation.operand);
      if (pattern === undefined) return undefined;
      const long = operation.operator.length === 2;
      const front = operation.operator.startsWith("#");
      for (let n = 0; n <= text.length; n++) {
        const length = long ? text.length - n : n;
        const part = front ? text.slice(0, length) : text.slice(text.length - length);
        if (
          globMatches(pattern, part) ||
          globMatches(pattern.replaceAll("/", "\u0001"), part.replaceAll("/", "\u0001"))
        )
          return front ? text.slice(length) : text.slice(0, text.length - length);
      }
      return text;
    }
    case "Replace": {
      const pattern = plain(operation.pattern);
      const replacement = plain(operation.replacement);
      if (pattern === undefined || replacement === undefined || /[*?[]/.test(pattern) || pattern === "")
        return undefined;
      if (operation.operator === "//") return text.replaceAll(pattern, () => replacement);
      if (operation.operator === "/") return text.replace(pattern, () => replacement);
      return undefined;
    }
    case "Slice": {
      const offset = Number(plain(operation.offset) ?? Number.NaN);
      const length = operation.length === undefined ? undefined : Number(plain(operation.length) ?? Number.NaN);
      if (!Number.isInteger(offset) || (length !== undefined && !Number.isInteger(length))) return undefined;
      return length === undefined
        ? text.slice(offset)
        : length < 0
          ? text.slice(offset, length)
          : text.slice(offset).slice(0, length);
    }
    case "CaseModification":
      return operation.operator.startsWith("^")
        ? operation.operator === "^^"
          ? text.toUpperCase()
          : text.charAt(0).toUpperCase() + text.slice(1)
        : operation.operator === ",,"
          ? text.toLowerCase()
          : text.charAt(0).toLowerCase() + text.slice(1);
    case "Default":
    case "Transform":
    case "Names":
    case "Unknown":
      return undefined;
  }
}

/** `{a,b}`, `{a,{b,c}}`, `{1..5}`: the alternatives, at most 64; what is not understood stays as it is. */
export function braces(text: string): readonly string[] {
  const inner = text.slice(1, -1);
  const range = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.-?\d+)?$/.exec(inner);
  if (range !== null) {
    const [from, to] = [range[1] ?? "", range[2] ?? ""];
    if (/\d/.test(from)) {
      const [a, b] = [Number(from), Number(to)];
      return Array.from({ length: Math.min(Math.abs(b - a) + 1, alternativesMax) }, (_, i) =>
        String(a <= b ? a + i : a - i),
      );
    }
    const [a, b] = [from.charCodeAt(0), to.charCodeAt(0)];
    return Array.from({ length: Math.min(Math.abs(b - a) + 1, alternativesMax) }, (_, i) =>
      String.fromCharCode(a <= b ? a + i : a - i),
    );
  }
  if (inner.length > 4_096) return [text];
  const items: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= inner.length; i++) {
    const c = inner[i];
    if (c === "{") depth++;
    else if (c === "}") depth--;
    if (i === inner.length || (c === "," && depth === 0)) {
      items.push(inner.slice(from, i));
      from = i + 1;
    }
  }
  if (items.length < 2) return [text];
  return items
    .flatMap((item) => nested(item))
    .slice(0, alternativesMax)
    .map((item) => item.replace(/["'\\]/g, ""));
}

function nested(text: string): readonly string[] {
  const open = text.indexOf("{");
  if (open < 0) return [text];
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) {
      const middle = braces(text.slice(open, i + 1));
      if (middle.length === 1) return [text];
      return middle
        .flatMap((m) => nested(text.slice(i + 1)).map((rest) => text.slice(0, open) + m + rest))
        .slice(0, alternativesMax);
    }
  }
  return [text];
}
