import type { Command } from "commander";
import { connect } from "../client/index.ts";
import type { Verb } from "./index.ts";

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("mcp")
    .summary("Serve the permission tool for hosts that ask one, over MCP.")
    .description(
      "Serve MCP on standard input and output: the permission tool for hosts that ask one (mcp__signalbox__permission).",
    )
    .option("--agent <name>", "the agent that asks", "claude-code")
    .option("--session <id>", "its session, where the host does not say")
    .action(async (options: { agent: string; session?: string }, command: Command) => {
      const { place, ports } = verb(command);
      await ports.serveMcp({
        connect: (signal) => connect({ socket: place.socket, signal }),
        agent: options.agent,
        session: options.session,
        cwd: process.cwd(),
      });
    });
}
