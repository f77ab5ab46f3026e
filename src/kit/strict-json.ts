import type { Json } from "./canonical.ts";

/**
 * Reads JSON (RFC 8259) like JSON.parse, and also says when two honest readers could read the same bytes differently: a
 * duplicate key, an integer that a double can't hold, a lone surrogate, invalid UTF-8, nesting beyond the limit. Such a value
 * is still returned as far as it could be read (last duplicate wins, what is too deep becomes a string that says so), so that
 * a person can be shown what came. Keys like `__proto__` are plain members. Linear in the input; never throws.
 */
export type StrictJson =
  | {
      readonly ok: true;
      readonly value: Json /** The first ambiguity found, a clause without subject. */;
      readonly notSure: string | undefined;
    }
  | { readonly ok: false; readonly why: string };

export function readJson(bytes: Uint8Array, limits: { readonly depthMax: number }): StrictJson {
  let text: string;
  let notSure: string | undefined;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    text = looseUtf8.decode(bytes); // what was invalid is shown as U+FFFD; the flag keeps it from being taken at its word
    notSure = "is not valid UTF-8";
  }
  const reader = new Reader(text, limits.depthMax);
  try {
    const value = reader.document();
    return { ok: true, value, notSure: notSure ?? reader.notSure };
  } catch (error) {
    if (error instanceof NotJson) return { ok: false, why: error.message };
    throw error;
  }
}

// Without `ignoreBOM` a leading byte order mark is dropped, as RFC 8259 section 8.1 permits.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });
const looseUtf8 = new TextDecoder("utf-8");

class NotJson extends Error {}

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const plain = /[^"\\\u0000-\u001f]*/y;
const space = /[ \t\r\n]*/y;
const bracketOrString = /["[\]{}]/g;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  notSure: string | undefined;
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  document(): Json {
    this.#space();
    if (this.#at === this.#text.length) throw new NotJson("is empty");
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail();
    return value;
  }

  #value(depth: number): Json {
    const character = this.#text[this.#at];
    if (character === '"') return this.#string();
    if (character === "{" || character === "[") {
      if (depth >= this.#depthMax) return this.#tooDeep();
      this.#at++;
      return character === "{" ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    if (character === "t") return this.#word("true", true);
    if (character === "f") return this.#word("false", false);
    if (character === "n") return this.#word("null", null);
    return this.#number();
  }

  #object(depth: number): Json {
    const object: Record<string, Json> = {};
    this.#space();
    if (this.#skip("}")) return object;
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#fail();
      const key = this.#string();
      this.#space();
      if (!this.#skip(":")) this.#fail();
      this.#space();
      const value = this.#value(depth);
      if (Object.hasOwn(object, key)) this.#doubt(`has the key ${JSON.stringify(key.slice(0, 64))} twice`);
      // Plain assignment to `__proto__` would set the prototype instead of a member.
      if (key === "__proto__")
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      else object[key] = value;
      this.#space();
      if (this.#skip("}")) return object;
      if (!this.#skip(",")) this.#fail();
      this.#space();
    }
  }

  #array(depth: number): Json {
    const array: Json[] = [];
    this.#space();
    if (this.#skip("]")) return array;
    for (;;) {
      array.push(this.#value(depth));
      this.#space();
      if (this.#skip("]")) return array;
      if (!this.#skip(",")) this.#fail();
      this.#space();
    }
  }

  #string(): string {
    let value = "";
    this.#at++;
    for (;;) {
      value += this.#match(plain);
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character !== "\\") this.#fail();
      value += this.#escape();
    }
    this.#at++;
    if (!value.isWellFormed()) this.#doubt("has a lone surrogate in a string");
    return value;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? "";
    if (letter === "u") {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail();
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const value = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (value === undefined) this.#fail();
    this.#at += 2;
    return value;
  }

  #number(): Json {
    const token = this.#match(number);
    if (token === "") this.#fail();
    const value = Number(token);
    const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token;
    if (!Number.isFinite(value)) {
      this.#doubt(`has the number ${shown}, which no double can hold`);
      return token;
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      this.#doubt(`has the integer ${shown}, which is beyond 2^53`);
    return value;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail();
    this.#at += word.length;
    return value;
  }

  /** Steps over a value without building it. What is inside needs only balanced brackets: it is reported as doubtful anyway. */
  #tooDeep(): string {
    this.#doubt(`is nested deeper than ${this.#depthMax} levels`);
    const open: string[] = [];
    do {
      bracketOrString.lastIndex = this.#at;
      const found = bracketOrString.exec(this.#text)?.[0];
      if (found === undefined) {
        this.#at = this.#text.length;
        this.#fail();
      }
      this.#at = bracketOrString.lastIndex;
      if (found === '"') {
        this.#at--;
        this.#string();
      } else if (found === "{") open.push("}");
      else if (found === "[") open.push("]");
      else if (open.pop() !== found) this.#fail();
    } while (open.length > 0);
    return `(nested deeper than ${this.#depthMax} levels)`;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #space(): void {
    const code = this.#text.charCodeAt(this.#at);
    if (code === 32 || code === 10 || code === 13 || code === 9) this.#match(space);
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #doubt(why: string): void {
    this.notSure ??= why;
  }

  #fail(): never {
    const where = this.#at >= this.#text.length ? "it ends too early" : `unexpected character at ${this.#at}`;
    throw new NotJson(`is not JSON (${where})`);
  }
}
