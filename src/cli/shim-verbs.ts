import type { Command } from "commander";
import { guard } from "./guard.ts";
import { Exit, type Verb } from "./index.ts";
import { askPresence } from "./presence.ts";
import { count } from "./words.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  const shim = program
    .command("shim")
    .summary("Let programs that are started by name ask first, whoever starts them.")
    .description(
      "Shims: a folder of links named rm, git, psql and so on. First on PATH, they ask before they become the program of their name; for agents without hooks, and as a second look behind those with.",
    );
  shim
    .command("install [names...]")
    .summary("Make the links; without names, the usual ones that this machine has.")
    .action((names: string[], _: object, command: Command) => install(verb(command), names));
  shim
    .command("uninstall [names...]")
    .summary("Take the links away, or these only.")
    .action((names: string[], _: object, command: Command) => uninstall(verb(command), names));
  shim
    .command("status")
    .summary("Which programs have one, and whether they stand first on PATH.")
    .action((_: object, command: Command) => status(verb(command)));
  program.enablePositionalOptions(); // so that what follows the agent's name is the agent's
  program
    .command("guard <command> [args...]")
    .summary("Run an agent with the shims first on its PATH.")
    .description(
      "Run an agent with the shims first on its PATH: for agents that have no hooks. Its terminal, its signals and its exit code are its own.",
    )
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (name: string, args: string[], _: object, command: Command) => {
      throw new Exit(await guard(verb(command), name, args));
    });
}

async function install({ terminal, place, ports, json }: Verb, names: readonly string[]): Promise<void> {
  const shims = await ports.shims();
  const { linked, left } = shims.install(place, names);
  const { folder } = shims.status(place);
  if (json) return terminal.out(JSON.stringify({ folder, linked, left }));
  terminal.out(terminal.style("strong", `${count(linked.length, "shim")} in ${folder}: ${linked.join(" ")}`));
  if (left.length > 0) terminal.out(terminal.style("faint", `Not on this machine, so left out: ${left.join(" ")}`));
  terminal.out(
    `They count where that folder is first on PATH. For one agent: ${terminal.style("accent", "signalbox guard <agent>")}`,
  );
  terminal.out(`For a whole shell: ${terminal.style("accent", `export PATH="${folder}:$PATH"`)}`);
}

async function uninstall(verb: Verb, names: readonly string[]): Promise<void> {
  const { terminal, place, ports, json } = verb;
  const shims = await ports.shims();
  if (shims.status(place).linked.length > 0) await askPresence(verb, "shim uninstall");
  const gone = shims.uninstall(place, names);
  if (json) return terminal.out(JSON.stringify({ gone }));
  terminal.out(
    gone.length === 0 ? "There was no such shim." : `${count(gone.length, "shim")} taken away: ${gone.join(" ")}`,
  );
}

async function status({ terminal, place, ports, json }: Verb): Promise<void> {
  const found = (await ports.shims()).status(place);
  if (json) return terminal.out(JSON.stringify(found));
  const { folder, linked, missing, shadowed, onPath } = found;
  if (linked.length === 0) return terminal.out("There are no shims. Make them: signalbox shim install");
  terminal.out(`${count(linked.length, "shim")} in ${folder}: ${linked.join(" ")}`);
  if (!onPath) terminal.out(`${terminal.style("warn", "not on PATH")} of this shell; below signalbox guard they are.`);
  else if (shadowed.length === 0) terminal.out(`${terminal.style("good", "first on PATH")} of this shell.`);
  else terminal.out(`${terminal.style("bad", "not first on PATH")}: another program answers to ${shadowed.join(" ")}`);
  if (missing.length > 0)
    terminal.out(`${terminal.style("warn", "no program behind")}: ${missing.join(" ")} (they end with 127)`);
}
