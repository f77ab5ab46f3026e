import type { Command } from "commander";
import { connect, dial } from "../client/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";

interface Options {
  readonly agent: string;
  readonly session?: string;
  readonly exec?: boolean;
  readonly nexo?: boolean;
  readonly socket?: string;
}

export function add(program: Command, verb: (command: Command) => Verb): void {
  program
    .command("mcp")
    .summary("Serve the permission tool for hosts that ask one, over MCP.")
    .description(
      "Serve MCP on standard input and output: the permission tool for hosts that ask one (mcp__signalbox__permission), and the tools that agents have (memory_recall and others).",
    )
    .option("--agent <name>", "the agent that asks", "claude-code")
    .option("--session <id>", "its session, where the host does not say")
    .option("--exec", "offer a tool that runs a command through the gate, for agents without hooks")
    .option("--nexo", "be nexo's permission program instead (mcp__nexo-driver-permission__permission_prompt)")
    .option("--socket <path>", "with --nexo: the permission socket to ask (default: this Signalbox's)")
    .action(async (options: Options, command: Command) => {
      const { place, ports } = verb(command);
      if (options.nexo === true) {
        const path = options.socket ?? place.socket;
        return ports.serveNexoMcp({ dial: (signal) => dial(path, signal), cwd: process.cwd() });
      }
      if (options.socket !== undefined)
        throw new Refusal(
          "INVALID_PARAMS",
          "--socket goes with --nexo.",
          "Another Signalbox: signalbox --home DIR mcp",
        );
      await ports.serveMcp({
        connect: (signal) => connect({ socket: place.socket, signal }),
        agent: options.agent,
        session: options.session,
        exec: options.exec,
        cwd: process.cwd(),
      });
    });
}
