import { type Command, CommanderError, type Help } from "commander";
import { Refusal } from "../protocol/refusals.ts";
import type { Terminal } from "./terminal.ts";

/**
 * How help and usage errors read, for every verb at once: short lists in groups, at most 100 columns, no `[options]` noise, and an
 * error that names the whole verb and the nearest right word.
 */
export function shapeUsage(program: Command, terminal: Terminal): void {
  const writeOut = (text: string) => terminal.out(text.trimEnd());
  // A usage error is said once, by `report`; what else commander would put on stderr is the help of a verb that has only sub-verbs.
  program.configureOutput({ writeOut, writeErr: writeOut, outputError: () => {} });
  program.configureHelp({
    helpWidth: Math.min(100, terminal.columns),
    styleTitle: (title) => terminal.style("strong", title),
    visibleCommands,
    subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(" "),
  });
  program.helpCommand("help [verb]", "explain a verb");
  for (const [title, names] of groups)
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(title);
  shape(program, program);
}

/** `help` works and is not listed: `--help` says the same. */
function visibleCommands(this: Help, command: Command): Command[] {
  return command.commands.filter((child) => child.name() !== "help");
}

const groups: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["Run it:", ["up", "down", "restart", "status", "upkeep", "config", "service"]],
  ["Decide:", ["hold", "mode", "panic", "check", "policy", "operator"]],
  ["Look:", ["board", "web", "session", "ledger", "memory", "notify"]],
  ["Agents:", ["wire", "unwire", "doctor", "demo", "mcp", "guard", "shim", "record"]],
];

const argumentTerm = (argument: Command["registeredArguments"][number]): string => {
  const term = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${term}>` : `[${term}]`;
};

function shape(command: Command, program: Command): void {
  command.copyInheritedSettings(command.parent ?? command);
  command.exitOverride((error) => {
    throw error.exitCode === 0 || error.code === "commander.help" ? helpShown : usageRefusal(command, error);
  });
  if (command !== program) command.helpCommand(false);
  if (command.commands.length === 0) {
    command.configureHelp({ ...command.configureHelp(), visibleOptions: withoutRepeats } as Partial<Help>);
    const has = (flag: string) => command.options.some(({ long }) => long === flag);
    if (!has("--json") && !speaksOtherwise.has(command.name())) command.option("--json", "print JSON for scripts");
    if (!has("--home")) command.option("--home <dir>", "the Signalbox to talk to");
  }
  for (const child of command.commands) shape(child, program);
}

/** `--home` is taken by every verb and explained by the first help. */
function withoutRepeats(this: Help, command: Command) {
  return command.options.filter(({ long, hidden }) => long !== "--home" && !hidden);
}

/** Verbs whose output is a protocol or a play, not an answer. */
const speaksOtherwise = new Set(["mcp", "demo"]);

export const helpShown = new CommanderError(0, "commander.helpDisplayed", "");

function usageRefusal(command: Command, { code, message }: CommanderError): Refusal {
  const verb = path(command);
  const word = /'([^']*)'/.exec(message)?.[1] ?? "";
  const meant = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(message)?.[1];
  const more = `signalbox${verb === "signalbox" ? "" : verb.slice("signalbox".length)} --help`;
  switch (code) {
    case "commander.unknownCommand":
      return new Refusal(
        "INVALID_PARAMS",
        `There is no verb "${word}"${command.parent === null ? "" : ` of ${verb}`}.`,
        meant === undefined ? `All of them: ${more}` : `Did you mean: ${verb} ${meant}`,
      );
    case "commander.unknownOption":
      return new Refusal(
        "INVALID_PARAMS",
        `There is no option ${word} of ${verb}.`,
        meant === undefined ? `All of them: ${more}` : `Did you mean ${meant}?`,
      );
    case "commander.missingArgument":
      return new Refusal("INVALID_PARAMS", `What is missing: ${verb} <${word}>.`, `How: ${more}`);
    case "commander.excessArguments":
      return new Refusal("INVALID_PARAMS", `Too many words for ${verb}.`, `How: ${more}`);
    case "commander.optionMissingArgument":
      return new Refusal("INVALID_PARAMS", `The option ${word} needs a value.`, `How: ${more}`);
    default:
      return new Refusal(
        "INVALID_PARAMS",
        message.replace(/^error: /, "").split("\n", 1)[0] ?? message,
        `How: ${more}`,
      );
  }
}

function path(command: Command): string {
  return command.parent === null ? command.name() : `${path(command.parent)} ${command.name()}`;
}
