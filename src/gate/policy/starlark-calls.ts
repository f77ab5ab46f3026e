/** As much of Starlark as lists of calls with literal arguments need: `name(key = value, ...)`, strings, lists, comments. */
export type Value = string | number | boolean | readonly Value[];
export type Statement =
  | {
      readonly line: number;
      readonly call: string;
      readonly args: Readonly<Record<string, Value>>;
      readonly text: string;
    }
  | { readonly line: number; readonly problem: string; readonly text: string };

interface Token {
  readonly is: "name" | "text" | "number" | "mark" | "bad";
  readonly text: string;
  readonly line: number;
  readonly at: number;
}

const statementsMax = 5_000;
const depthMax = 16;

/** Never throws; what is none of that is a problem of its line, and reading goes on with the next statement. */
export function readCalls(source: string): readonly Statement[] {
  const tokens = tokenize(source);
  const statements: Statement[] = [];
  let next = 0;
  while (next < tokens.length && statements.length < statementsMax) {
    const first = tokens[next] as Token;
    const reader = new Reader(tokens, next);
    const call = reader.call();
    // A statement begins at the beginning of a line.
    let end = Math.max(reader.next, next + 1);
    if (typeof call === "string") while (end < tokens.length && tokens[end]?.at !== 0) end += 1;
    const text = (source.split("\n")[first.line - 1] ?? "").trim().slice(0, 200);
    statements.push(
      typeof call === "string" ? { line: first.line, problem: call, text } : { line: first.line, ...call, text },
    );
    next = end;
  }
  return statements;
}

class Reader {
  readonly #tokens: readonly Token[];
  next: number;

  constructor(tokens: readonly Token[], next: number) {
    this.#tokens = tokens;
    this.next = next;
  }

  /** @returns the call, or what is wrong */
  call(): { call: string; args: Record<string, Value> } | string {
    const name = this.#take();
    if (name?.is !== "name" || this.#take()?.text !== "(") return "only calls with literal arguments are read";
    const args: Record<string, Value> = {};
    for (;;) {
      const key = this.#take();
      if (key?.text === ")" && key.is === "mark") return { call: name.text, args };
      if (key?.is !== "name" || this.#take()?.text !== "=") return "its arguments are not all of the form name = value";
      const value = this.#value(0);
      if (value === undefined) return `the value of ${key.text} is no literal`;
      args[key.text] = value;
      const after = this.#take();
      if (after?.text === ")") return { call: name.text, args };
      if (after?.text !== ",") return `what follows the value of ${key.text} is not understood`;
    }
  }

  #value(depth: number): Value | undefined {
    const token = this.#take();
    if (token?.is === "text") return token.text;
    if (token?.is === "number") return Number(token.text);
    if (token?.is === "name" && (token.text === "True" || token.text === "False")) return token.text === "True";
    if (token?.is !== "mark" || token.text !== "[" || depth >= depthMax) return undefined;
    const items: Value[] = [];
    for (;;) {
      if (this.#peek()?.text === "]" && this.#peek()?.is === "mark") {
        this.next += 1;
        return items;
      }
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      const after = this.#peek();
      if (after?.is === "mark" && after.text === ",") this.next += 1;
      else if (after?.text !== "]") return undefined;
    }
  }

  #peek = (): Token | undefined => this.#tokens[this.next];
  #take(): Token | undefined {
    const token = this.#tokens[this.next];
    this.next += 1;
    return token;
  }
}

const pattern =
  /(?<skip>#[^\n]*|[ \t\r\n]+|\\\n)|(?<text>[rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?<name>[A-Za-z_]\w*)|(?<number>-?\d+(?:\.\d+)?)|(?<mark>[()[\],=])|(?<bad>[\s\S])/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const { text, name, number, mark, bad } = match.groups as Record<string, string | undefined>;
    const at = match.index - lineStart;
    if (text !== undefined) tokens.push({ is: "text", text: unquoted(text), line, at });
    else if (name !== undefined) tokens.push({ is: "name", text: name, line, at });
    else if (number !== undefined) tokens.push({ is: "number", text: number, line, at });
    else if (mark !== undefined) tokens.push({ is: "mark", text: mark, line, at });
    else if (bad !== undefined) tokens.push({ is: "bad", text: bad, line, at });
    const breaks = match[0].split("\n").length - 1;
    if (breaks > 0) {
      line += breaks;
      lineStart = match.index + match[0].lastIndexOf("\n") + 1;
    }
    if (pattern.lastIndex >= source.length) break;
  }
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\n": "" };

function unquoted(text: string): string {
  const raw = /^[rR]/.test(text);
  const body = raw ? text.slice(1) : text;
  const width = /^(?:"""|''')/.test(body) ? 3 : 1;
  const inner = body.slice(width, body.length - width);
  return raw ? inner : inner.replaceAll(/\\([\s\S])/g, (_, char: string) => escapes[char] ?? char);
}
