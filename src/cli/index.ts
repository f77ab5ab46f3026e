/**
 * The command line. Verbs that only call an operation and print its answer come from the table (`surface.generated.ts`);
 * verbs that do more have a file each. Exit codes: 0 done, 1 fault, 2 usage, 3 no daemon, and those of `protocol/refusals.ts`; `check`
 * exits 0 allow, 10 hold, 11 deny. `--json` prints one JSON value and nothing else on stdout.
 */
import { Command } from "commander";
import { findPlace, type Place } from "../protocol/place.ts";
import { Refusal, refusals } from "../protocol/refusals.ts";
import type { CliPorts } from "./ports.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { helpShown, shapeUsage } from "./usage.ts";
import { hintLines, sentence } from "./words.ts";

export type { CliPorts } from "./ports.ts";

/** What every verb gets. */
export interface Verb {
  readonly place: Place;
  readonly json: boolean;
  readonly terminal: Terminal;
  readonly ports: CliPorts;
}

/** Thrown by a verb that has already said what there is to say. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export async function runCli(
  argv: readonly string[],
  ports: CliPorts,
  terminal: Terminal = processTerminal,
): Promise<number> {
  const program = new Command("signalbox")
    .description("The control room for coding agents: one daemon that every agent asks before it acts.")
    .option("--home <dir>", "the Signalbox to talk to (default: SIGNALBOX_HOME, else the XDG folders)")
    .option("--json", "print JSON for scripts; every verb takes it")
    .enablePositionalOptions()
    .addHelpText("after", firstSteps);
  const verb = (command: Command): Verb => {
    const options = command.optsWithGlobals<{ home?: string; json?: boolean }>();
    return { place: placeOf(options.home), json: options.json === true, terminal, ports };
  };
  const bare = verbOf(argv) === undefined && terminal.interactive && !argv.some((word) => asksOtherwise.has(word));
  const words = bare ? [...argv, "board"] : [...argv];
  try {
    const { addVerbs } = await import("./verbs.ts");
    await addVerbs(program, verb, verbOf(words) ?? "");
    shapeUsage(program, terminal);
    await program.parseAsync(words, { from: "user" });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    const end = argv.indexOf("--"); // what stands behind it is nobody's option
    return report(error, terminal, (end < 0 ? argv : argv.slice(0, end)).includes("--json"));
  }
}

/** The first word that is neither an option nor the value of one. */
function verbOf(argv: readonly string[]): string | undefined {
  return argv.find((word, index) => !word.startsWith("-") && argv[index - 1] !== "--home");
}

/** On a terminal, no verb means the board, unless one of these asks for something to read. */
const asksOtherwise: ReadonlySet<string> = new Set(["--help", "-h", "--json"]);

const firstSteps = `
First steps:
  signalbox demo              see it at work with scripted agents
  signalbox wire claude-code  let an agent ask before it acts
  signalbox                   the board: every session on one screen, one key decides

Exit codes: 0 done, 1 fault, 2 usage, 3 no daemon, 4 not found, 5 not permitted, 6 in the way,
            7 try again, 8 no record; 10 where what is verified or compared does not hold.
            signalbox check: 0 allow, 10 hold, 11 deny.`;

function placeOf(home: string | undefined): Place {
  try {
    return findPlace({ home });
  } catch (error) {
    throw new Refusal("INVALID_PARAMS", (error as Error).message);
  }
}

function report(error: unknown, terminal: Terminal, json: boolean): number {
  if (error instanceof Exit) return error.code;
  if (error === helpShown) return 0;
  const code = error instanceof Refusal ? error.code : "INTERNAL";
  const message = sentence(error instanceof Error ? error.message : String(error));
  const hint = error instanceof Refusal ? error.hint : undefined;
  if (json) terminal.out(JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } }));
  else terminal.err([`${terminal.style("bad", "signalbox:")} ${message}`, ...hintLines(hint)].join("\n"));
  return refusals[code].exit;
}
