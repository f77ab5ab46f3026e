import { createInterface } from "node:readline";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Json } from "../kit/canonical.ts";
import type { Effect, Verdict } from "../protocol/effects.ts";
import { Refusal } from "../protocol/refusals.ts";
import { Exit, type Verb } from "./index.ts";
import { effectLines, sentence, stopped, undoText, verdictWord, visible, wrap } from "./words.ts";

/** What `daemon/offline.ts` gives for one call. */
export interface Checked {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly reason: string;
  readonly instead: string | undefined;
  readonly effects: readonly Effect[];
  readonly microseconds: number;
}

export interface CheckCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, Json>>;
  readonly cwd: string;
  readonly workspace: string | undefined;
}

const exitCodes: Record<Verdict, number> = { allow: 0, hold: 10, deny: 11 };

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("check")
    .summary("Explain the verdict that a command would get.")
    .description(
      "Explain the verdict that a command would get. Nothing runs; no daemon is needed. Exit: 0 allow, 10 hold, 11 deny.",
    )
    .argument("[command...]", "the shell command, best quoted as one word after --")
    .option("--cwd <dir>", "the folder that it would run in (default: here)")
    .option("--tool <name>", "another tool than the shell; then --input is its input")
    .option("--input <json>", "the tool's input as a JSON object")
    .option("--entry <seq>", "replay that verdict of the ledger before today's rules; exit 0 the same, 10 another")
    .option("--batch", "judge NDJSON lines {command, cwd?, workspace?} from standard input")
    .action((words: string[], options: Options, command: Command) => check(verb(command), words, options));
}

interface Options {
  readonly cwd?: string;
  readonly tool?: string;
  readonly input?: string;
  readonly batch?: boolean;
  readonly entry?: string;
}

async function check(verb: Verb, words: readonly string[], options: Options): Promise<void> {
  const alone = options.batch === true ? "--batch" : options.entry === undefined ? undefined : "--entry";
  // Passed over in silence, a file's name behind --batch would look like a file in which there is nothing.
  if (alone !== undefined && words.length > 0)
    throw new Refusal(
      "INVALID_PARAMS",
      `${alone} takes no command, and ${JSON.stringify(words[0])} stands behind it.`,
      alone === "--batch" ? "Its lines come from standard input: signalbox check --batch < FILE" : undefined,
    );
  if (options.entry !== undefined) return (await import("./check-entry.ts")).checkEntry(verb, options.entry);
  const cwd = resolve(options.cwd ?? ".");
  if (options.batch === true) return batch(verb, cwd);
  const call = { ...toolInput(words, options), cwd, workspace: undefined };
  const { judgeHere } = await verb.ports.offline();
  const result = await judgeHere(verb.place, call);
  if (verb.json) verb.terminal.out(JSON.stringify(toJson(result)));
  else explain(verb, result);
  throw new Exit(exitCodes[result.verdict]);
}

function toolInput(words: readonly string[], { tool, input }: Options): Pick<CheckCall, "tool" | "input"> {
  if (tool !== undefined) {
    if (input === undefined)
      throw new Refusal(
        "INVALID_PARAMS",
        "--tool needs --input with the tool's input.",
        `e.g. signalbox check --tool Write --input '{"file_path":"/etc/hosts","content":"x"}'`,
      );
    return { tool, input: parseObject(input) };
  }
  if (words.length === 0)
    throw new Refusal("INVALID_PARAMS", "There is no command to check.", "e.g. signalbox check -- 'rm -rf ~/x'");
  // No program's name has a blank in it: what follows a whole command would be taken for its arguments, and the command for a program.
  if (words.length > 1 && /\s/.test(words[0] ?? ""))
    throw new Refusal(
      "INVALID_PARAMS",
      `${JSON.stringify(words[0])} is a whole command, and ${JSON.stringify(words[1])} stands behind it.`,
      "Options go before the --, the command behind it as one word.",
    );
  return { tool: "Bash", input: { command: words.length === 1 ? (words[0] ?? "") : words.map(quoted).join(" ") } };
}

/** Several words came through the person's shell unquoted: each is one word again. */
const quoted = (word: string) =>
  /^[\w@%+=:,./~-]+$/.test(word) || /^(&&|\|\|?|;|>|>>|<)$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function parseObject(text: string): Record<string, Json> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, Json>;
  } catch (error) {
    throw new Refusal("INVALID_PARAMS", `--input is not JSON: ${(error as Error).message}.`);
  }
  throw new Refusal("INVALID_PARAMS", "--input must be a JSON object.");
}

function toJson({ verdict, rule, reason, instead, effects }: Checked) {
  return { verdict, rule, reason, ...(instead === undefined ? {} : { instead }), effects };
}

function explain({ terminal }: Verb, { verdict, rule, reason, instead, effects }: Checked): void {
  const say = (text: string) => terminal.out(wrap(visible(text), terminal.columns - 1).join("\n"));
  terminal.out(`${verdictWord(terminal, verdict)}  ${terminal.style("faint", `rule ${rule}`)}`);
  say(stopped(reason));
  if (verdict !== "allow" && effects.length > 0) say(undoText(effects));
  const lines = effectLines(reason, effects);
  if (lines.length > 0) say(["\nWhat it would do:", ...lines.map((line) => `  - ${line}`)].join("\n"));
  if (instead !== undefined && verdict !== "allow") say(`\nInstead: ${sentence(instead)}`);
}

async function batch({ terminal, place, ports }: Verb, cwd: string): Promise<void> {
  const { judgeText } = await ports.offline();
  const judge = judgeText(place);
  let line = 0;
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === "") continue;
    terminal.out(JSON.stringify(batchLine(text, line, cwd, judge)));
  }
}

function batchLine(text: string, line: number, cwd: string, judge: (call: CheckCall) => Checked): object {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    return { error: `line ${line} is not JSON: ${(error as Error).message}` };
  }
  const { command, cwd: rowCwd, workspace } = (row ?? {}) as { command?: unknown; cwd?: unknown; workspace?: unknown };
  if (typeof command !== "string") return { error: `line ${line} has no "command"` };
  const folder = (value: unknown) => (typeof value === "string" && value.startsWith("/") ? value : undefined);
  const root = folder(workspace) ?? cwd;
  const result = judge({ tool: "Bash", input: { command }, cwd: folder(rowCwd) ?? root, workspace: root });
  return { ...toJson(result), us: result.microseconds };
}
