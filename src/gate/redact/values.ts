import type { Span } from "./span.ts";

/**
 * Where a value ends, as a shell or a data format would have it. What a shell would expand (`$x`, `${x}`, `$(...)`, backticks) is
 * never part of a secret's span: it is no secret itself, and hiding it would hide what runs.
 */
export interface Value {
  /** Literal pieces, in order. */
  readonly pieces: readonly { readonly begin: number; readonly end: number }[];
  readonly end: number;
  readonly quoted: boolean;
}

/** Characters that never end a word and never need a second look. */
const ordinary = new Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=+/.:@%!#^*~");
const boundary = /[\s;|&)\]},]/;
const valueCharsMax = 8_192;

/** A quote, or one behind backslashes as in nested code, at `i`: its text, e.g. `"` or `\"`. */
export function quoteAt(text: string, i: number): string | undefined {
  let at = i;
  while (text[at] === "\\" && at - i < 8) at++;
  const char = text[at];
  return char === '"' || char === "'" ? text.slice(i, at + 1) : undefined;
}

/**
 * Reads a value that begins at `i`.
 * @param flow  the value stands in `{a: b, c}` or the like, where `,` ends it
 */
export function readValue(text: string, i: number, flow: boolean, charsMax = valueCharsMax): Value {
  const quote = quoteAt(text, i);
  return quote === undefined ? readWord(text, i, flow, charsMax) : readQuoted(text, i + quote.length, quote);
}

/** To the closing quote, which has the backslashes of the opening one; to the end of the text if there is none. */
export function readQuoted(text: string, begin: number, quote: string): Value {
  const limit = Math.min(text.length, begin + valueCharsMax);
  const end = closing(text, begin, quote, limit);
  return { pieces: literals(text, begin, end, quote.endsWith("'") && quote.length === 1), end, quoted: true };
}

function closing(text: string, begin: number, quote: string, limit: number): number {
  const char = quote.at(-1) as string;
  for (let at = text.indexOf(char, begin); at !== -1 && at < limit; at = text.indexOf(char, at + 1)) {
    let slashes = 0;
    while (at - slashes > begin && text[at - slashes - 1] === "\\") slashes++;
    const plain = quote === "'";
    if (plain || slashes === quote.length - 1) return at - (quote.length - 1);
    if (quote.length > 1 && slashes < quote.length - 1) return at - slashes; // the text around it ends here
  }
  return limit;
}

function readWord(text: string, begin: number, flow: boolean, charsMax: number): Value {
  const limit = Math.min(text.length, begin + charsMax);
  const pieces: { begin: number; end: number }[] = [];
  let from = begin;
  let i = begin;
  const close = () => {
    if (i > from) pieces.push({ begin: from, end: i });
  };
  while (i < limit) {
    const char = text[i] as string;
    if (ordinary.has(char)) {
      i++;
      continue;
    }
    if (/[\s;|&<>()`]/.test(char)) break;
    if (flow && /[,}\]]/.test(char)) break;
    if (char === "," && /^[\w.-]{1,64}=/.test(text.slice(i + 1, i + 66))) break;
    const quote = quoteAt(text, i);
    if (quote !== undefined) {
      const after = text[i + quote.length];
      const end = closing(text, i + quote.length, quote, limit);
      // A quote with nothing after it closes what the whole word stands in.
      if (after === undefined || boundary.test(after) || end >= limit) break;
      close();
      pieces.push(...literals(text, i + quote.length, end, quote === "'"));
      i = end + quote.length;
      from = i;
    } else if (char === "\\") i += 2;
    else if (char === "$") {
      const end = expansionEnd(text, i, limit);
      if (end > i + 1) {
        close();
        from = behind(text, i, end);
      }
      i = end;
    } else i++;
  }
  i = Math.min(i, limit);
  close();
  return { pieces, end: i, quoted: false };
}

/** The pieces of a quoted text that are no expansion. */
function literals(text: string, begin: number, end: number, plain: boolean): { begin: number; end: number }[] {
  const pieces: { begin: number; end: number }[] = [];
  let from = begin;
  if (!plain)
    for (let i = begin; i < end; i++) {
      if (text[i] === "\\") i++;
      else if (text[i] === "$" || text[i] === "`") {
        const stop = text[i] === "$" ? expansionEnd(text, i, end) : backtickEnd(text, i, end);
        if (stop === i + 1) continue;
        if (i > from) pieces.push({ begin: from, end: i });
        from = behind(text, i, stop);
        i = stop - 1;
      }
    }
  if (end > from) pieces.push({ begin: from, end });
  return pieces;
}

function backtickEnd(text: string, i: number, limit: number): number {
  const end = text.indexOf("`", i + 1);
  return end === -1 || end >= limit ? i + 1 : end + 1;
}

/** Behind a bare `$x` one character stays, else the marker's letters would go on with the name. */
const behind = (text: string, i: number, end: number): number =>
  /[A-Za-z_]/.test(text[i + 1] ?? "") && text[i] === "$" ? end + 1 : end;

/** Behind `$x`, `${...}` or `$(...)`; `i + 1` when that `$` expands nothing. */
function expansionEnd(text: string, i: number, limit: number): number {
  const open = text[i + 1];
  if (open === "(" || open === "{") {
    const close = open === "(" ? ")" : "}";
    let depth = 0;
    for (let at = i + 1; at < limit; at++) {
      if (text[at] === open) depth++;
      else if (text[at] === close && --depth === 0) return at + 1;
    }
    return limit;
  }
  const name = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;
  name.lastIndex = i + 1;
  return Math.min(limit, i + 1 + (name.exec(text)?.[0].length ?? 0));
}

/** `true`, `string`, `null`: what stands after a secret's name and is none. */
const plainWords = new Set(
  "true false null none nil undefined yes no on off string str number int integer bool boolean any unknown bytes object optional required enabled disabled text varchar char inherit include omit same-origin basic bearer digest".split(
    " ",
  ),
);

export const isPlainWord = (value: string): boolean =>
  plainWords.has(value.toLowerCase()) || /^[*.x•]{2,}$/i.test(value);

/** Code that fetches the value, or a template that is filled in later. */
export const isReference = (value: string): boolean =>
  /^(process\.env|import\.meta|os\.(environ|getenv)|getenv|env[.[]|ENV[.[]|secrets?\.|var\.|local\.|self\.|this\.|config\.|settings\.|args\.|req\.|data\.|\{\{|<|%\w+%$|@Value|new |await |vault:|op:\/\/|arn:)/.test(
    value,
  );

/** Letters and digits mixed, long enough: more a secret than a word. */
export const looksRandom = (value: string): boolean =>
  value.length >= 6 && /\d/.test(value) && /[A-Za-z]/.test(value) && !/[()]/.test(value);

export function addPieces(value: Value, kind: string, found: Span[]): void {
  for (const { begin, end } of value.pieces) found.push({ begin, end, kind });
}
