import type { ParameterExpansionPart, Word, WordPart } from "unbash";
import { secretVariable } from "../paths/secrets.ts";
import { type Arg, type Flow, literal } from "../programs/program.ts";
import { alternativesMax, braces, change } from "./expansions.ts";
import { foreignPart } from "./foreign.ts";
import type { Shell } from "./state.ts";

/** What expanding a word needs of the walker: to run what is substituted. */
export interface Substituting {
  readonly shell: Shell;
  /** Judges the script and gives its output. */
  substitute(part: Extract<WordPart, { type: "CommandExpansion" | "ProcessSubstitution" }>): Flow;
  /** Judges the substitutions in a text that bash may expand once more. */
  runs(value: Arg): void;
  /** Something that can't be read, or that another shell would run. */
  notSure(why: string): void;
  /** Judges what is hidden in arithmetic, indexes and patterns. */
  lookInto(node: object): void;
}

/** A field while it grows. */
interface Field {
  text: string;
  /** -1 while all of it is known. */
  fixed: number;
  glob: boolean;
  secret: boolean;
  quoted: boolean;
  content: Flow | undefined;
  hidden: boolean;
  tells: boolean;
}
const field = (): Field => ({
  text: "",
  fixed: -1,
  glob: false,
  secret: false,
  quoted: false,
  content: undefined,
  hidden: false,
  tells: false,
});
const finish = (f: Field): Arg => {
  const arg = {
    text: f.text,
    fixed: f.fixed < 0 ? f.text.length : f.fixed,
    glob: f.glob,
    secret: f.secret,
    quoted: f.quoted,
  };
  if (f.content === undefined && !f.hidden && !f.tells) return arg;
  return {
    ...arg,
    ...(f.content === undefined ? {} : { content: f.content }),
    ...(f.hidden ? { hidden: true } : {}),
    ...(f.tells ? { tells: true } : {}),
  };
};

