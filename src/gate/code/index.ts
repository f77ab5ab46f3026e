import type { Arg, Flow, Language } from "../programs/program.ts";
import { noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";
import { judgeScript } from "./script.ts";
import { judgeSql } from "./sql.ts";
import { judgeAwk, judgeSed } from "./text-tools.ts";

/** Words by which nearly every language runs, deletes, writes, loads or fetches: a line without any of them counts, prints and compares. */
const deeds =
  /`|\b(?:run|system|sys|shell|sh|cmd|command|exec\w*|spawn\w*|popen|process|processbuilder|runtime|eval\w*|load\w*|require|include|import|use|open\w*|read\w*|write\w*|file\w*|path|rm\w*|remove\w*|delete\w*|unlink|move|mv|copy|cp|http\w*|url\w*|uri|socket\w*|tcp\w*|net|download|env\w*|getenv|ccall|apply|send|receive|kill|os|io\.\w*(?:read|write|open)\w*|getRuntime)\b(?!\s*=)/i;

/** Modules by their names, and files of the project by theirs: `using Pkg`, `include("test/run.jl")`. */
const namesModules =
  /\b(?:using|import|use)\s+[\w.:]+(?:\s*,\s*[\w.:]+)*|\b(?:include|require|load)\s*\(?\s*"(?![/~])(?:(?!\.\.)[\w./-])+"\s*\)?/g;

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
      else if (language === "powershell" || deeds.test(code.text.replace(namesModules, "")))
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
