import { columnsOf, visible } from "../../kit/text.ts";
import { type Line, span } from "./line.ts";

/** A line of text under edit. `cursor` counts graphemes. */
export interface Field {
  readonly text: string;
  readonly cursor: number;
}

const charsMax = 16_384;

export const fieldOf = (text: string): Field => ({ text, cursor: partsOf(text).length });

/** Puts text where the cursor is. A field has one line: what a paste breaks into lines comes as spaces. */
export function insert(field: Field, text: string): Field {
  const clean = text.replaceAll(/[\r\n\t]+/g, " ").replaceAll(/\p{Cc}/gu, "");
  if (field.text.length + clean.length > charsMax) return field;
  const parts = partsOf(field.text);
  const before = parts.slice(0, field.cursor).join("") + clean;
  return { text: before + parts.slice(field.cursor).join(""), cursor: partsOf(before).length };
}

/** @returns undefined when the key is none of a field's */
export function edited(field: Field, key: string): Field | undefined {
  const parts = partsOf(field.text);
  const { cursor } = field;
  const without = (from: number, until: number): Field => ({
    text: [...parts.slice(0, from), ...parts.slice(until)].join(""),
    cursor: from,
  });
  switch (key) {
    case "left":
    case "ctrl-b":
      return { ...field, cursor: Math.max(0, cursor - 1) };
    case "right":
    case "ctrl-f":
      return { ...field, cursor: Math.min(parts.length, cursor + 1) };
    case "home":
    case "ctrl-a":
      return { ...field, cursor: 0 };
    case "end":
    case "ctrl-e":
      return { ...field, cursor: parts.length };
    case "backspace":
      return cursor === 0 ? field : without(cursor - 1, cursor);
    case "delete":
    case "ctrl-d":
      return without(cursor, cursor + 1);
    case "ctrl-u":
      return without(0, cursor);
    case "ctrl-k":
      return { ...without(cursor, parts.length), cursor };
    case "ctrl-w":
    case "alt-backspace":
      return without(wordBefore(parts, cursor), cursor);
    case "space":
      return insert(field, " ");
    default:
      return isCharacter(key) ? insert(field, key) : undefined;
  }
}

/**
 * The part of the text around the cursor that has room, with hidden characters shown, and the column of the cursor in it.
 * @param secret  each character as a dot
 */
export function fieldLine({ text, cursor }: Field, columns: number, secret = false): { line: Line; column: number } {
  const parts = partsOf(text).map((part) => (secret ? "•" : visible(part)));
  let from = 0;
  const width = (begin: number) => columnsOf(parts.slice(begin, cursor).join(""));
  while (from < cursor && width(from) > columns - 1) from += 1;
  let shown = "";
  for (const part of parts.slice(from)) {
    if (columnsOf(shown + part) > columns) break;
    shown += part;
  }
  return { line: [span(shown)], column: width(from) };
}

function wordBefore(parts: readonly string[], cursor: number): number {
  let at = cursor;
  while (at > 0 && parts[at - 1] === " ") at -= 1;
  while (at > 0 && parts[at - 1] !== " ") at -= 1;
  return at;
}

const isCharacter = (key: string): boolean => partsOf(key).length === 1 && !/^\p{Cc}/u.test(key);

const partsOf = (text: string): string[] => [...graphemes.segment(text)].map(({ segment }) => segment);
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