/** Expands a word into the fields that it becomes. An unquoted expansion that is empty gives none. */
export function expandWord(word: Word, at: Substituting): Arg[] {
  const { parts } = word;
  if (parts === undefined) {
    const { value } = word;
    return [{ text: value, fixed: value.length, glob: false, secret: false, quoted: value !== word.text }];
  }
  let fields: Field[] = [field()];
  let done: Field[] = [];
  for (const part of parts) {
    if (part.type === "BraceExpansion") {
      const alternatives = braces(part.text);
      const grown: Field[] = [];
      for (const f of fields)
        for (const text of alternatives)
          if (grown.length < alternativesMax) grown.push(add({ ...f, hidden: true }, text, /[*?[]/.test(text)));
      fields = grown;
      continue;
    }
    const pieces = expandPart(part, at, false);
    for (const piece of pieces) {
      if (piece.split) {
        done = done.concat(fields.filter((f) => f.text !== "" || f.quoted));
        fields = [field()];
        continue;
      }
      for (const f of fields) addPiece(f, piece);
    }
  }
  const all = done.concat(fields.filter((f) => f.text !== "" || f.quoted || f.content !== undefined));
  return all.map(finish);
}

/** One field whatever it holds: assignments, redirects, here-strings, case words. */
export function expandWhole(word: Word | undefined, at: Substituting): Arg {
  if (word === undefined) return literal("");
  const fields = expandWord(word, at);
  if (fields.length === 1 && fields[0] !== undefined) return fields[0];
  return joinArgs(fields);
}

export function joinArgs(args: readonly Arg[], between = " "): Arg {
  let text = "";
  let fixed = -1;
  let [glob, secret, hidden, tells] = [false, false, false, false];
  for (const [i, arg] of args.entries()) {
    if (i > 0) text += between;
    if (fixed < 0 && arg.fixed < arg.text.length) fixed = text.length + arg.fixed;
    text += arg.text;
    glob ||= arg.glob;
    secret ||= arg.secret;
    hidden ||= arg.hidden === true;
    tells ||= arg.tells === true;
  }
  const joined = { text, fixed: fixed < 0 ? text.length : fixed, glob, secret, quoted: true };
  return hidden || tells ? { ...joined, ...(hidden ? { hidden } : {}), ...(tells ? { tells } : {}) } : joined;
}

interface Piece {
  readonly text: string;
  readonly known: boolean;
  readonly glob: boolean;
  readonly secret: boolean;
  readonly quoted: boolean;
  readonly split: boolean;
  readonly content?: Flow;
  readonly hidden?: boolean;
  readonly tells?: boolean;
}
const piece = (text: string, known: boolean, more: Partial<Piece> = {}): Piece => ({
  text,
  known,
  glob: false,
  secret: false,
  quoted: false,
  split: false,
  ...more,
});
const splitHere = piece("", true, { split: true });

function addPiece(f: Field, p: Piece): void {
  if (!p.known && f.fixed < 0) f.fixed = f.text.length;
  f.text += p.text;
  f.glob ||= p.glob;
  f.secret ||= p.secret;
  f.quoted ||= p.quoted;
  if (p.content !== undefined) f.content = p.content;
  if (p.hidden === true) f.hidden = true;
  if (p.tells === true) f.tells = true;
}
function add(f: Field, text: string, glob: boolean): Field {
  f.text += text;
  f.glob ||= glob;
  return f;
}

function expandPart(part: WordPart, at: Substituting, quoted: boolean): Piece[] {
  switch (part.type) {
    case "Literal":
      return [piece(part.value, true, { quoted })];
    case "SingleQuoted":
      return [piece(part.value, true, { quoted: true })];
    case "AnsiCQuoted":
      return [piece(part.value, true, { quoted: true, hidden: /\\(?:x[2-7]|0?[01]?[0-7]{2}|u|U)/.test(part.text) })];
    case "DoubleQuoted":
    case "LocaleString": {
      const pieces: Piece[] = [piece("", true, { quoted: true })];
      for (const child of part.parts) pieces.push(...expandPart(child, at, true));
      return pieces;
    }
    case "Glob":
      if (part.parts !== undefined) at.lookInto(part);
      return [piece(part.text, true, { glob: !quoted })];
    case "ExtendedGlob":
      foreign(part.text, at);
      at.lookInto(part);
      return [piece("*", true, { glob: true })];
    case "BraceExpansion":
      return [piece(part.text, true)];
    case "SimpleExpansion":
      return variable(part.text.slice(1), part.text, at, quoted);
    case "ParameterExpansion":
      foreign(part.text, at);
      return parameter(part, at, quoted);
    case "ArithmeticExpansion":
      at.lookInto(part);
      return [piece("0", true)];
    case "CommandExpansion": {
      const flow = at.substitute(part);
      if (flow.text !== undefined && flow.text.length < 8_192)
        return split(
          [
            {
              ...literalPiece(flow.text.replace(/\n+$/, ""), flow.secret, flow.decoded),
              ...(flow.tells === true ? { tells: true } : {}),
            },
          ],
          at,
          quoted,
        );
      const said = flow.processes === undefined ? part.text : `$(pgrep -f '${flow.processes}')`;
      return [piece(said, false, { secret: flow.secret, quoted })];
    }
    case "ProcessSubstitution":
      return [piece("/dev/fd/63", true, { content: at.substitute(part) })];
    default:
      return [piece("", false)];
  }
}

function foreign(text: string, at: Substituting): void {
  const why = foreignPart(text);
  if (why !== undefined) at.notSure(why);
}

const literalPiece = (text: string, secret = false, hidden = false): Piece => piece(text, true, { secret, hidden });

/** Splits known text at the field separators and lets its wildcards count, as an unquoted expansion does. */
function split(pieces: readonly Piece[], at: Substituting, quoted: boolean): Piece[] {
  if (quoted) return pieces.map((p) => ({ ...p, quoted: true }));
  const separators = at.shell.variables.get("IFS")?.[0]?.text ?? " \t\n";
  // Separators of one's own choice put words together that the text does not show.
  const odd = separators !== " \t\n" && !/^[\s,:]*$/.test(separators);
  const out: Piece[] = [];
  for (const p of pieces) {
    if (!p.known) {
      out.push(p);
      continue;
    }
    let from = 0;
    for (let i = 0; i <= p.text.length; i++) {
      const ends = i === p.text.length;
      if (!ends && !separators.includes(p.text[i] as string)) continue;
      if (i > from) {
        const text = p.text.slice(from, i);
        out.push(
          piece(text, true, {
            secret: p.secret,
            hidden: p.hidden === true || odd || (separators === ":" && pieces.length > 0),
            glob: /[*?[]/.test(text),
            ...(p.tells === true ? { tells: true } : {}),
          }),
        );
      }
      if (!ends) out.push(splitHere);
      from = i + 1;
    }
  }
  return out;
}

/** Their values are short numbers or names: as part of a path they lead nowhere else. */
const harmless = new Set([
  "$",
  "?",
  "!",
  "#",
  "RANDOM",
  "SECONDS",
  "EPOCHSECONDS",
  "EPOCHREALTIME",
  "LINENO",
  "UID",
  "EUID",
  "BASHPID",
  "HOSTNAME",
  "-",
  "OSTYPE",
  "HOSTTYPE",
  "MACHTYPE",
  "SHLVL",
]);

function variable(name: string, shown: string, at: Substituting, quoted: boolean): Piece[] {
  if (harmless.has(name)) return [piece("0", true, { quoted })];
  const values = lookUp(name, at.shell);
  if (values === undefined) return [piece(shown, false, { secret: secretVariable(name), quoted })];
  return fromValues(
    name === "@" || name === "*" || name.endsWith("[@]") ? values : values.slice(0, 1),
    at,
    quoted,
    name.includes("@"),
  );
}

function fromValues(values: readonly Arg[], at: Substituting, quoted: boolean, many: boolean): Piece[] {
  const out: Piece[] = [];
  for (const [i, arg] of values.entries()) {
    if (i > 0) out.push(quoted && !many ? literalPiece(" ") : splitHere);
    const known: Piece = piece(arg.text.slice(0, arg.fixed), true, {
      secret: arg.secret,
      hidden: arg.hidden === true,
      glob: arg.glob && !quoted,
      ...(arg.tells === true ? { tells: true } : {}),
    });
    out.push(...split([known], at, quoted));
    if (arg.fixed < arg.text.length) out.push(piece(arg.text.slice(arg.fixed), false, { secret: arg.secret, quoted }));
  }
  return out;
}

export function lookUp(name: string, shell: Shell): readonly Arg[] | undefined {
  if (name === "PWD") return shell.cwd === undefined ? undefined : [literal(shell.cwd)];
  if (name === "OLDPWD") return shell.previous === undefined ? undefined : [literal(shell.previous)];
  if (name === "@" || name === "*") return shell.positional?.slice(1);
  if (/^\d+$/.test(name)) {
    const arg = shell.positional?.[Number(name)];
    return arg === undefined ? (shell.positional === undefined ? undefined : []) : [arg];
  }
  return shell.variables.get(name);
}

function parameter(part: ParameterExpansionPart, at: Substituting, quoted: boolean): Piece[] {
  const { parameter: name, operation, prefix } = part;
  if (part.index !== undefined) at.lookInto(part.index);
  if (prefix === "#") return [piece("0", true, { quoted })];
  const all = part.index?.value === "@" || part.index?.value === "*";
  let values: readonly Arg[] | undefined = harmless.has(name) ? [literal("0")] : lookUp(name, at.shell);
  let secret = secretVariable(name);
  if (prefix === "!") {
    const pointed = values?.[0];
    secret ||= pointed !== undefined && secretVariable(pointed.text);
    values =
      pointed !== undefined && pointed.fixed === pointed.text.length && operation?.type !== "Names"
        ? lookUp(pointed.text, at.shell)
        : undefined;
  }
  const dynamic = (): Piece[] => [
    piece(part.text, false, { secret: secret || (values?.some((arg) => arg.secret) ?? false), quoted }),
  ];
  if (operation === undefined)
    return values === undefined
      ? dynamic()
      : fromValues(all ? values : indexed(values, part), at, quoted, part.index?.value === "@" || name === "@");
  if (operation.type === "Default") {
    const operand = expandWhole(operation.operand, at);
    const set =
      values !== undefined && values.length > 0 && (values[0]?.text !== "" || !operation.operator.startsWith(":"));
    const kind = operation.operator.at(-1);
    if (kind === "+")
      return set
        ? fromValues([operand], at, quoted, false)
        : values === undefined
          ? [piece(operand.text, false, { secret: operand.secret, quoted })]
          : [];
    if (set) return fromValues(values ?? [], at, quoted, false);
    if (kind === "?") return dynamic();
    if (kind === "=") at.shell.variables.set(name, [operand]);
    return fromValues([operand], at, quoted, false);
  }
  at.lookInto(operation);
  const [value] = values ?? [];
  // `${x@P}` expands the value once more, with what is to be run in it.
  if (operation.type === "Transform" && part.text.endsWith("@P}")) {
    if (value !== undefined && value.fixed === value.text.length) at.runs(value);
    else at.notSure(`expand the value of ${name} as code`);
  }
  if (value === undefined || value.fixed < value.text.length || value.text.length > 1_024) return dynamic();
  const changed = change(value.text, operation, (word) => plain(word, at));
  return changed === undefined
    ? dynamic()
    : fromValues([{ ...literal(changed), secret: value.secret }], at, quoted, false);
}

const indexed = (values: readonly Arg[], part: ParameterExpansionPart): readonly Arg[] => {
  const index = part.index === undefined ? 0 : Number(part.index.value);
  return Number.isInteger(index) ? values.slice(index, index + 1) : values;
};

const plain = (word: Word | undefined, at: Substituting): string | undefined => {
  if (word === undefined) return "";
  const arg = expandWhole(word, at);
  return arg.fixed === arg.text.length && arg.text.length <= 128 ? arg.text : undefined;
};
