import type { Function as FunctionNode } from "unbash";
import type { Machine } from "../call.ts";
import { type Arg, literal } from "../programs/program.ts";

/** What a shell remembers between commands, as far as the text shows it. */
export class Shell {
  /** Undefined: not known. */
  cwd: string | undefined;
  previous: string | undefined;
  readonly variables: Map<string, readonly Arg[]>;
  readonly functions: Map<string, FunctionNode["body"]>;
  readonly aliases: Map<string, string>;
  /** `$0`, `$1`... of a function, `sh -c` or script; undefined: not known. */
  positional: readonly Arg[] | undefined;
  /** Code at another machine or in a container: paths there are not ours. */
  elsewhere: string | undefined;
  /** Runs as another user. */
  constructor(
    cwd: string | undefined,
    variables: Map<string, readonly Arg[]>,
    functions: Map<string, FunctionNode["body"]>,
    aliases: Map<string, string>,
  ) {
    this.cwd = cwd;
    this.variables = variables;
    this.functions = functions;
    this.aliases = aliases;
  }

  static start(cwd: string, machine: Machine): Shell {
    let variables = startVariables.get(machine);
    if (variables === undefined) startVariables.set(machine, (variables = variablesOf(machine)));
    return new Shell(cwd, new Map(variables), new Map(), new Map());
  }

  /** A subshell: what it sets is forgotten. */
  fork(): Shell {
    const copy = new Shell(this.cwd, new Map(this.variables), new Map(this.functions), new Map(this.aliases));
    copy.previous = this.previous;
    copy.positional = this.positional;
    copy.elsewhere = this.elsewhere;
    return copy;
  }

  /** After a part that may or may not have run: what it changed is not known any more. */
  merge(other: Shell): void {
    for (const [name, value] of other.variables) {
      const mine = this.variables.get(name);
      if (mine === value) continue;
      if (mine === undefined) this.variables.set(name, value);
      else if (!same(mine, value)) this.variables.set(name, [unknown(`$${name}`)]);
    }
    for (const [name, body] of other.functions) this.functions.set(name, body);
    for (const [name, text] of other.aliases) this.aliases.set(name, text);
    if (other.cwd !== this.cwd) this.cwd = undefined;
    if (this.positional === undefined) this.positional = other.positional;
    else if (other.positional === undefined || !same(this.positional, other.positional))
      this.positional = [unknown("$0"), unknown("$@")];
  }
}

const same = (a: readonly Arg[], b: readonly Arg[]): boolean =>
  a.length === b.length && a.every((arg, i) => arg.text === b[i]?.text && arg.fixed === b[i]?.fixed);

export const unknown = (text: string, secret = false): Arg => ({ text, fixed: 0, glob: false, secret, quoted: true });

/** What every shell of this machine begins with; asked for at each judgement. */
const startVariables = new WeakMap<Machine, readonly (readonly [string, readonly Arg[]])[]>();

function variablesOf(machine: Machine): readonly (readonly [string, readonly Arg[]])[] {
  const temp = machine.tempRoots[0] ?? "/tmp";
  const runtime = machine.signalboxPaths.flatMap((path) => /^\/run\/user\/\d+(?=\/)/.exec(path) ?? [])[0];
  const known: readonly (readonly [string, string])[] = [
    ...(runtime === undefined ? [] : ([["XDG_RUNTIME_DIR", runtime]] as const)),
    ["HOME", machine.userHome],
    ["USER", machine.user],
    ["LOGNAME", machine.user],
    ["TMPDIR", temp],
    ["TMP", temp],
    ["TEMP", temp],
    ["SHELL", "/bin/bash"],
    ["IFS", " \t\n"],
  ];
  return known.map(([name, value]) => [name, [literal(value)]]);
}
