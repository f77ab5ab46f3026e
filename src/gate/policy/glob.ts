/**
 * Our own glob matcher. A pattern is literals, `?` (one character), `*` (any run), `**` (any run, also across `/`), `[a-z]`,
 * `[!a-z]` and `\` before a character meant literally. `?`, `*` and classes never match `/`; where a whole segment is `**`, no
 * segment at all also matches. No regular expressions, no extglobs, no braces.
 *
 * The matcher steps through a set of states, one per token, so it takes at most (text length x token count) steps whatever the
 * pattern: nothing backtracks.
 */
export interface Glob {
  readonly pattern: string;
  /** What every match begins with. */
  readonly prefix: string;
  /** True when the pattern is its prefix. */
  readonly literal: boolean;
  matches(text: string): boolean;
}

const globCharsMax = 1_024;

type Token =
  | { readonly is: "char"; readonly code: number }
  | { readonly is: "one" }
  | { readonly is: "run" }
  | { readonly is: "deep" }
  /** `**` and its `/`: nothing, or anything that ends in `/`. */
  | { readonly is: "folders" }
  | { readonly is: "class"; readonly not: boolean; readonly ranges: readonly (readonly [number, number])[] };

/** @throws SyntaxError with a sentence that names the pattern, when a class or an escape does not end, or it is too long */
export function glob(pattern: string): Glob {
  const tokens = tokenize(pattern);
  let prefix = "";
  for (const token of tokens) {
    if (token.is !== "char") break;
    prefix += String.fromCharCode(token.code);
  }
  const literal = prefix.length === tokens.length;
  return {
    pattern,
    prefix,
    literal,
    matches: (text) => (literal ? text === prefix : text.startsWith(prefix) && run(tokens, prefix.length, text)),
  };
}

/** A pattern that matches exactly `text`. */
export function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[]/g, "\\$&");
}

function tokenize(pattern: string): readonly Token[] {
  if (pattern.length > globCharsMax)
    throw new SyntaxError(
      `the pattern ${JSON.stringify(pattern.slice(0, 40))}... is longer than ${globCharsMax} characters`,
    );
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") {
      i++;
      if (i === pattern.length) throw new SyntaxError(`the pattern ${JSON.stringify(pattern)} ends in a lone \\`);
      tokens.push({ is: "char", code: pattern.charCodeAt(i) });
    } else if (char === "?") tokens.push({ is: "one" });
    else if (char === "*") {
      const begin = i;
      while (pattern[i + 1] === "*") i++;
      if (i === begin) tokens.push({ is: "run" });
      else if (pattern[i + 1] === "/" && (begin === 0 || pattern[begin - 1] === "/")) {
        tokens.push({ is: "folders" });
        i++;
      } else tokens.push({ is: "deep" });
    } else if (char === "[") {
      const end = readClass(pattern, i);
      tokens.push(end.token);
      i = end.last;
    } else tokens.push({ is: "char", code: pattern.charCodeAt(i) });
  }
  return tokens;
}

function readClass(pattern: string, open: number): { token: Token; last: number } {
  let i = open + 1;
  const not = pattern[i] === "!" || pattern[i] === "^";
  if (not) i++;
  const ranges: [number, number][] = [];
  const first = i;
  const next = (): number => {
    if (pattern[i] === "\\") i++;
    const code = pattern.charCodeAt(i++);
    if (Number.isNaN(code)) throw new SyntaxError(`the pattern ${JSON.stringify(pattern)} has a [ without its ]`);
    return code;
  };
  while (pattern[i] !== "]" || i === first) {
    const low = next();
    const ranged = pattern[i] === "-" && i + 1 < pattern.length && pattern[i + 1] !== "]";
    if (ranged) i++;
    ranges.push([low, ranged ? next() : low]);
  }
  return { token: { is: "class", not, ranges }, last: i };
}

const slash = 47;

function run(tokens: readonly Token[], at: number, text: string): boolean {
  let now = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  enter(tokens, now, at);
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    let alive = false;
    next.fill(0);
    for (let state = at; state < tokens.length; state++) {
      if (now[state] === 0) continue;
      const token = tokens[state] as Token;
      if (stays(token, code)) {
        next[state] = 1;
        // A run may end after any character, `folders` only after its `/`.
        if (token.is !== "folders") enter(tokens, next, state + 1);
        alive = true;
      }
      if (advances(token, code)) {
        enter(tokens, next, state + 1);
        alive = true;
      }
    }
    if (!alive) return false;
    [now, next] = [next, now];
  }
  return now[tokens.length] === 1;
}

