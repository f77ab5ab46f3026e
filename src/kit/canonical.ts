/** A value that JSON can carry exactly. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON by RFC 8785: keys in UTF-16 order, no white space, ECMAScript's own number and string forms.
 * Members that are `undefined` are left out. Lone surrogates are written as `\udXXX` escapes, as JSON.stringify does.
 * @throws TypeError on NaN, Infinity, bigint, functions and symbols, which JSON can't carry
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item as Json)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} has no JSON form`);
  const object = value as { readonly [key: string]: Json | undefined };
  let text = "";
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** The members that are there: what is `undefined` is left out. */
export function present(object: { readonly [key: string]: Json | undefined }): Record<string, Json> {
  return Object.fromEntries(Object.entries(object).filter(([, member]) => member !== undefined)) as Record<
    string,
    Json
  >;
}
