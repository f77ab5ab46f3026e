import { type Arg, type Flow, literal, noFlow } from "../programs/program.ts";
import { secretVariable } from "../paths/secrets.ts";
import { judgePatch } from "../tools/patch.ts";
import { judgeVariable } from "./environment.ts";
import { foreignBuiltins, setsAsFish } from "./foreign.ts";
import type { Runner } from "./runner.ts";
import { type Shell, unknown } from "./state.ts";
import { joinArgs } from "./words.ts";

/** Builtins that change the shell itself; those that only read, write or print are program tables like any other. */
export type Builtin = (runner: Runner, shell: Shell, args: readonly Arg[], stdin: Flow) => Flow;

const quiet: Builtin = () => noFlow;
const operandsOf = (args: readonly Arg[]): readonly Arg[] =>
  args.filter((arg) => !/^-./.test(arg.text) || arg.quoted === undefined);

const changeFolder: Builtin = (runner, shell, args) => {
  const [to] = operandsOf(args).filter((arg) => arg.text !== "--");
  const previous = shell.cwd;
  if (to === undefined)
    shell.cwd = args.some((arg) => arg.text === "-") ? shell.previous : runner.scene.machine.userHome;
  else if (to.text === "-") shell.cwd = shell.previous;
  else if (to.fixed === to.text.length && !to.glob) shell.cwd = runner.absolute(shell, to.text);
  else shell.cwd = undefined;
  shell.previous = previous;
  return noFlow;
};

const declare: Builtin = (runner, shell, args) => {
  indexes(runner, shell, args);
  // A name that stands for another: what it holds is not followed.
  const refers = args.some((arg) => /^-\w*n/.test(arg.text));
  for (const arg of args) {
    const equals = arg.text.indexOf("=");
    if (arg.text.startsWith("-") || equals <= 0) continue;
    const name = arg.text.slice(0, equals).replace(/\+$/, "");
    const value: Arg = {
      ...arg,
      text: arg.text.slice(equals + 1),
      fixed: Math.max(0, arg.fixed - equals - 1),
      quoted: false,
    };
    shell.variables.set(name, [refers ? unknown(`$${name}`) : value]);
    judgeVariable(runner, shell, name, value);
  }
  // Without a name: all of them, with their values.
  if (args.every((arg) => /^-[a-zA-Z]+$/.test(arg.text)) && !args.some((arg) => /[fF]/.test(arg.text)))
    return args.some((arg) => /[aAin]/.test(arg.text)) ? { ...noFlow, text: undefined } : allVariables;
  const named = args.some((arg) => /^-\w*p/.test(arg.text)) && args.some((arg) => secretVariable(arg.text));
  return named ? allVariables : noFlow;
};

const allVariables: Flow = { ...noFlow, text: undefined, secret: true, shows: true };

