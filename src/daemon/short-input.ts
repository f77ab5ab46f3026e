import type { Json } from "../kit/canonical.ts";
import { limits } from "../protocol/limits.ts";

/** Longer strings of a stored input are cut: a ledger entry is a record, not a copy of the file that was written. */
const stringCharsMax = limits.ledgerStringCharsMax;
const inputCharsMax = 65_536;

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
    return `${value.slice(0, stringCharsMax)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map((item) => cut(item as Json, left));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut((member ?? null) as Json, left)]));
}