/** Adds a state, and those that it reaches without reading a character. */
function enter(tokens: readonly Token[], states: Uint8Array, first: number): void {
  for (let state = first; ; state++) {
    states[state] = 1;
    const is = tokens[state]?.is;
    if (is !== "run" && is !== "deep" && is !== "folders") return;
  }
}

const stays = (token: Token, code: number): boolean =>
  token.is === "deep" || token.is === "folders" || (token.is === "run" && code !== slash);

function advances(token: Token, code: number): boolean {
  switch (token.is) {
    case "char":
      return token.code === code;
    case "one":
      return code !== slash;
    case "class":
      return code !== slash && token.ranges.some(([low, high]) => low <= code && code <= high) !== token.not;
    case "folders":
      return code === slash;
    case "run":
    case "deep":
      return false;
  }
}

/**
 * A pattern over the words of a simple command, words parted by blanks: a word `*` is any one word, a word `**` any number of
 * words, every other word is a glob.
 */
export interface WordsGlob {
  readonly pattern: string;
  readonly words: readonly (Glob | "one" | "any")[];
}

const globWordsMax = 64;

/** @throws SyntaxError with a sentence that names the pattern */
export function wordsGlob(pattern: string): WordsGlob {
  const parts = splitWords(pattern);
  if (parts.length === 0) throw new SyntaxError("a command pattern must name a program");
  if (parts.length > globWordsMax)
    throw new SyntaxError(
      `the command pattern ${JSON.stringify(pattern.slice(0, 40))}... has more than ${globWordsMax} words`,
    );
  return {
    pattern,
    words: parts.map((part) => (part === "**" ? "any" : part === "*" ? "one" : glob(part === emptyWord ? "" : part))),
  };
}

/** The pattern of exactly these words. A blank inside a word is written after a `\`, an empty word as `""`. */
export function escapeWords(words: readonly string[]): string {
  const escape = (word: string) => escapeGlob(word).replaceAll(/\s/g, "\\$&");
  return words
    .map((word) => (word === "" ? emptyWord : word === emptyWord ? `\\${emptyWord}` : escape(word)))
    .join(" ");
}

const emptyWord = '""';

function splitWords(pattern: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (char === "\\") part += char + (pattern[++i] ?? "");
    else if (/\s/.test(char)) {
      if (part !== "") parts.push(part);
      part = "";
    } else part += char;
  }
  if (part !== "") parts.push(part);
  return parts;
}

/**
 * @param unknown  what an `undefined` word means: false, nothing matches it (a rule that loosens); true, everything does (a rule
 *   that tightens)
 */
export function matchesWords(pattern: WordsGlob, words: readonly (string | undefined)[], unknown: boolean): boolean {
  const { words: tokens } = pattern;
  let now = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  const enterWords = (states: Uint8Array, first: number): void => {
    for (let state = first; ; state++) {
      states[state] = 1;
      if (tokens[state] !== "any") return;
    }
  };
  enterWords(now, 0);
  for (const word of words) {
    let alive = false;
    next.fill(0);
    for (let state = 0; state < tokens.length; state++) {
      if (now[state] === 0) continue;
      const token = tokens[state] as Glob | "one" | "any";
      if (!matchesWord(token, word, unknown)) continue;
      if (token === "any") enterWords(next, state);
      else enterWords(next, state + 1);
      alive = true;
    }
    if (!alive) return false;
    [now, next] = [next, now];
  }
  return now[tokens.length] === 1;
}

function matchesWord(token: Glob | "one" | "any", word: string | undefined, unknown: boolean): boolean {
  if (word === undefined) return unknown;
  if (typeof token !== "string") return token.matches(word) && (unknown || token.literal || !climbs(word));
  return unknown || !climbs(word);
}

/** Where a rule loosens, a wildcard never stands for `..`: what a pattern says of a folder must hold of what is reached. */
const climbs = (word: string): boolean => word.includes("..") && /(^|[/=:])\.\.(\/|$)/.test(word);