/** Bash expands what stands in an index, even in a name that is given as text: `read 'a[$(x)]'`. */
function indexes(runner: Runner, shell: Shell, args: readonly Arg[]): void {
  for (const { text } of args)
    if (/\[[^\]]*(?:\$\(|`)/.test(text))
      runner.code(shell, "shell", literal(`: "${text.replaceAll('"', '\\"')}"`), noFlow);
}
const quietButIndexes: Builtin = (runner, shell, args) => {
  indexes(runner, shell, args);
  return noFlow;
};

/** `read`, `mapfile`, `getopts`: the variable's value comes from elsewhere. */
const readInto: Builtin = (runner, shell, args, stdin) => {
  indexes(runner, shell, args);
  const names = args.filter((arg) => /^[A-Za-z_]\w*$/.test(arg.text));
  const lines = stdin.text?.trim();
  for (const name of names.length > 0 ? names : [literal("REPLY")])
    shell.variables.set(name.text, [
      lines !== undefined && lines !== "" && names.length === 1 && !lines.includes("\n")
        ? literal(lines)
        : unknown(`$${name.text}`, stdin.secret),
    ]);
  return noFlow;
};

const evaluate: Builtin = (runner, shell, args, stdin) => {
  if (args.length === 0)
    return stdin.text === undefined || stdin.text === "" ? noFlow : runner.stdinCode(shell, "shell", stdin, "eval");
  const code = joinArgs(args);
  const [only] = args;
  // The environment that a tool prints for the shell: `eval "$(ssh-agent)"`, `eval "$(pyenv init -)"`.
  if (
    args.length === 1 &&
    only !== undefined &&
    /^\$\((?:ssh-agent|(?:py|rb|nod|go|j)env|direnv|starship|zoxide|fnm|brew|\/\S*\/brew|opam|mise|asdf|dircolors|minikube|docker-machine|conda|\S*\/conda|luarocks|thefuck|atuin|register-python-argcomplete|npm|pip|poetry|nvm|rustup)(?:\s+[\w.:=-]+)*(?:\s+-)?(?:\s+2>\/dev\/null)?\)$/.test(
      only.text,
    )
  )
    return noFlow;
  return runner.code(shell, "shell", code, stdin);
};

const source: Builtin = (runner, shell, args, stdin) => {
  const [file, ...rest] = args;
  // fish reads what it is told by stdin: `curl ... | source`.
  if (file === undefined)
    return stdin.text === "" && !stdin.remote && !stdin.decoded
      ? noFlow
      : runner.stdinCode(shell, "shell", stdin, "source");
  if (
    /(?:^|\/)(?:\.?venv|\.?env|virtualenv|miniconda3?|anaconda3?|\.venvs?\/[^/]+)\/bin\/activate(?:\.fish)?$|\.nvm\/nvm\.sh$|\.cargo\/env$|\.sdkman\/bin\/sdkman-init\.sh$|\.(?:bashrc|bash_profile|zshrc|profile)$|conda\.sh$|\/etc\/(?:profile|bashrc|bash\.bashrc|os-release)$|\.asdf\/asdf\.sh$/.test(
      file.text,
    )
  )
    return noFlow;
  return runner.script(shell, file, "shell", rest, stdin);
};

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["cd", changeFolder],
  ["pushd", changeFolder],
  [
    "popd",
    (_runner, shell) => {
      shell.cwd = shell.previous;
      return noFlow;
    },
  ],
  ["export", declare],
  ["declare", declare],
  ["typeset", declare],
  ["local", declare],
  ["readonly", declare],
  ["read", readInto],
  ["mapfile", readInto],
  ["readarray", readInto],
  ["getopts", readInto],
  ["eval", evaluate],
  ["source", source],
  [".", source],
  [
    "trap",
    (runner, shell, args, stdin) => {
      const [action] = args.filter((arg) => !/^-[lp]?$|^--$/.test(arg.text));
      if (action !== undefined && args.length > 1 && action.text !== "") runner.code(shell, "shell", action, stdin);
      return noFlow;
    },
  ],
  [
    "alias",
    (runner, shell, args, stdin) => {
      for (const arg of args) {
        const equals = arg.text.indexOf("=");
        if (equals <= 0) continue;
        const text = arg.text.slice(equals + 1);
        runner.code(shell, "shell", { ...arg, text, fixed: Math.max(0, arg.fixed - equals - 1) }, stdin);
        const name = arg.text.slice(0, equals);
        if (guarded.has(name) && !text.startsWith(name))
          runner.emit(shell, {
            kind: "opaque",
            what: `make ${name} mean ${text}`,
            target: name,
            sure: "likely",
            undoable: "costly",
          });
        shell.aliases.set(arg.text.slice(0, equals), text);
      }
      return noFlow;
    },
  ],
  [
    "exec",
    (runner, shell, args, stdin) => {
      const rest =
        args[0]?.text === "-a" ? args.slice(2) : args.filter((arg, i) => i > 0 || !/^-[cl]+$/.test(arg.text));
      return rest.length === 0 ? noFlow : runner.call(shell, rest, stdin);
    },
  ],
  [
    "command",
    (runner, shell, args, stdin) => {
      const start = args.findIndex((arg) => !/^-[pvV]+$/.test(arg.text));
      // Its own options stand before the name: `command shred -v x` runs.
      if (args.slice(0, start < 0 ? args.length : start).some(({ text }) => text === "-v" || text === "-V")) {
        const name = args.at(-1);
        return { ...noFlow, text: name === undefined ? "" : name.text };
      }
      const rest = start < 0 ? [] : args.slice(args[start]?.text === "--" ? start + 1 : start);
      return rest.length === 0 ? noFlow : runner.call(shell, rest, stdin);
    },
  ],
  ["builtin", (runner, shell, args, stdin) => (args.length === 0 ? noFlow : runner.call(shell, args, stdin))],
  [
    "unset",
    (runner, shell, args) => {
      indexes(runner, shell, args);
      for (const arg of args) {
        if (arg.text === "HISTFILE") forgets(runner, shell, "unset HISTFILE");
        shell.variables.delete(arg.text);
        shell.functions.delete(arg.text);
      }
      return noFlow;
    },
  ],
  [
    "set",
    (runner, shell, args) => {
      if (setsAsFish(runner, shell, args)) return noFlow;
      if (args[0]?.text === "+o" && args[1]?.text === "history") forgets(runner, shell, "set +o history");
      const dashes = args.findIndex((arg) => arg.text === "--");
      if (dashes >= 0) shell.positional = [literal("sh"), ...args.slice(dashes + 1)];
      else if (args.length > 0 && !/^[-+]/.test(args[0]?.text ?? "")) shell.positional = [literal("sh"), ...args];
      return args.length === 0 ? allVariables : noFlow;
    },
  ],
  [
    "shift",
    (_runner, shell) => {
      if (shell.positional !== undefined) shell.positional = [literal("sh"), ...shell.positional.slice(2)];
      return noFlow;
    },
  ],
  [
    "printf",
    (runner, shell, args) => {
      if (args[0]?.text === "-v" && args[1] !== undefined) {
        indexes(runner, shell, args.slice(1, 2));
        const text = formatted(args.slice(2));
        shell.variables.set(args[1].text, [
          text === undefined ? unknown(`$${args[1].text}`) : { ...literal(text), quoted: false, hidden: true },
        ]);
        return noFlow;
      }
      return {
        ...noFlow,
        text: formatted(args),
        secret: args.some((arg) => arg.secret),
        shows: args.some((arg) => arg.secret),
        decoded: /\\(?:x|[0-7]{2,3}|u)/.test(args[0]?.text ?? ""),
      };
    },
  ],
  [
    "echo",
    (_runner, _shell, args) => {
      const flags = args[0] !== undefined && /^-[neE]+$/.test(args[0].text) ? args[0].text : "";
      const rest = flags === "" ? args : args.slice(1);
      const text = joinArgs(rest);
      const known = text.fixed === text.text.length && !rest.some((arg) => arg.glob);
      const shown = flags.includes("e") ? unescape(text.text) : text.text;
      return {
        ...noFlow,
        text: known ? (flags.includes("n") ? shown : `${shown}\n`) : undefined,
        secret: text.secret,
        shows: text.secret,
        decoded: flags.includes("e") && /\\(?:x|0|u)/.test(text.text),
      };
    },
  ],
  ["pwd", (_runner, shell) => ({ ...noFlow, text: shell.cwd })],
  ...["let", "test", "[", "[["].map((name) => [name, quietButIndexes] as const),
  ...[
    "true",
    "false",
    ":",
    "return",
    "exit",
    "break",
    "continue",
    "shopt",
    "wait",
    "jobs",
    "fg",
    "bg",
    "disown",
    "times",
    "umask",
    "ulimit",
    "complete",
    "compgen",
    "compopt",
    "caller",
    "dirs",
    "suspend",
    "logout",
    "help",
    "setopt",
    "unsetopt",
    "autoload",
    "emulate",
  ].map((name) => [name, quiet] as const),
  ...foreignBuiltins,
  [
    "history",
    (runner, shell, args) => {
      if (args.some(({ text }) => /^-(?:\w*[cd]|[wa])/.test(text))) forgets(runner, shell, "history -c");
      return { ...noFlow, text: undefined, decoded: true };
    },
  ],
  [
    "fc",
    (runner, shell, args) => {
      if (args.length > 0 && !args.some(({ text }) => /^-\w*l/.test(text)))
        runner.emit(shell, {
          kind: "opaque",
          what: "run a line of the shell's history again",
          target: "fc",
          sure: "opaque",
          undoable: "no",
        });
      return { ...noFlow, text: undefined, decoded: true };
    },
  ],
  [
    "hash",
    (runner, shell, args) => {
      const at = args.findIndex((arg) => arg.text === "-p");
      if (at >= 0)
        runner.emit(shell, {
          kind: "opaque",
          what: `make ${args[at + 2]?.text ?? "a name"} mean ${args[at + 1]?.text ?? "another program"}`,
          target: args[at + 2]?.text ?? "hash",
          sure: "likely",
          undoable: "costly",
        });
      return noFlow;
    },
  ],
  [
    "apply_patch",
    (runner, shell, args, stdin) => {
      judgePatch(runner, shell, args[0]?.text ?? stdin.text ?? "");
      return noFlow;
    },
  ],
  [
    "bind",
    (runner, shell, args, stdin) => {
      for (const [i, arg] of args.entries())
        if (arg.text === "-x" && args[i + 1] !== undefined) runner.code(shell, "shell", args[i + 1] as Arg, stdin);
      return noFlow;
    },
  ],
  [
    "enable",
    (runner, shell, args) => {
      const at = args.findIndex((arg) => arg.text === "-f");
      if (at >= 0)
        runner.emit(shell, {
          kind: "opaque",
          what: `load a builtin from ${args[at + 1]?.text ?? "a file"}`,
          target: "enable",
          sure: "opaque",
          undoable: "no",
        });
      return noFlow;
    },
  ],
]);

function forgets(runner: Runner, shell: Shell, how: string): void {
  runner.emit(shell, {
    kind: "write",
    what: `${how}: take away the shell's record of what was run`,
    target: "history",
    place: "system",
    undoable: "costly",
  });
}

/** Programs that are given secrets or trust: another in their place sees both. */
const guarded = new Set([
  "ssh",
  "sudo",
  "su",
  "scp",
  "sftp",
  "passwd",
  "gpg",
  "doas",
  "login",
  "docker",
  "kubectl",
  "git",
  "npm",
  "pip",
  "curl",
]);

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  v: "\v",
  "'": "'",
  '"': '"',
};
export const unescape = (text: string): string =>
  text.replace(
    /\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|0?([0-7]{1,3})|(.))/gs,
    (all, hex?: string, unicode?: string, octal?: string, letter?: string) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : unicode !== undefined
          ? String.fromCharCode(Number.parseInt(unicode, 16))
          : octal !== undefined
            ? String.fromCharCode(Number.parseInt(octal, 8) & 255)
            : (escapes[letter ?? ""] ?? all),
  );

/** What `printf` prints, when all of it is literal. */
function formatted(args: readonly Arg[]): string | undefined {
  const [format, ...values] = args[0]?.text === "--" ? args.slice(1) : args;
  if (format === undefined) return "";
  if (args.some((arg) => arg.fixed < arg.text.length || arg.text.length > 16_384)) return undefined;
  let next = 0;
  let text = "";
  do {
    text += unescape(format.text).replace(/%(-?\d*(?:\.\d+)?)([sbdqcxoi%])/g, (_all, _width, kind: string) => {
      if (kind === "%") return "%";
      const value = values[next++]?.text ?? "";
      return kind === "b" ? unescape(value) : value;
    });
  } while (next > 0 && next < values.length && text.length < 16_384 && /%[^%]/.test(format.text));
  return text;
}
