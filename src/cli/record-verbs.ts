import type { Command } from "commander";
import { redactCommand } from "../gate/redact/index.ts";
import { oneOf } from "./arguments.ts";
import type { Verb } from "./index.ts";
import { askPresence } from "./presence.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  const record = program
    .command("record")
    .summary("Enter what a person types in a shell, classified and redacted.")
    .description("Enter what a person types in a shell, after it ran: classified and redacted, never stopped.");
  for (const [name, summary] of [
    ["install", "Add a block to the shell's rc file."],
    ["uninstall", "Take the block out again."],
  ] as const)
    record
      .command(name)
      .argument("[shell]", "bash or zsh", oneOf("The shell", ["bash", "zsh"]), "bash")
      .summary(summary)
      .action((shell: string, _: object, command: Command) => change(verb(command), name, shell));
  record
    .command("status")
    .summary("Which shells are recorded.")
    .action((_: object, command: Command) => status(verb(command)));
  record
    .command("spool")
    .summary("Keep one typed command until a daemon runs; the shells' scripts call it.")
    .action((_: object, command: Command) => spool(verb(command)));
}

async function change(verb: Verb, name: "install" | "uninstall", shell: string): Promise<void> {
  const { terminal, place, ports, json } = verb;
  const recording = await ports.recording();
  if (name === "uninstall") await askPresence(verb, "record uninstall");
  const changed = recording[name](place, shell);
  const found = recording.status(place).find((each) => each.shell === shell);
  if (json) return terminal.out(JSON.stringify({ ...found, changed }));
  const what = name === "install" ? "records from its next start on" : "records nothing from its next start on";
  terminal.out(changed ? `${shell} ${what}. Wrote ${found?.rc ?? "its rc file"}` : "Nothing was to be changed.");
}

async function status({ terminal, place, ports, json }: Verb): Promise<void> {
  const found = (await ports.recording()).status(place);
  if (json) return terminal.out(JSON.stringify({ shells: found }));
  for (const { shell, rc, installed } of found)
    terminal.out(`${shell.padEnd(5)} ${installed ? terminal.style("good", "recorded    ") : "not recorded"}  ${rc}`);
}

const typedBytesMax = 1024 * 1024;

async function spool({ place, ports }: Verb): Promise<void> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > typedBytesMax) return; // no person typed that
  }
  const [cwd = "", code, command = ""] = text.split("\0");
  if (command !== "")
    (await ports.recording()).spool(place, { cwd, code: Number(code), command: redactCommand(command) });
}
