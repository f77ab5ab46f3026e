import { type Arg, literal, noFlow } from "../programs/program.ts";
import type { Builtin } from "./builtins.ts";
import { judgeVariable } from "./environment.ts";
import type { Runner } from "./runner.ts";
import type { Shell } from "./state.ts";

/**
 * Forms and commands of zsh and fish that do more there than in bash, by whose grammar everything is read. Which shell an agent has is seldom known, and bash refuses
 * nearly all of these, so they are judged wherever they stand as code. What bash can't parse at all (`=(..)`, `if x; end`) is not sure already.
 */

/** What a part of a word does in zsh: a glob qualifier with code, a value that is expanded as code. */
export function foreignPart(text: string): string | undefined {
  if (/^[*?]\((?:[^()\s]*[,#])?(?:e[:{['"+]|\+[A-Za-z_]|[oO]\+)/.test(text))
    return "run a zsh glob qualifier with code in it";
  if (/^\$\{\([^)]*e[^)]*\)/.test(text)) return "expand a value as code by zsh's `(e)`";
  return undefined;
}

const runsRest =
  (skip: number): Builtin =>
  (runner, shell, args, stdin) => {
    const rest = args.slice(skip);
    return rest.length === 0 ? noFlow : runner.call(shell, rest, stdin);
  };

const lasting =
  (what: string): Builtin =>
  (runner, shell, args) => {
    runner.emit(shell, {
      kind: "persist",
      what: `${what} (${args.map(({ text }) => text).join(" ")})`,
      target: "fish",
      place: "home",
      undoable: "costly",
    });
    return noFlow;
  };

const connects =
  (what: string): Builtin =>
  (runner, shell, args) => {
    runner.emit(shell, { kind: "send", what, target: args[0]?.text ?? "", place: "remote", undoable: "no" });
    return noFlow;
  };

const zmodload: Builtin = (runner, shell, args) => {
  for (const { text } of args)
    if (/^zsh\/(?:net\/|zpty|zftp)/.test(text))
      runner.emit(shell, {
        kind: "opaque",
        what: `load the zsh module ${text}, by which it connects or runs others`,
        target: text,
        sure: "likely",
        undoable: "costly",
      });
  return noFlow;
};

const sched: Builtin = (runner, shell, args, stdin) => {
  const [, ...words] = args;
  return words.length === 0
    ? noFlow
    : runner.code(shell, "shell", literal(words.map(({ text }) => text).join(" ")), stdin);
};

export const foreignBuiltins: readonly (readonly [string, Builtin])[] = [
  ["noglob", runsRest(0)],
  ["nocorrect", runsRest(0)],
  ["repeat", runsRest(1)],
  ["zmodload", zmodload],
  ["ztcp", connects("open a network connection by zsh")],
  ["zsocket", connects("open a socket by zsh")],
  ["zftp", connects("open an FTP connection by zsh")],
  [
    "zpty",
    (runner, shell, args, stdin) =>
      sched(
        runner,
        shell,
        args.filter(({ text }) => !/^-\w+$/.test(text)),
        stdin,
      ),
  ],
  ["sched", sched],
  ...["begin", "end", "zle", "bindkey", "add-zsh-hook", "compinit", "compdef", "zstyle"].map(
    (name): readonly [string, Builtin] => [name, () => noFlow],
  ),
  ["funcsave", lasting("save a function for every fish session")],
  ["fish_add_path", lasting("put a folder into PATH for every fish session")],
];

/** fish's `set -gx NAME value`; true if it was that, and not bash's `set -x`. */
export function setsAsFish(runner: Runner, shell: Shell, args: readonly Arg[]): boolean {
  const flags = args.filter(({ text }) => /^-[A-Za-z]+$/.test(text));
  const [name, ...values] = args.filter((arg) => !flags.includes(arg));
  if (flags.length === 0 || name === undefined || !/^[A-Za-z_]\w*$/.test(name.text)) return false;
  if (!flags.every(({ text }) => /^-[gUxulaep]+$/.test(text)) || values.length === 0) return false;
  if (flags.some(({ text }) => text.includes("U")))
    lasting("set a variable for every fish session")(runner, shell, args, noFlow);
  shell.variables.set(name.text, values);
  for (const value of values) judgeVariable(runner, shell, name.text, value);
  return true;
}
