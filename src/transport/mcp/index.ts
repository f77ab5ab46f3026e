/**
 * MCP over standard input and output, for hosts that start their servers as children (`signalbox mcp`). It owns the MCP
 * conversation with one host, of either era of the protocol, and one connection to the daemon, which it opens when first
 * needed. It promises that the permission tool always answers in the host's own form: what can't be judged (no daemon, a payload that
 * can't be read, a fault in here) is a deny with a sentence, never an error that a host might read as consent. It judges nothing itself
 * and trusts nothing of its environment: agent, session and cwd are handed in.
 */
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { type Clock, systemClock } from "../../kit/clock.ts";
import { newId } from "../../protocol/ids.ts";
import { limits } from "../../protocol/limits.ts";
import { ownVersion } from "../../protocol/version.ts";
import { addExecTool } from "./exec.ts";
import { type DaemonClient, Line } from "./line.ts";
import { addNexoTool, nexoServerName } from "./nexo.ts";
import { NexoLine } from "./nexo-line.ts";
import { addPermissionTool } from "./permission.ts";
import { addTableTools } from "./table-tools.ts";

export type { DaemonClient } from "./line.ts";

/** What every conversation with a host needs. */
interface HostPorts {
  readonly input: Readable;
  readonly output: Writable;
  /** Absolute. Hosts start their servers in the project's folder. */
  readonly cwd: string;
  readonly clock?: Clock;
}

export interface McpPorts extends HostPorts {
  /** Connects to the daemon. Throws the Refusal DAEMON_AWAY when there is none. */
  connect(signal: AbortSignal): Promise<DaemonClient>;
  /** The host that asks, e.g. `claude-code`. */
  readonly agent: string;
  /** Its session. Hosts start one server per session and name it nowhere: without, one is made up for this process's life. */
  readonly session?: string | undefined;
  /** Offer `exec` too, for agents without hooks. */
  readonly exec?: boolean | undefined;
}

export interface NexoMcpPorts extends HostPorts {
  /** Opens a permission socket of nexo's kind. Throws the Refusal DAEMON_AWAY when there is none. */
  dial(signal: AbortSignal): Promise<Socket>;
}

/** Hosts show it as the first part of a tool's name (`mcp__signalbox__permission`); it must be the name in their settings. */
const serverName = "signalbox";

/** Serves until the host closes our input. */
export async function serveMcp(ports: McpPorts): Promise<void> {
  const { agent, cwd } = ports;
  const session = ports.session ?? newId("sess");
  const closing = new AbortController();
  const clock = ports.clock ?? systemClock;
  const line = new Line((signal) => ports.connect(signal), clock, closing.signal);
  await serve(ports, serverName, closing, (server) => {
    addPermissionTool(server, line, { agent, session, cwd });
    addTableTools(server, line, { agent, session, cwd });
    if (ports.exec === true)
      addExecTool(server, { line, asker: { agent, session, cwd }, clock, closing: closing.signal });
  });
  await line.close();
}

/** Serves in the role of nexo's permission program: one tool, which asks a permission socket. */
export async function serveNexoMcp(ports: NexoMcpPorts): Promise<void> {
  const closing = new AbortController();
  const line = new NexoLine((signal) => ports.dial(signal), ports.clock ?? systemClock, closing.signal);
  await serve(ports, nexoServerName, closing, (server) => addNexoTool(server, line, { cwd: ports.cwd }));
  await line.close();
}

async function serve(
  { input, output }: HostPorts,
  name: string,
  closing: AbortController,
  addTools: (server: McpServer) => void,
): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) input.once(event, () => resolve());
    output.once("error", () => resolve()); // the host is gone; there is nobody left to tell
  });
  const handle = serveStdio(
    () => {
      const server = new McpServer(
        { name, version: ownVersion() },
        { capabilities: { tools: { listChanged: false } } },
      );
      addTools(server);
      return server;
    },
    { transport: new StdioServerTransport(input, output, { maxBufferSize: limits.frameBytesMax * 2 }) },
  );
  await ended;
  closing.abort(new Error("the host closed the conversation"));
  await handle.close();
}
