import { resolve } from "node:path";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import { readText } from "./policy-files.ts";
import { visible } from "./words.ts";

/** Prints TOML on stdout and what could not be translated on stderr, so that `>> policy.toml` takes the rules alone. */
export async function importRules(
  { terminal, json, ports }: Verb,
  from: "claude" | "codex",
  file: string | undefined,
): Promise<void> {
  const { exampleJudge } = await import("../gate/index.ts");
  const { importClaude, importCodex } = await import("../gate/policy/index.ts");
  const path = file === undefined ? (await ports.offline()).settingsOf(from) : resolve(file);
  const text = readText(path);
  const imported = from === "claude" ? importClaude(text, exampleJudge) : importCodex(text, exampleJudge);
  if ("problem" in imported) throw new Refusal("INVALID_PARAMS", `${path}: ${imported.problem}`);
  if (json) return terminal.out(JSON.stringify({ path, ...imported }));
  if (imported.text !== "") terminal.out(imported.text.trimEnd());
  for (const { from: what, why } of imported.left) terminal.err(`not translated: ${visible(what)}\n  ${visible(why)}`);
  terminal.err(
    `${imported.rules} rules from ${path}${imported.left.length === 0 ? "" : `, ${imported.left.length} lines not translated`}. Nothing is in force yet: read them, put them into a file and try it: signalbox policy simulate FILE`,
  );
}
