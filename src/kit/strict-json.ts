import type { Json } from "./canonical.ts";

/**
 * Reads JSON (RFC 8259) like JSON.parse, and also says when two honest readers could read the same bytes differently: a
 * duplicate key, an integer that a double can't hold, a lone surrogate, invalid UTF-8, nesting or size beyond the limits. Such
 * a value is still returned as far as it could be read (last duplicate wins; what is too deep or too much is left out, with a
 * string in its place that says so), so that a person can be shown what came. Keys like `__proto__` are plain members. Linear
 * in the input (4 MiB of anything: under 100 ms); never throws.
 */
export type StrictJson =
  | {
      readonly ok: true;
      readonly value: Json /** The first ambiguity found, a clause without subject. */;
      readonly notSure: string | undefined;
    }
  | { readonly ok: false; readonly why: string };

export function readJson(
  bytes: Uint8Array,
  limits: { readonly depthMax: number; readonly valuesMax?: number },
): StrictJson {
  let text: string;
  let notSure: string | undefined;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    text = looseUtf8.decode(bytes); // what was invalid is shown as U+FFFD; the flag keeps it from being taken at its word
    notSure = "is not valid UTF-8";
  }
  const reader = new Reader(text, limits.depthMax, limits.valuesMax ?? valuesMaxDefault);
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
const valuesMaxDefault = 100_000;
const quote = 0x22;
const closes: ReadonlyMap<number, number> = new Map([
  [0x5b, 0x5d],
  [0x7b, 0x7d],
]);

class Reader {
  notSure: string | undefined;
  readonly #text: string;
  readonly #depthMax: number;
  readonly #valuesMax: number;
  #values = 0;
  #at = 0;

  constructor(text: string, depthMax: number, valuesMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
    this.#valuesMax = valuesMax;
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
      if (depth >= this.#depthMax) return this.#leaveOut(`is nested deeper than ${this.#depthMax} levels`, []);
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
      if (++this.#values > this.#valuesMax) {
        object["…"] = this.#leaveOut(`holds more than ${this.#valuesMax} values`, [0x7d]);
        return object;
      }
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
      if (++this.#values > this.#valuesMax) {
        array.push(this.#leaveOut(`holds more than ${this.#valuesMax} values`, [0x5d]));
        return array;
      }
      this.#space();
    }
  }

  #string(): string {
    const start = this.#at++;
    let value = this.#match(plain);
    if (this.#text.charCodeAt(this.#at) === quote) this.#at++;
    else {
      this.#at = this.#stringEnd(start);
      try {
        value = JSON.parse(this.#text.slice(start, this.#at)) as string;
      } catch {
        this.#at = start;
        this.#fail(); // a control character or an unknown escape
      }
    }
    if (!value.isWellFormed()) this.#doubt("has a lone surrogate in a string");
    return value;
  }

  /** Offset behind the quote that ends the string that starts at `start`: the next one with an even count of backslashes before. */
  #stringEnd(start: number): number {
    for (let end = this.#text.indexOf('"', start + 1); end >= 0; end = this.#text.indexOf('"', end + 1)) {
      let backslashes = 0;
      while (this.#text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
      if (backslashes % 2 === 0) return end + 1;
    }
    this.#at = this.#text.length;
    this.#fail();
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

  /**
   * Steps over a value, or over the rest of the containers whose closing brackets are in `open`, without building anything. What
   * is inside needs only fitting brackets and strings: it is reported as doubtful anyway.
   */
  #leaveOut(why: string, open: number[]): string {
    this.#doubt(why);
    do {
      const code = this.#text.charCodeAt(this.#at);
      const close = closes.get(code);
      if (Number.isNaN(code)) this.#fail();
      if (code === quote) this.#at = this.#stringEnd(this.#at);
      else {
        if (close !== undefined) open.push(close);
        else if ((code === 0x5d || code === 0x7d) && open.pop() !== code) this.#fail();
        this.#at++;
      }
    } while (open.length > 0);
    return `(${why}: the rest is left out)`;
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
