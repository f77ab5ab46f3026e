import { secretVariable } from "../paths/secrets.ts";
import { unescape } from "../shell/builtins.ts";
import { type Flow, literal, noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";

/** awk runs commands by `system()`, `| "cmd"` and `"cmd" | getline`, and writes files by `> "file"`. */
export function judgeAwk(runner: Runner, shell: Shell, text: string): void {
  // Patterns between slashes are data.
  const code = text.replace(/#[^\n]*/g, "");
  for (const match of code.matchAll(/\bsystem\s*\(\s*("(?:[^"\\]|\\.)*"\s*\)|[^)]*\))/g))
    run(runner, shell, match[1] ?? "");
  // Bars within strings are no pipes.
  const bare = code.replace(/"(?:[^"\\]|\\.)*"/g, (string) => `"${"S".repeat(Math.max(0, string.length - 2))}"`);
  for (const match of bare.matchAll(/(?:print|printf)\b[^;{}\n|]*\|\s*("S*"|\w+)/g)) {
    const end = match.index + match[0].length;
    // The command reads what awk prints.
    run(runner, shell, code.slice(end - (match[1] ?? "").length, end), { ...noFlow, text: undefined, decoded: true });
  }
  for (const match of code.matchAll(/("(?:[^"\\]|\\.)*"|\b\w+)\s*\|&?\s*getline/g)) run(runner, shell, match[1] ?? "");
  const variable = /\bENVIRON\s*\[\s*"(\w+)"/.exec(code)?.[1];
  if (/\bin\s+ENVIRON\b/.test(code) || (variable !== undefined && secretVariable(variable)))
    runner.emit(shell, {
      kind: "read",
      what: `awk: show ${variable ?? "the whole environment"}, with the secrets in it`,
      target: "environment",
      secret: "reads",
    });
  if (/\/inet[46]?\//.test(code))
    runner.emit(shell, {
      kind: "send",
      what: "awk: open a network connection",
      target: "awk",
      place: "remote",
      undoable: "no",
    });
  for (const match of code.matchAll(/(?:print|printf)\b[^;{}\n>]*>{1,2}\s*"((?:[^"\\]|\\.)*)"/g))
    if (match[1] !== undefined) runner.path(shell, literal(match[1]), { kind: "write" });
}

function run(runner: Runner, shell: Shell, expression: string, stdin: Flow = noFlow): void {
  const text = /^"((?:[^"\\]|\\.)*)"\s*\)?$/.exec(expression.trim());
  if (text?.[1] !== undefined)
    runner.code(shell, "shell", { ...literal(unescape(text[1])), hidden: /\\(?:x|[0-7]{2})/.test(text[1]) }, stdin);
  else
    runner.emit(shell, {
      kind: "opaque",
      what: "awk: run a command that is put together at run time",
      target: "awk",
      sure: "opaque",
      undoable: "no",
    });
}

/** sed runs commands by `e` and the flag `e` of `s`, and writes files by `w`. */
export function judgeSed(runner: Runner, shell: Shell, text: string): void {
  for (const part of text.split(/[\n;]/)) {
    const command = part
      .trim()
      .replace(/^(?:\d+|\$|\/(?:[^/\\]|\\.)*\/I?)(?:,(?:[+~]?\d+|\$|\/(?:[^/\\]|\\.)*\/I?))?\s*!?\s*\{?\s*/, "");
    if (/^e(?:\s|$)/.test(command)) {
      const line = command.slice(1).trim();
      if (line === "")
        runner.emit(shell, {
          kind: "opaque",
          what: "sed: run the lines of its input as commands",
          target: "sed",
          sure: "opaque",
          undoable: "no",
        });
      else runner.code(shell, "shell", literal(line), noFlow);
    }
    const write = /^[wW]\s+(\S.*)$/.exec(command);
    if (write?.[1] !== undefined) runner.path(shell, literal(write[1]), { kind: "write" });
    const read = /^r\s+(\S.*)$/.exec(command);
    if (read?.[1] !== undefined) runner.path(shell, literal(read[1]), { kind: "read" });
  }
  for (const match of text.matchAll(
    /(?:^|[\n;{}\s\d$/,!])s(\W)(?:(?!\1)[^\\]|\\[^])*?\1(?:(?!\1)[^\\]|\\[^])*?\1([gpiImM\d]*)(e|w\s+(\S+))/g,
  )) {
    if (match[3] === "e")
      runner.emit(shell, {
        kind: "opaque",
        what: "sed: run what a substitution makes as a command",
        target: "sed",
        sure: "opaque",
        undoable: "no",
      });
    else if (match[4] !== undefined) runner.path(shell, literal(match[4]), { kind: "write" });
  }
}
