import type { Json } from "../kit/canonical.ts";
import { limits } from "../protocol/limits.ts";

/** Longer strings of a stored input are cut: a ledger entry is a record, not a copy of the file that was written. */
const stringCharsMax = limits.ledgerStringCharsMax;
const inputCharsMax = 65_536;

/** What is looked at for secrets beyond what is kept, so that none is cut in two before it is known for one. */
const marginChars = 4_096;

type Input = Readonly<Record<string, Json>>;

/** Ends a text that goes on. It looks like a secret's mark, so that nobody runs the beginning of a text for the whole (`editedInput`). */
const more = (chars: number): string => `… __redacted-${chars}-more-characters__`;
const moreMark = /… __redacted-(\d{1,9})-more-characters__$/;

/** Of a text that may have been cut before. */
function lengthOf(text: string): number {
  const mark = moreMark.exec(text);
  return mark === null ? text.length : mark.index + Number(mark[1]);
}

/**
 * Redacts the beginning of each text of an input, `heldStringCharsMax` characters, and says how much follows: nothing keeps more, and to look
 * through megabytes for secrets would keep every other agent waiting.
 */
export function redactedBeginnings(input: Input, redact: (input: Input) => Input): Input {
  const beginnings = mapStrings(input, (text) =>
    text.length > limits.heldStringCharsMax + marginChars
      ? text.slice(0, limits.heldStringCharsMax + marginChars)
      : text,
  ) as Input;
  const redacted = redact(beginnings);
  return beginnings === input ? redacted : (marked(redacted, input) as Input);
}

/** Redaction keeps the order of members, so both are gone through side by side. */
function marked(redacted: Json, whole: Json | undefined): Json {
  if (typeof redacted === "string") {
    if (typeof whole !== "string" || whole.length <= limits.heldStringCharsMax + marginChars) return redacted;
    // However much redaction has shortened the text: what may be half a secret is in its last characters.
    const kept = redacted.slice(0, Math.max(0, Math.min(limits.heldStringCharsMax, redacted.length - marginChars)));
    return kept + more(whole.length - limits.heldStringCharsMax);
  }
  if (redacted === null || typeof redacted !== "object" || typeof whole !== "object" || whole === null) return redacted;
  const others = Object.values(whole) as Json[];
  if (Array.isArray(redacted)) return redacted.map((item, index) => marked(item as Json, others[index]));
  return Object.fromEntries(
    Object.entries(redacted).map(([key, member], index) => [key, marked(member as Json, others[index])]),
  );
}

/** The same value where nothing changes. */
function mapStrings(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => mapStrings(item as Json, change));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const members = Object.entries(value).map(
    ([key, member]) => [key, mapStrings((member ?? null) as Json, change)] as const,
  );
  const object = value as Readonly<Record<string, Json>>;
  return members.some(([key, member]) => member !== (object[key] ?? null)) ? Object.fromEntries(members) : value;
}

/**
 * A redacted input as a hold keeps it to be shown: all of it up to `heldInputCharsMax`, else the beginnings of its texts, else only its keys.
 * Thousands of holds may be open at once, and every board is sent all of them.
 */
export function heldInput(redacted: Input): Input {
  const fits = (input: Json) => JSON.stringify(input).length <= limits.heldInputCharsMax;
  for (const charsMax of [Number.POSITIVE_INFINITY, limits.heldInputCharsMax / 2, 4_096, 512, 64]) {
    const short = mapStrings(redacted, (text) =>
      text.length <= charsMax ? text : text.slice(0, charsMax) + more(lengthOf(text) - charsMax),
    ) as Input;
    if (fits(short)) return short;
  }
  return {
    tooLong: true,
    keys: Object.keys(redacted)
      .slice(0, 100)
      .map((key) => key.slice(0, 64)),
  };
}

/**
 * A redacted input as the ledger keeps it: the same shape, long strings cut with a note of how long they were, and when it is
 * still too long, only its keys.
 */
export function shortInput(input: Readonly<Record<string, Json>>): Record<string, Json> {
  return cutInput(input).input;
}

/** The same, with whether anything was left out. */
export function cutInput(input: Readonly<Record<string, Json>>): { input: Record<string, Json>; cut: boolean } {
  const left = { out: false };
  const short = cut(input, left) as Record<string, Json>;
  return JSON.stringify(short).length <= inputCharsMax
    ? { input: short, cut: left.out }
    : { input: { tooLong: true, keys: Object.keys(input).slice(0, 100) }, cut: true };
}

function cut(value: Json, left: { out: boolean }): Json {
  if (typeof value === "string") {
    if (value.length <= stringCharsMax) return value;
    left.out = true;
    return `${value.slice(0, stringCharsMax)}… (${lengthOf(value)} characters)`;
  }
  if (Array.isArray(value)) return value.map((item) => cut(item as Json, left));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut((member ?? null) as Json, left)]));
}
