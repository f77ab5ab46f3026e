import { type Command, Option } from "commander";
import { connect } from "../client/index.ts";
import type { CallOf, OperationName, OutputOf } from "../protocol/operations/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import { sessionCard, sessionList } from "./session-text.ts";
import { type SurfaceVerb, surface } from "./surface.generated.ts";
import { addMemoryFiles } from "./memory-files.ts";
import { memoryTexts } from "./memory-texts.ts";
import { upkeepTexts } from "./upkeep-texts.ts";
import type { Terminal } from "./terminal.ts";

/** Verbs whose words, fields and flags come from the table; here is only how their answers read. */
export function add(program: Command, verb: (command: Command) => Verb): void {
  for (const family of ["session", "memory", "upkeep"]) {
    const group = program.command(family).description(groupWords[family] ?? "");
    for (const row of surface.filter(({ words }) => words[0] === family)) addRow(group, row, verb);
    if (family === "memory") addMemoryFiles(group, verb);
  }
  program
    .command("config")
    .description("See the configuration.")
    .command("explain")
    .description("Print each setting with its value and where it comes from.")
    .option("--json", "print JSON for scripts")
    .action(async (_: object, command: Command) => explain(verb(command)));
}

const groupWords: Readonly<Record<string, string>> = {
  session: "See the agents that are at work.",
  upkeep: "What the daemon does in quiet hours: show, run, pause, resume.",
  memory: "What sessions leave for later ones: search, add, supersede, forget, export, import.",
};

function addRow(
  group: Command,
  { operation, words, summary, fields }: SurfaceVerb,
  verb: (command: Command) => Verb,
): void {
  const positional = fields.filter((field) => field.positional);
  const command = group
    .command([words.slice(1).join("-"), ...positional.map(({ name }) => `<${name}>`)].join(" "))
    .description(summary)
    .option("--json", "print JSON for scripts");
  for (const { positional, flag, type, choices, description, default: value } of fields) {
    if (positional) continue;
    // A switch that is on unless it is taken off is said by its `--no-` form.
    const words = type !== "boolean" ? `--${flag} <${type}>` : value === true ? `--no-${flag}` : `--${flag}`;
    const option = new Option(words, description ?? "");
    if (choices !== undefined) option.choices([...choices]);
    if (value !== undefined && value !== true) option.default(value);
    command.addOption(option);
  }
  command.action(async (...given: unknown[]) => {
    const called = given.at(-1) as Command;
    const named = Object.fromEntries(positional.map(({ name }, index) => [name, given[index]]));
    const { json: _, home: __, ...flags } = called.opts();
    await call(verb(called), operation, { ...fromHere(fields, flags), ...flags, ...named });
  });
}

/** Where a verb is typed and by what, where its operation asks. One note is shown by its id from anywhere. */
function fromHere(fields: SurfaceVerb["fields"], flags: Readonly<Record<string, unknown>>): object {
  const asks = (name: string) => fields.some((field) => field.name === name) && flags[name] === undefined;
  return {
    ...(asks("cwd") && !fields.some((field) => field.name === "id") ? { cwd: process.cwd() } : {}),
    ...(asks("agent") && asks("text") ? { agent: "cli" } : {}),
    ...(asks("by") ? { by: "cli" } : {}),
  };
}

async function call({ place, json, terminal }: Verb, name: OperationName, input: object): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call(name, input as CallOf<OperationName>);
  const show = texts[name as keyof typeof texts] as ((terminal: Terminal, answer: unknown) => string) | undefined;
  terminal.out(
    json || show === undefined ? JSON.stringify(answer, null, json ? undefined : 2) : show(terminal, answer),
  );
}

const texts: { [Name in OperationName]?: (terminal: Terminal, answer: OutputOf<Name>) => string } = {
  ...memoryTexts,
  ...upkeepTexts,
  "session/list": (terminal, { sessions }) => sessionList(terminal, sessions, Date.now()),
  "session/search": (terminal, { sessions }) =>
    sessions.length === 0 ? "No session has that in it." : sessionList(terminal, sessions, Date.now()),
  "session/show": (terminal, shown) => sessionCard(terminal, shown, Date.now()),
  "session/rename": (terminal, { session }) => sessionList(terminal, [session], Date.now()),
  "session/pin": (terminal, { session }) => sessionList(terminal, [session], Date.now()),
  "session/archive": (terminal, { session }) => sessionList(terminal, [session], Date.now()),
};

/** From the daemon, which knows its flags; else from the files alone. */
async function explain({ place, json, terminal, ports }: Verb): Promise<void> {
  let values: readonly { key: string; value: unknown; source: string }[];
  try {
    await using client = await connect({ socket: place.socket });
    ({ values } = await client.call("daemon/config", {}));
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    values = (await ports.environment()).explainConfig(place);
  }
  if (json) return terminal.out(JSON.stringify(values));
  const width = Math.max(...values.map(({ key }) => key.length));
  for (const { key, value, source } of values)
    terminal.out(`${key.padEnd(width)}  ${JSON.stringify(value).padEnd(12)}  ${terminal.style("faint", source)}`);
}
