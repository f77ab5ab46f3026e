import type { Json } from "../../kit/canonical.ts";
import { findAssigned } from "./assignments.ts";
import { secretName } from "./names.ts";
import { findFed, findProgramFlags } from "./programs.ts";
import { findShapes } from "./shapes.ts";
import { isMarked, markedKinds, marker, replaceSpans } from "./span.ts";
import type { Span } from "./span.ts";
import { isPlainWord, isReference } from "./values.ts";
import { findUserinfo } from "./uris.ts";

/**
 * A text with its secrets replaced; any text: a shell command, a file's content, a header, a log line. It is read again as long as
 * that finds more (a secret glued to another one shows when that is gone), so redacting the result changes nothing.
 */
export function redactText(text: string): string {
  let result = text;
  for (let round = 0; round < roundsMax; round++) {
    const spans = result.length < 6 ? [] : spansOf(result);
    if (spans.length === 0) break;
    result = replaceSpans(result, spans);
  }
  return result;
}

const roundsMax = 8;

/** Kinds of the secrets that a text holds, each once; those that were redacted before count. */
export function secretKinds(text: string): string[] {
  if (text.length < 6) return [];
  return [...new Set([...spansOf(text).map(({ kind }) => kind), ...markedKinds(text)])];
}

function spansOf(text: string): Span[] {
  const found: Span[] = [];
  findShapes(text, found);
  findUserinfo(text, found);
  findAssigned(text, found);
  findProgramFlags(text, found);
  findFed(text, found);
  return found;
}

/** Deeper than any payload that the door lets in (`jsonDepthMax`). */
const depthMax = 256;

/**
 * The same value with its secrets replaced: texts by `redactText`, and whatever stands under a secret's name. Arrays of texts are also
 * read as a command's words. Keeps keys, order and types, but for a number under a secret's name, which becomes a text.
 */
export function redact<T extends Json>(value: T): T;
export function redact(value: Json): Json {
  return redactAt(value, undefined, 0);
}

function redactAt(value: Json, kind: string | undefined, depth: number): Json {
  if (typeof value === "string") return kind === undefined ? redactText(value) : redactWhole(value, kind);
  if (typeof value === "number") return kind === undefined ? value : marker(kind);
  if (value === null || typeof value === "boolean") return value;
  if (depth >= depthMax) return marker("too-deep");
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => redactAt(item, kind, depth + 1));
    return items.length > 1 && items.every((item) => typeof item === "string") ? redactWords(items) : items;
  }
  const result: Record<string, Json> = {};
  const listed = listedName(value as { readonly [key: string]: Json | undefined });
  for (const [key, member] of Object.entries(value as { readonly [key: string]: Json | undefined })) {
    if (member === undefined) continue;
    const name = kind === undefined ? secretName(key) : undefined;
    // Under a name that is often no secret's, a number is a count and an object is not one secret.
    const under =
      name !== undefined && (typeof member === "string" || !name.weak)
        ? name.kind
        : key === "value" && listed !== undefined
          ? listed
          : kind;
    let safe = redactText(key);
    while (Object.hasOwn(result, safe)) safe += "_";
    Object.defineProperty(result, safe, {
      value: redactAt(member, under, depth + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

/** Of `{name: "TOKEN", value: "x"}`, as variables are listed: the kind of secret that the value is. */
function listedName(object: { readonly [key: string]: Json | undefined }): string | undefined {
  const name = object["name"] ?? object["key"];
  return typeof name === "string" && typeof object["value"] === "string" ? secretName(name)?.kind : undefined;
}

function redactWhole(text: string, kind: string): string {
  if (text === "" || isMarked(text) || isPlainWord(text) || isReference(text) || /^\$(\w+|\{\w+\})$/.test(text))
    return text;
  const scheme = /^(?:bearer|basic|token|digest) /i.exec(text)?.[0] ?? "";
  // A URL keeps what is no secret in it.
  const inner = text.includes("://") ? redactText(text) : text;
  return inner === text ? scheme + marker(kind) : inner;
}

/** Parts words of an argument list; a white space that no argument should hold. */
const seam = "\u2028";

function redactWords(words: readonly string[]): readonly string[] {
  if (words.some((word) => word.includes(seam))) return words;
  const result = redactText(words.join(seam)).split(seam);
  return result.length === words.length ? result : words;
}
