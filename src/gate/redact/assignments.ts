import { secretName, secretParameters } from "./names.ts";
import type { SecretName } from "./names.ts";
import { isMarked } from "./span.ts";
import type { Span } from "./span.ts";
import { addPieces, isPlainWord, isReference, looksRandom, quoteAt, readQuoted, readValue } from "./values.ts";
import type { Value } from "./values.ts";

/**
 * Values that stand after a name which says that they are secret: `TOKEN=x`, `--password x`, `"apiKey": "x"`, `password: x`,
 * `-H "Authorization: Bearer x"`, `?access_token=x`, `Pwd=x;`, `PASSWORD 'x'`.
 *
 * Every name is read once, every value once more at most: linear.
 */
export function findAssigned(text: string, found: Span[]): void {
  const names = /(?<![A-Za-z0-9_$])[A-Za-z_][A-Za-z0-9_.-]*/g;
  for (let match = names.exec(text); match !== null; match = names.exec(text)) {
    let begin = match.index;
    // In `\npassword=x` the n is the escape's.
    if (text[begin - 1] === "\\" && /[nrt]/.test(text[begin] as string)) begin++;
    const name = text.slice(begin, match.index + match[0].length).replace(/[.-]+$/, "");
    const parameter = /[?&]/.test(text[begin - 1] ?? "") ? secretParameters.get(name.toLowerCase()) : undefined;
    if (
      name.includes("__redacted-") ||
      (text[match.index + match[0].length] === ":" && text.startsWith("://", begin - 3))
    )
      continue;
    const secret =
      secretName(name) ?? (parameter === undefined ? undefined : { kind: parameter, weak: false, verb: false });
    if (secret === undefined) continue;
    const end = findValue(text, begin, begin + name.length, secret, found);
    if (end > names.lastIndex) names.lastIndex = end;
  }
}

/** A longer word after `name: ` is no word of prose: it is read to its end and hidden. */
const proseCharsMax = 200;

