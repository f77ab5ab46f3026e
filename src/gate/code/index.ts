import type { Arg, Flow, Language } from "../programs/program.ts";
import { noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";
import { judgeScript } from "./script.ts";
import { judgeSql } from "./sql.ts";
import { judgeAwk, judgeSed } from "./text-tools.ts";

/** Judges code in a language other than shell by what its literals show; what is put together at run time is opaque. */
export function judgeForeignCode(
  runner: Runner,
  shell: Shell,
  language: Language,
  code: Arg,
  _args: readonly Arg[],
): Flow {
  const unknownFlow: Flow = { ...noFlow, text: undefined };
  switch (language) {
    case "sql":
    case "sqlite":
      judgeSql(runner, shell, code.text, language === "sqlite");
      return unknownFlow;
    case "awk":
      judgeAwk(runner, shell, code.text);
      return unknownFlow;
    case "sed":
      judgeSed(runner, shell, code.text);
      return unknownFlow;
    case "powershell":
    case "applescript":
    case "other":
      if (language === "applescript") judgeScript(runner, shell, language, code.text);
      else
        runner.emit(shell, {
          kind: "opaque",
          what: `run ${language === "other" ? "" : `${language} `}code that is not read`,
          target: language,
          sure: "opaque",
          undoable: "no",
        });
      return unknownFlow;
    case "shell":
    case "python":
    case "node":
    case "perl":
    case "ruby":
    case "php":
    case "lua":
    case "r":
      judgeScript(runner, shell, language, code.text);
      return unknownFlow;
  }
}
