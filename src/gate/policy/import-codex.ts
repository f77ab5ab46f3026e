import type { Verdict } from "../../protocol/effects.ts";
import type { ExampleJudge } from "./examples.ts";
import { escapeWords } from "./glob.ts";
import { type DraftExample, type Imported, type Translated, writeImported } from "./import-rules.ts";
import { readCalls, type Statement, type Value } from "./starlark-calls.ts";

const decisions: Readonly<Record<string, Verdict>> = { allow: "allow", prompt: "hold", forbidden: "deny" };
const reasons: Readonly<Record<Verdict, string>> = {
  allow: "Codex was told to allow it",
  hold: "Codex was told to ask about it",
  deny: "Codex was told to forbid it",
};
/** Alternatives are written out; a rule of more is left to a person. */
const patternsMax = 128;
const examplesMax = 16;

/**
 * Translates the `prefix_rule(...)` calls of a Codex rules file: `pattern` (words, a list is alternatives), `decision`, `justification`,
 * `match`. Everything else in the file is named in `left`, with its line.
 * Source: codex-execpolicy's README (2026-11).
 */
export function importCodex(text: string, exampleJudge: ExampleJudge): Imported {
  return writeImported("codex", readCalls(text).map(translate), exampleJudge);
}

function translate(statement: Statement): Translated {
  const from = `line ${statement.line}: ${statement.text}`;
  const no = (problem: string): Translated => ({ from, problem });
  if ("problem" in statement) return no(statement.problem);
  const { call, args } = statement;
  if (call !== "prefix_rule") return no(`${call}() has no counterpart here`);
  const { pattern, decision = "allow", justification, match = [] } = args;
  if (!Array.isArray(pattern) || pattern.length === 0) return no("its pattern is no list of words");
  const verdict = typeof decision === "string" ? decisions[decision] : undefined;
  if (verdict === undefined) return no(`its decision is none of ${Object.keys(decisions).join(", ")}`);
  const prefixes = writtenOut(pattern as readonly Value[]);
  if (prefixes === undefined)
    return no(`its pattern is no list of words, or has more than ${patternsMax} alternatives`);
  return {
    from,
    rule: {
      verdict,
      reason:
        typeof justification === "string" && justification.trim() !== ""
          ? justification.trim().slice(0, 500)
          : reasons[verdict],
      command: prefixes.map((words) => `${escapeWords(words)} **`),
      examples: examplesOf(match, prefixes),
    },
  };
}

/** `["git", ["push", "fetch"]]` is `git push` and `git fetch`. */
function writtenOut(pattern: readonly Value[]): readonly (readonly string[])[] | undefined {
  let prefixes: readonly (readonly string[])[] = [[]];
  for (const element of pattern) {
    const words: readonly Value[] = Array.isArray(element) ? (element as readonly Value[]) : [element];
    if (words.length === 0 || !words.every((word) => typeof word === "string" && word !== "")) return undefined;
    prefixes = prefixes.flatMap((prefix) => words.map((word) => [...prefix, word as string]));
    if (prefixes.length > patternsMax) return undefined;
  }
  return prefixes;
}

/** Their own examples, else each prefix itself. */
function examplesOf(match: Value, prefixes: readonly (readonly string[])[]): readonly DraftExample[] {
  const given = (Array.isArray(match) ? (match as readonly Value[]) : []).flatMap((example) =>
    typeof example === "string"
      ? [example]
      : Array.isArray(example) && example.every((word) => typeof word === "string")
        ? [shellText(example as readonly string[])]
        : [],
  );
  return (given.length > 0 ? given : prefixes.map(shellText)).slice(0, examplesMax).map((command) => ({ command }));
}

const shellText = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
