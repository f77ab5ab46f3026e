import type { Json } from "../kit/canonical.ts";

/** Longer strings of a stored input are cut: a ledger entry is a record, not a copy of the file that was written. */
const stringCharsMax = 8_192;
const inputCharsMax = 65_536;

/**
 * A redacted input as the ledger keeps it: the same shape, long strings cut with a note of how long they were, and when it is
 * still too long, only its keys.
 */
export function shortInput(input: Readonly<Record<string, Json>>): Record<string, Json> {
  const short = cut(input) as Record<string, Json>;
  return JSON.stringify(short).length <= inputCharsMax
    ? short
    : { tooLong: true, keys: Object.keys(input).slice(0, 100) };
}

function cut(value: Json): Json {
  if (typeof value === "string")
    return value.length <= stringCharsMax ? value : `${value.slice(0, stringCharsMax)}… (${value.length} characters)`;
  if (Array.isArray(value)) return value.map((item) => cut(item as Json));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut((member ?? null) as Json)]));
}
