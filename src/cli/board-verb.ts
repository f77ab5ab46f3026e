import type { Command } from "commander";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";
import { startDaemon } from "./launch.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("board")
    .summary("The board: every session on one screen, one key decides.")
    .description(
      "The board in this terminal: what needs you first, then every session; one key decides a hold. `signalbox` alone opens it, too. " +
        "As a popup of tmux: tmux display-popup -w 90% -h 90% -E signalbox board",
    )
    .option("--no-mouse", "leave the mouse to the terminal")
    .action((options: { mouse: boolean }, command: Command) => board(verb(command), options.mouse));
}

/** @throws Refusal INVALID_PARAMS without a terminal, with the verb that prints instead */
async function board(verb: Verb, mouse: boolean): Promise<void> {
  const { terminal, place, ports } = verb;
  if (!terminal.interactive || verb.json)
    throw new Refusal(
      "INVALID_PARAMS",
      "The board needs a terminal to draw on.",
      "For pipes and scripts: signalbox session list --json, or signalbox hold watch --json",
    );
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => stop.abort(new Error(`told to stop by ${signal}`)));
  const port = await ports.board();
  const start = async () => void (await startDaemon(verb, { detach: true, settings: [] }));
  await port.run({ socket: place.socket, mouse, startDaemon: start }, { signal: stop.signal });
}
