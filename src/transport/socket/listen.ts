import { lstatSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { type Clock, every } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { ClientDialect } from "../../protocol/client-dialect.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { Connection } from "../connection.ts";
import type { Expected } from "../dispatch.ts";
import { bind, type Where } from "./bind.ts";
import { endWith, Frames } from "./frames.ts";
import type { Calls } from "./json-rpc.ts";
import { sniff } from "./sniff.ts";
import { sweep } from "./sweep.ts";
import { createTurnAway } from "./turn-away.ts";
import { Turns } from "./turns.ts";

export interface DoorPorts {
  readonly where: Where;
  readonly calls: Calls;
  /** Takes over a connection on which HTTP is spoken; the bytes read so far are back in the socket. */
  readonly http: (connection: Connection) => void;
  /** What else than JSON-RPC is spoken here, in the order in which a frame is offered. */
  readonly dialects: readonly ClientDialect[];
  /** As the dispatch has it, for what the dialects do beside operations. */
  readonly expected?: Expected;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Door extends AsyncDisposable {
  readonly connections: number;
  /** Takes no more connections and gives the path free; those that are open live on. */
  stopAccepting(): void;
  /** Ends every connection once its answers have left, at the latest after a second. Drain the dispatch first. */
  [Symbol.asyncDispose](): Promise<void>;
}

const sweepMs = 5_000;
const rebindMs = 1_000;
const flushMs = 1_000;
const seldomMs = 60_000;

/**
 * Opens the door.
 * @throws Error  in a sentence for the person, when the folder or path is not ours or another daemon answers there
 */
export async function listen(ports: DoorPorts): Promise<Door> {
  const { clock, log } = ports;
  const connections = new Set<Connection>();
  const turns = new Turns(() => clock.monotonicMs());
  const closing = new AbortController();
  const turnAway = createTurnAway(
    seldom(clock, () => log.warn({ connections: connections.size }, "connections are turned away: there are too many")),
  );

  const admit = (socket: Socket) => {
    // A peer that vanishes is no news; 'close' follows, and that is where everything is put away.
    socket.on("error", (error) => log.debug({ err: error }, "a connection broke"));
    if (connections.size >= limits.connectionsMax && !makeRoom(connections, clock)) return turnAway(socket);
    const connection = new Connection(socket, "socket", clock);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
    sniff(connection, { http: ports.http, frames: (first) => void new Frames(connection, first, { ...ports, turns }) });
  };

  let server = createServer({ allowHalfOpen: true, noDelay: true }, admit);
  await bind(server, ports.where);
  // Descriptors ran out, or the like: connections wait in the backlog and accepting goes on by itself.
  let fault: Error | undefined;
  const complain = seldom(clock, () =>
    log.error({ err: fault, connections: connections.size }, "connections can't be accepted"),
  );
  const troubled = (error: Error) => {
    fault = error;
    complain();
  };
  server.on("error", troubled);

  // A socket that somebody removed would leave a daemon that holds the home and that nobody can reach: it is put back.
  // One that was adopted is its owner's to put back.
  const adopted = ports.where.adoptFd !== undefined;
  const warn = seldom(clock, () =>
    log.warn(
      { socket: ports.where.path },
      adopted
        ? "the socket is not at its path any more; whoever bound it must put it back: systemctl --user restart signalbox.socket"
        : "the socket was removed from under the daemon: it is put back",
    ),
  );
  let stopped = false;
  let bound = socketAt(ports.where);
  const rebind = async () => {
    if (stopped || socketAt(ports.where) === bound) return;
    warn();
    if (adopted) return;
    // The old one keeps the process alive until there is room for the new.
    if (lstatSync(ports.where.path, { throwIfNoEntry: false })?.isSocket() === false) return;
    if (server.listening) server.close(); // first, since closing unlinks the path; connections live on
    const again = createServer({ allowHalfOpen: true, noDelay: true }, admit);
    again.on("error", troubled);
    server = again;
    try {
      await bind(again, ports.where);
      bound = socketAt(ports.where);
      if (stopped) again.close();
    } catch (error) {
      troubled(error as Error); // and tried again
    }
  };
  const rebinding = every(clock, rebindMs, rebind, { signal: closing.signal });
  const sweeping = every(clock, sweepMs, () => sweep(connections, clock, log), { signal: closing.signal });

  const stopAccepting = () => {
    stopped = true;
    if (server.listening) server.close();
  };
  return {
    get connections() {
      return connections.size;
    },
    stopAccepting,
    async [Symbol.asyncDispose]() {
      stopAccepting();
      closing.abort(new Error("the door is closed"));
      await sweeping;
      await rebinding;
      await readOut(connections, turns, clock);
      const open = [...connections];
      const flushed = open.map(async (connection) => {
        await connection.quiet();
        connection.socket.destroySoon();
        if (!connection.socket.closed)
          await new Promise<void>((resolve) => connection.socket.once("close", () => resolve()));
      });
      const allGone = new AbortController();
      const gone = Promise.all(flushed).then(() => allGone.abort(new Error("all gone")));
      await clock.sleep(flushMs, { signal: allGone.signal }).catch(() => {}); // aborted when all are gone, which is the usual end
      for (const { socket } of open) socket.destroy();
      await gone;
    },
  };
}

/** Which socket is at the path: inodes are given out again, so also since when. */
function socketAt(where: Where): string | undefined {
  const stat = lstatSync(where.path, { throwIfNoEntry: false, bigint: true });
  return stat?.isSocket() === true ? `${stat.dev}:${stat.ino}:${stat.ctimeNs}` : undefined;
}

/** What has arrived before the end is still read and answered (by now: refused), until nothing comes for some loop turns. */
async function readOut(connections: ReadonlySet<Connection>, turns: Turns, clock: Clock): Promise<void> {
  const until = clock.monotonicMs() + flushMs;
  let before = -1;
  for (let calm = 0; calm < calmTurns && clock.monotonicMs() < until; ) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    let read = 0;
    for (const { socket } of connections) read += socket.bytesRead;
    calm = read === before && !turns.busy ? calm + 1 : 0;
    before = read;
  }
}

const calmTurns = 4;

/** Does at most once in `seldomMs`, so that a flood of faults does not become a flood of log lines. */
function seldom(clock: Clock, does: () => void): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.monotonicMs() - lastMs < seldomMs) return;
    lastMs = clock.monotonicMs();
    does();
  };
}

/** At the cap, the connection that has been silent longest makes room, if it was silent long enough. */
function makeRoom(connections: Set<Connection>, clock: Clock): boolean {
  let oldest: Connection | undefined;
  for (const connection of connections)
    if (connection.busy === 0 && (oldest === undefined || connection.touchedMs < oldest.touchedMs)) oldest = connection;
  if (oldest === undefined || clock.monotonicMs() - oldest.touchedMs < limits.connectionIdleMsMin) return false;
  connections.delete(oldest);
  if (oldest.kind === "socket")
    endWith(oldest, new Refusal("BUSY", "this connection was idle and made room for another"));
  oldest.socket.destroySoon();
  return true;
}
