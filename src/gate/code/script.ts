import { isMetadata } from "../paths/hosts.ts";
import { secretName, secretVariable } from "../paths/secrets.ts";
import type { Language } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";
import { calls } from "./calls.ts";
import { argOf } from "./deeds.ts";
import { Source, unaliased } from "./source.ts";

/**
 * Programs of scripting languages, read by their calls: what is run, deleted, written and sent, as far as literals show it. A call whose
 * arguments are put together at run time is opaque if it runs something, and an unknown path if it writes or deletes.
 */
export function judgeScript(runner: Runner, shell: Shell, language: Language, text: string): void {
  text = unaliased(text, language);
  const source = new Source(text, language);
  for (const call of calls) {
    if (call.languages !== undefined && !call.languages.includes(language)) continue;
    if (call.hint !== undefined && !text.includes(call.hint)) continue;
    for (const match of text.matchAll(call.pattern)) {
      if (!runner.scene.spend(4)) return;
      if (source.isData(match.index)) continue;
      call.does({ runner, shell, language, source, at: match.index + match[0].length, match });
    }
  }
  literals(runner, shell, language, source);
}

/** Literals that name secrets, and variables of the environment that hold them: reading either is an effect, however it is done. */
function literals(runner: Runner, shell: Shell, language: Language, source: Source): void {
  const { userHome } = runner.scene.machine;
  for (const { value } of source.strings) {
    if (value.length < 3 || value.length > 256 || /\s/.test(value)) continue;
    if (!value.includes("/") && !value.startsWith(".")) {
      if (isMetadata(value))
        runner.emit(shell, {
          kind: "read",
          what: `${language}: ask the cloud's metadata service, which gives out credentials`,
          target: value,
          place: "remote",
          secret: "reads",
        });
      continue;
    }
    const path = runner.absolute(shell, value);
    if (path === undefined) continue;
    if (secretName(path, userHome) === "secret") runner.path(shell, argOf(value), { kind: "read" });
    for (const own of runner.scene.machine.signalboxPaths)
      if (path.startsWith(own)) runner.path(shell, argOf(value), { kind: "write" });
  }
  for (const match of source.text.matchAll(
    /(?:os\.environ(?:\.get\(|\[)|os\.getenv\(|process\.env(?:\.|\[)|ENV(?:\[|\.fetch\(|\{)|getenv\()\s*["']?(\w+)/g,
  )) {
    const name = match[1] ?? "";
    if (!secretVariable(name)) continue;
    const line = source.text.slice(source.text.lastIndexOf("\n", match.index) + 1, match.index);
    if (
      /\b(?:print|console\.(?:log|error)|puts|say|echo|write)\b/.test(line) &&
      !/(?:bool|!!|len|\blength\b|\bis\b|\bin\b|\?)/.test(source.text.slice(match.index - 12, match.index + 60))
    )
      runner.emit(shell, {
        kind: "read",
        what: `${language}: show ${name}, a secret of the environment`,
        target: name,
        secret: "reads",
      });
  }
}
