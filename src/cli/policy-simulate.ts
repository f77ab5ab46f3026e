import { resolve } from "node:path";
import { type Client, connect } from "../client/index.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { Verb } from "./index.ts";
import { layerOf, readText } from "./policy-files.ts";
import type { ComparedVerdicts } from "./ports.ts";
import { askPresence } from "./presence.ts";
import { readHistory } from "./shell-history.ts";
import { callText, shorten, visible } from "./words.ts";

interface SimulateOptions {
  readonly history?: boolean | string;
  readonly as?: "user" | "repository";
  readonly last: number;
  readonly examples: number;
}

interface Change extends ComparedVerdicts {
  /** An entry's number, or the history file. */
  readonly from: number | string;
}

export async function simulate(verb: Verb, file: string, options: SimulateOptions): Promise<void> {
  const { terminal, place, json, ports } = verb;
  const path = resolve(file);
  const proposed = { text: readText(path), path, layer: options.as ?? layerOf(path) };
  if (options.history !== undefined) await askPresence(verb, "Reading your shell's history");
  await using client = await connect({ socket: place.socket });
  const { layers } = await client.call("policy/show", { cwd: resolve(".") });
  const trusted = layers.flatMap(({ name, trusted, path }) => (name === "repository" && trusted && path ? [path] : []));
  const offline = await ports.offline();
  const simulation = await offline.simulatePolicy(place, proposed, trusted);

  const entries = await verdicts(client, options.last);
  const compared: Change[] = [];
  for (const entry of entries) {
    const each = simulation.entry(entry);
    if (each !== undefined) compared.push({ ...each, from: entry.seq });
  }
  const unknown = entries.length - compared.length;
  const typed = options.history === undefined ? [] : historyOf(options.history, offline.historyFiles());
  for (const { path: from, command } of typed) compared.push({ ...simulation.command(command, resolve(".")), from });

  const changes = compared.filter(({ before, after }) => before.verdict !== after.verdict);
  const counts = countBy(changes, ({ before, after }) => `${before.verdict} -> ${after.verdict}`);
  const shown = changes.slice(0, options.examples);
  const { redact } = await import("../gate/redact/index.ts");
  const safe = (change: Change) => ({ ...change, input: redact(change.input as never) as Record<string, unknown> });
  if (json)
    return terminal.out(
      JSON.stringify({ verdicts: entries.length, unknown, commands: typed.length, counts, changes: shown.map(safe) }),
    );
  terminal.out(
    `${entries.length} verdicts of the ledger${typed.length === 0 ? "" : ` and ${typed.length} commands of your history`}, with ${visible(path)} as the ${proposed.layer === "user" ? "user's" : "repository's (not trusted)"} policy:`,
  );
  if (changes.length === 0) terminal.out("  no verdict would change");
  for (const [change, count] of Object.entries(counts)) terminal.out(`  ${change.padEnd(16)} ${count}`);
  if (unknown > 0) terminal.out(terminal.style("faint", `  ${unknown} could not be judged again`));
  if (shown.length > 0) terminal.out(shown.length < changes.length ? `\nThe first ${shown.length}:` : "");
  for (const change of shown.map(safe)) {
    const { before, after, from } = change;
    const rule = after.verdict === "allow" ? `${before.rule} no more` : after.rule;
    const where = typeof from === "number" ? `entry ${from}` : "history";
    terminal.out(
      shorten(
        `  ${before.verdict} -> ${after.verdict}  ${rule}  ${where}  ${callText(change.tool, change.input).replaceAll("\n", "↵")}`,
        Math.max(60, terminal.columns),
      ),
    );
  }
}

interface SuggestOptions {
  readonly times: number;
  readonly last: number;
}

/** TOML on stdout; what is said about it is comments, so that the whole can go into a file. */
export async function suggest({ terminal, place, json, ports }: Verb, options: SuggestOptions): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const entries = await verdicts(client, options.last);
  const suggestions = (await ports.offline()).suggestRules(place, entries, { times: options.times });
  if (json) return terminal.out(JSON.stringify(suggestions));
  if (suggestions.length === 0)
    return terminal.out(
      `# No call was approved ${options.times} times or more that is still held. Nothing to suggest.`,
    );
  for (const { tool, input, times, entries: seqs, rule } of suggestions) {
    const call = shorten(callText(tool, input).replaceAll("\n", "↵"), 160);
    terminal.out(`# approved ${times} times (entries ${seqs.join(", ")}): ${call}`);
    terminal.out("ok" in rule ? `${rule.ok.trimEnd()}\n` : `# no rule: ${visible(rule.problem)}\n`);
  }
  terminal.err(
    terminal.style(
      "faint",
      "Nothing is in force yet: put what you want into your policy file, then: signalbox policy test",
    ),
  );
}

const pageMax = 1_000;

/** The newest verdicts, oldest first. */
async function verdicts(client: Client, last: number): Promise<readonly EntryView[]> {
  const entries: EntryView[] = [];
  while (entries.length < last) {
    const limit = Math.min(pageMax, last - entries.length);
    const before = entries.at(-1)?.seq;
    const page = await client.call("ledger/list", {
      kind: "gate/judged",
      limit,
      ...(before === undefined ? {} : { before }),
    });
    entries.push(...page.entries);
    if (page.entries.length < limit) break;
  }
  return entries.reverse();
}

const commandsMax = 20_000;

function historyOf(named: boolean | string, files: readonly string[]): readonly { path: string; command: string }[] {
  const paths = typeof named === "string" ? [resolve(named)] : files;
  return paths.flatMap((path) => readHistory(path).map((command) => ({ path, command }))).slice(-commandsMax);
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
