import type { Command } from "commander";
import { connect } from "../client/index.ts";
import { Exit, type Verb } from "./index.ts";
import { selfCommand } from "./self.ts";
import type { Terminal } from "./terminal.ts";
import { visible } from "./words.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  const group = program
    .command("notify")
    .description("See and try the ways in which Signalbox tells you that you are wanted.");
  group
    .command("list")
    .description("List the channels of config.toml with what was sent and what is wrong.")
    .option("--json", "print JSON for scripts")
    .action((_: object, command: Command) => list(verb(command)));
  group
    .command("test")
    .argument("[channel]", "its name; without one, all of them")
    .description("Send a test notification now. Exits with 1 when a channel did not take it.")
    .option("--json", "print JSON for scripts")
    .action((channel: string | undefined, _: object, command: Command) => test(verb(command), channel));
}

async function list(verb: Verb): Promise<void> {
  const { terminal, place, json } = verb;
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("daemon/notifications", {});
  if (json) return terminal.out(JSON.stringify(answer));
  if (answer.channels.length === 0) return terminal.out("No channel is set up. How to: docs/guides/notifications.md");
  const width = Math.max(...answer.channels.map(({ channel }) => channel.length));
  for (const { channel, kind, sent, problem } of answer.channels)
    terminal.out(
      `${mark(terminal, problem)}  ${channel.padEnd(width)}  ${kind.padEnd(7)}  ${sent} sent${because(problem)}`,
    );
  terminal.out(terminal.style("faint", `Try them: ${selfCommand(verb)} notify test`));
}

async function test({ terminal, place, json }: Verb, channel: string | undefined): Promise<void> {
  await using client = await connect({ socket: place.socket });
  const answer = await client.call("daemon/notify-test", channel === undefined ? {} : { channel });
  if (json) terminal.out(JSON.stringify(answer));
  else
    for (const { channel: name, problem } of answer.results)
      terminal.out(`${mark(terminal, problem)}  ${name}${problem === null ? "  was told" : because(problem)}`);
  if (answer.results.some(({ problem }) => problem !== null)) throw new Exit(1);
}

const mark = (terminal: Terminal, problem: string | null): string =>
  problem === null ? terminal.style("good", "ok   ") : terminal.style("bad", "fails");

const because = (problem: string | null): string => (problem === null ? "" : `  ${visible(problem)}`);