/** @returns where to read on */
function findValue(text: string, begin: number, nameEnd: number, secret: SecretName, found: Span[]): number {
  const keyQuote = quoteAt(text, nameEnd);
  let i = nameEnd + (keyQuote?.length ?? 0);
  if (keyQuote !== undefined && text[i] === "]") i++;
  const afterKey = i;
  i = skipBlanks(text, i);
  const flag = text[begin - 1] === "-";
  const signs = /(?:=>|:=|\?=|\+=|[=:])(?![=:~])/y;
  signs.lastIndex = i;
  const sign = signs.exec(text)?.[0];
  if (sign === undefined || (i > afterKey && flag)) {
    if (keyQuote !== undefined && flag && text[afterKey] === ",")
      return separated(text, skipBlanks(text, afterKey + 1), secret, found);
    if (keyQuote === undefined && i > afterKey) {
      if (flag) return separated(text, i, secret, found);
      // SQL: `PASSWORD 'x'`, `IDENTIFIED BY PASSWORD 'x'`.
      const quote = quoteAt(text, i);
      if (quote?.endsWith("'") === true && secret.kind === "password")
        return take(text, readValue(text, i, false), secret, found);
    }
    return nameEnd;
  }
  const tight = i === afterKey;
  const at = skipBlanks(text, i + sign.length);
  const spaced = at > i + sign.length;
  if (at >= text.length) return nameEnd;
  const outer = keyQuote === undefined ? quoteBefore(text, begin) : undefined;
  if (sign === ":" && keyQuote === undefined && isHeader(text.slice(begin, nameEnd)))
    return header(text, at, outer, secret, found);
  if (sign === "=" && tight && !spaced && outer !== undefined && takesWhole(text, begin - outer.length))
    return take(text, formField(text, readQuoted(text, at, outer)), secret, found);
  const assigned = tight && !spaced && sign === "=";
  const flow = sign === ":" || keyQuote !== undefined || spaced;
  let value = readValue(text, at, flow, assigned ? undefined : proseCharsMax);
  if (value.end - at >= proseCharsMax) value = readValue(text, at, flow);
  if (value.quoted) return take(text, value, secret, found);
  const content = text.slice(at, value.end);
  if (assigned) {
    if (secret.weak && /^\d{1,3}$/.test(content)) return value.end;
    return take(text, value, secret, found);
  }
  // In prose and code a name is often followed by something that is no secret.
  if (isReference(content) || /[([{]/.test(text[value.end] ?? "") || /^[([{\]|&>-]/.test(content)) return nameEnd;
  const lastOnLine = /^[ \t]*(?:[\r\n"'`,;}]|\\n|$)/.test(text.slice(value.end, value.end + 64));
  if (
    content.length >= proseCharsMax ||
    looksRandom(content) ||
    (!secret.weak && lastOnLine && !/^[A-Z]?[a-z]+(\.\w+)+$/.test(content))
  )
    return take(text, value, secret, found);
  return nameEnd;
}

/** The value of `--password` in the next word. */
function separated(text: string, at: number, secret: SecretName, found: Span[]): number {
  if (secret.verb || at >= text.length || /[-|;&<>()\r\n]/.test(text[at] as string)) return at;
  const value = readValue(text, at, false);
  const content = text.slice(at, value.end);
  if (secret.weak && /^(["']?)(\.{0,2}\/|~\/|(id|type|src|env)=)/.test(content)) return value.end;
  if (/^(pass|env|file|fd|stdin)(:|$)/.test(content)) return at; // openssl's way to say where the password is
  return take(text, value, secret, found);
}

const headerNames =
  /^((proxy-)?authorization|(set-)?cookie|x-[a-z0-9-]+|[a-z]+-token|[a-z-]*api-?key|private-token|job-token|dd-api-key|dd-application-key)$/i;
const isHeader = (name: string): boolean => headerNames.test(name);

/** A header's value reaches to the quote around it; its scheme stays readable. */
function header(text: string, at: number, outer: string | undefined, secret: SecretName, found: Span[]): number {
  const scheme = /(?:basic|bearer|digest|negotiate|token|apikey|key|aws4-hmac-sha256|ntlm|snowflake)(?:[ \t]|\\ )+/iy;
  scheme.lastIndex = at;
  const from = at + (scheme.exec(text)?.[0].length ?? 0);
  const kind =
    secret.kind === "credential" && /bearer/i.test(text.slice(at, from)) ? { ...secret, kind: "bearer-token" } : secret;
  if (outer !== undefined) return take(text, readQuoted(text, from, outer), kind, found);
  const value = readValue(text, from, false);
  if (secret.kind !== "cookie" || value.quoted) return take(text, value, kind, found);
  const rest = /[^\r\n"'`]*/y;
  rest.lastIndex = from;
  const end = from + Math.min(rest.exec(text)?.[0].length ?? 0, 8_192);
  return take(text, { pieces: [{ begin: from, end }], end, quoted: false }, kind, found);
}

function take(text: string, value: Value, secret: SecretName, found: Span[]): number {
  const pieces = value.pieces.filter(({ begin, end }) => end > begin);
  const content = pieces.map(({ begin, end }) => text.slice(begin, end)).join("");
  if (content === "" || isMarked(content) || isPlainWord(content)) return value.end;
  if (isReference(content) && !/\s/.test(content.trim())) return value.end;
  addPieces({ ...value, pieces }, secret.kind, found);
  return value.end;
}

/** The quote that stands right before the name, as in `"TOKEN=x"`. */
function quoteBefore(text: string, begin: number): string | undefined {
  const char = text[begin - 1];
  if (char !== '"' && char !== "'") return undefined;
  let at = begin - 1;
  while (text[at - 1] === "\\" && begin - at < 8) at--;
  return text.slice(at, begin);
}

/** `-e "NAME=a b"`, `--data "..."`: the quotes hold one value and no command. */
function takesWhole(text: string, quote: number): boolean {
  return /(?:^|\s)(?:-[eDdF]|--(?:env|build-arg|set|set-string|from-literal|data|data-raw|data-urlencode|form|form-string|body|raw-field|field))[ =]?$/.test(
    text.slice(Math.max(0, quote - 24), quote),
  );
}

/** Of `a=1&b=2` the first field. */
function formField(text: string, value: Value): Value {
  const begin = value.pieces[0]?.begin ?? value.end;
  const next = /&[\w.-]{1,64}=/g;
  next.lastIndex = begin;
  const end = next.exec(text.slice(0, value.end))?.index;
  if (end === undefined) return value;
  return {
    ...value,
    end,
    pieces: value.pieces
      .filter((piece) => piece.begin < end)
      .map((piece) => ({ ...piece, end: Math.min(piece.end, end) })),
  };
}

function skipBlanks(text: string, begin: number): number {
  let i = begin;
  for (;;) {
    if (text[i] === " " || text[i] === "\t" || text[i] === "\u2028") i++;
    else if (text[i] === "\\" && text[i + 1] === "\n") i += 2;
    else return i;
  }
}
