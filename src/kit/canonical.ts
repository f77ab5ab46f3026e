/** A value that JSON can carry exactly. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON by RFC 8785: keys in UTF-16 order, no white space, ECMAScript's own number and string forms.
 * Members that are `undefined` are left out. Lone surrogates are written as `\udXXX` escapes, as JSON.stringify does.
 * @throws TypeError on NaN, Infinity, bigint, functions and symbols, which JSON can't carry
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return `${value}`; // what JSON.stringify makes of a finite number, -0 included
  }
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value)) return arrayText(value as readonly Json[]);
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} has no JSON form`);
  return objectText(value as Members);
}

type Members = { readonly [key: string]: Json | undefined };

function arrayText(items: readonly Json[]): string {
  let text = "[";
  for (let index = 0; index < items.length; index += 1)
    text += index === 0 ? canonicalJson(items[index] as Json) : `,${canonicalJson(items[index] as Json)}`;
  return `${text}]`;
}

function objectText(object: Members): string {
  const keys = Object.keys(object);
  if (!inOrder(keys)) keys.sort();
  let text = "{";
  for (const key of keys) {
    const member = object[key];
    if (member === undefined) continue;
    text += `${text === "{" ? "" : ","}${quotedKey(key)}${canonicalJson(member)}`;
  }
  return `${text}}`;
}

function inOrder(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index += 1)
    if ((keys[index - 1] as string) > (keys[index] as string)) return false;
  return true;
}

/** Keys are a few hundred words that come again and again; this runs for every entry of the ledger. */
const quotedKeys = new Map<string, string>();
const quotedKeysMax = 1_024;
const keyCharsMax = 64;

function quotedKey(key: string): string {
  let quoted = quotedKeys.get(key);
  if (quoted !== undefined) return quoted;
  quoted = `${JSON.stringify(key)}:`;
  if (key.length > keyCharsMax) return quoted;
  if (quotedKeys.size >= quotedKeysMax) quotedKeys.clear();
  quotedKeys.set(key, quoted);
  return quoted;
}

/** The members that are there: what is `undefined` is left out. */
export function present(object: Members): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (member !== undefined) result[key] = member;
  }
  return result;
}
