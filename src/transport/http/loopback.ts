import { createServer, type Server, type Socket } from "node:net";
import { type Clock, every } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { Connection } from "../connection.ts";
import { sweep } from "../socket/sweep.ts";

export interface LoopbackPorts {
  readonly port: number;
  /** Takes over a connection, on which HTTP is spoken and nothing else. */
  readonly http: (connection: Connection) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Loopback extends AsyncDisposable {
  readonly port: number;
  readonly connections: number;
  stopAccepting(): void;
}

const sweepMs = 5_000;

/**
 * Listens for browsers on 127.0.0.1 and ::1, both at one port: a browser that looks up `localhost` may try either, and whoever held the
 * other would be taken for us. A system without IPv6 has no ::1 that anybody could hold.
 * @throws Refusal CONFLICT  one of them is taken
 */
export async function listenLoopback({ port, http, clock, log }: LoopbackPorts): Promise<Loopback> {
  const connections = new Set<Connection>();
  const admit = (socket: Socket) => {
    socket.on("error", (error) => log.debug({ err: error }, "a browser's connection broke"));
    if (connections.size >= limits.loopbackConnectionsMax) return void socket.destroy();
    const connection = new Connection(socket, "loopback", clock);
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
    http(connection);
  };
  const servers: Server[] = [];
  const stopAccepting = () => {
    for (const server of servers) if (server.listening) server.close();
  };
  try {
    for (const host of ["127.0.0.1", "::1"]) {
      const server = createServer({ noDelay: true }, admit);
      if (await bind(server, host, port)) servers.push(server);
    }
  } catch (error) {
    stopAccepting();
    throw error;
  }
  const closing = new AbortController();
  const sweeping = every(clock, sweepMs, () => sweep(connections, clock, log), { signal: closing.signal });
  log.info({ port }, "the web board is served on the loopback port");
  return {
    port,
    get connections() {
      return connections.size;
    },
    stopAccepting,
    async [Symbol.asyncDispose]() {
      stopAccepting();
      closing.abort(new Error("the loopback port is closed"));
      await sweeping;
      // Streams were ended by the drain; what still writes has been answered.
      await Promise.all(
        [...connections].map(({ socket }) => {
          const gone = new Promise<void>((resolve) =>
            socket.closed ? resolve() : socket.once("close", () => resolve()),
          );
          socket.destroySoon();
          setImmediate(() => socket.destroy());
          return gone;
        }),
      );
    },
  };
}

/** @returns false when the system has no such address */
function bind(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") return resolve(false);
      const why = error.code === "EADDRINUSE" ? "is taken by another program" : `can't be used: ${error.message}`;
      reject(
        new Refusal(
          "CONFLICT",
          `Port ${port} of ${host} ${why}, so the web board is not served.`,
          "Choose another in config.toml ([web] port = …), then: signalbox restart",
        ),
      );
    });
    server.listen({ host, port, ipv6Only: true, exclusive: true }, () => {
      server.removeAllListeners("error");
      server.on("error", () => {}); // running out of descriptors: the browser tries again
      resolve(true);
    });
  });
}
