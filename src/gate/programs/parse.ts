import type { Acts, Arg, Command } from "./program.ts";

interface Flag {
  /** All names, the first is its key. */
  readonly names: readonly string[];
  readonly takes: "nothing" | "value" | "value-after-equals";
  readonly ends: boolean;
  readonly acts: Acts | "inert";
}

interface Compiled {
  readonly flags: ReadonlyMap<string, Flag>;
  readonly subcommands: Branch | undefined;
}

/** Subcommands as a tree of words. */
interface Branch {
  readonly next: Map<string, Branch>;
  command: Command | undefined;
}

export interface GivenFlag {
  readonly flag: Flag;
  readonly value: Arg | undefined;
}

export interface Parsed {
  /** The command that was found, and the words that named it. */
  readonly command: Command;
  readonly words: readonly string[];
  readonly operands: readonly Arg[];
  readonly given: readonly GivenFlag[];
  /** Flags that the table does not name, as written. */
  readonly unknown: readonly string[];
  /** Names of all flags by any of their names. */
  readonly flags: ReadonlyMap<string, Flag>;
  /** Subcommands exist but none was named. */
  readonly noSubcommand: boolean;
}

const compiledCommands = new WeakMap<Command, Compiled>();
const noFlags: ReadonlyMap<string, Flag> = new Map();

function compile(command: Command, outer: ReadonlyMap<string, Flag>): Compiled {
  const done = compiledCommands.get(command);
  if (done !== undefined) return done;
  const flags = command.flags === undefined ? outer : new Map(outer);
  if (command.flags !== undefined)
    for (const [key, acts] of Object.entries(command.flags)) {
      const words = key.split(" ").filter((word) => word !== "");
      const names = words.filter((word) => word.startsWith("-") || word.startsWith("+"));
      const value = words.find((word) => word.startsWith("<") || word.startsWith("["));
      const flag: Flag = {
        names,
        takes: value === undefined ? "nothing" : value.startsWith("<") ? "value" : "value-after-equals",
        ends: words.includes("..."),
        acts,
      };
      for (const name of names) (flags as Map<string, Flag>).set(name, flag);
    }
  let tree: Branch | undefined;
  if (command.subcommands !== undefined) {
    tree = { next: new Map(), command: undefined };
    for (const [key, value] of Object.entries(command.subcommands))
      for (const path of key.split("|")) {
        let at = tree;
        for (const word of path.trim().split(" ")) {
          let next = at.next.get(word);
          if (next === undefined) at.next.set(word, (next = { next: new Map(), command: undefined }));
          at = next;
        }
        at.command = typeof value === "function" || Array.isArray(value) ? { does: value as Acts } : (value as Command);
      }
  }
  const compiled = { flags, subcommands: tree };
  compiledCommands.set(command, compiled);
  return compiled;
}

/** All flags that count before a subcommand is named. */
const outerFlags = new WeakMap<Command, ReadonlyMap<string, Flag>>();
function outermost(
  program: Command,
  before: NonNullable<Command["before"]>,
  own: ReadonlyMap<string, Flag>,
): ReadonlyMap<string, Flag> {
  const known = outerFlags.get(program);
  if (known !== undefined) return known;
  const { flags } = compile({ flags: before }, own);
  outerFlags.set(program, flags);
  return flags;
}

/** Takes arguments apart as the program would: flags with their values, subcommands, operands. */
export function parseArguments(program: Command, args: readonly Arg[]): Parsed {
  let command = program;
  const own = compile(program, noFlags);
  let { subcommands } = own;
  let flags = program.before === undefined ? own.flags : outermost(program, program.before, own.flags);
  let clusters = program.clusters ?? true;
  let stop = program.stop ?? false;
  let branch: Branch | undefined = subcommands;
  let pending: Arg[] = [];
  let found = false;
  const words: string[] = [];
  const operands: Arg[] = [];
  const given: GivenFlag[] = [];
  const unknown: string[] = [];

  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as Arg;
    const { text } = arg;
    if (text === "--" && arg.fixed >= 2) {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (text.length < 2 || (text[0] !== "-" && (text[0] !== "+" || !flags.has(text))) || arg.fixed === 0) {
      // An operand, or a subcommand while those are still looked for.
      const next = branch?.next.get(text);
      if (branch !== undefined && next !== undefined) {
        words.push(text);
        if (next.command !== undefined) {
          if (!found) flags = own.flags;
          found = true;
          command = next.command;
          const inner = compile(command, flags);
          flags = inner.flags;
          clusters = command.clusters ?? clusters;
          stop = command.stop ?? stop;
          pending = [];
          branch = next.next.size > 0 ? next : inner.subcommands;
        } else {
          pending.push(arg);
          branch = next;
        }
        continue;
      }
      branch = undefined;
      operands.push(...pending, arg);
      pending = [];
      if (stop) {
        operands.push(...args.slice(i + 1));
        break;
      }
      continue;
    }
    const equals = text.indexOf("=");
    const name = equals > 0 ? text.slice(0, equals) : text;
    const flag = flags.get(name) ?? abbreviated(name, flags) ?? (equals > 0 ? undefined : flags.get(text));
    if (flag !== undefined) {
      if (equals > 0) given.push({ flag, value: tail(arg, equals + 1) });
      else if (flag.takes === "value") given.push({ flag, value: args[++i] });
      else given.push({ flag, value: undefined });
      if (flag.ends) {
        operands.push(...args.slice(i + 1));
        break;
      }
      continue;
    }
    if (text[1] === "-" || !clusters) {
      unknown.push(name);
      continue;
    }
    let ended = false;
    for (let c = 1; c < text.length; c++) {
      const short = flags.get(`-${text[c]}`);
      if (short === undefined) {
        unknown.push(`-${text[c]}`);
        if (c > 8) break;
        continue;
      }
      if (short.takes === "nothing") given.push({ flag: short, value: undefined });
      else {
        const rest = c + 1 < text.length ? tail(arg, c + 1) : short.takes === "value" ? args[++i] : undefined;
        given.push({ flag: short, value: rest });
      }
      ended ||= short.ends;
      if (short.takes !== "nothing") break;
    }
    if (ended) {
      operands.push(...args.slice(i + 1));
      break;
    }
  }
  operands.unshift(...pending);
  return { command, words, operands, given, unknown, flags, noSubcommand: subcommands !== undefined && !found };
}

/** GNU programs and git take the start of a long option if only one has it. */
function abbreviated(name: string, flags: ReadonlyMap<string, Flag>): Flag | undefined {
  if (name.length < 4 || !name.startsWith("--")) return undefined;
  let found: Flag | undefined;
  for (const [full, flag] of flags) {
    if (!full.startsWith(name)) continue;
    if (found !== undefined && found !== flag) return undefined;
    found = flag;
  }
  return found;
}

const tail = (arg: Arg, from: number): Arg => ({
  ...arg,
  text: arg.text.slice(from),
  fixed: Math.max(0, arg.fixed - from),
});
