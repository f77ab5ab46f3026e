/**
 * HTTP: the same operations as routes, streams as server-sent events, the hooks' own route and the web board's files. It owns the HTTP
 * server, which never listens itself: the door hands it the connections on which HTTP is spoken, and `loopback.ts` those of browsers,
 * which get nothing but the board's files without a pass (`web.ts`). It promises that a request whose client has gone is cancelled, that bodies are bounded while they are
 * read, and that errors are `{error: {code, message, hint?, ref?}}` with the status of `protocol/refusals.ts`. It decides nothing: routes go to the
 * dispatch, hook payloads unread to the hook port. No cookies, no CORS, no path of a file: what is served as a file stands in a fixed map.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import type { Connection } from "../connection.ts";
import type { Dispatch } from "../dispatch.ts";
import type { ConnectionInfo } from "../../protocol/handlers.ts";
import { answerHook, type HookPort } from "./hook.ts";
import type { RouteListener, RoutePorts } from "./routes.ts";
import { admit, type WebPort } from "./web.ts";

export type { HookPort, HookRequest } from "./hook.ts";
export { listenLoopback, type Loopback } from "./loopback.ts";
export type { WebFile, WebPort } from "./web.ts";

export interface HttpPorts {
  readonly dispatch: Pick<Dispatch, "start" | "isStream">;
  readonly hook: HookPort;
  /** What browsers on the loopback port get; without it, nothing. */
  readonly web?: WebPort | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Http {
  /** Speaks HTTP on an accepted connection until it ends. */
  serve(connection: Connection): void;
}

/** An `import` of node:http reads its every export, and one of them (WebSocket) brings Node's whole fetch: 5 MB that nobody here uses. */
const { createServer } = process.getBuiltinModule("node:http");

const hooks = "/hooks/";

/** Requests of one connection before the first of them is answered. Node would start as many as a client writes. */
const pipelinedMax = 16;

export function createHttp({ dispatch, hook, web, clock, log }: HttpPorts): Http {
  const connections = new WeakMap<Socket, Connection>();
  const callers = new WeakMap<IncomingMessage, ConnectionInfo>();
  const callerOf = (request: IncomingMessage) => callers.get(request) ?? connections.get(request.socket);
  const listener = lazyRoutes({ dispatch, clock, log, callerOf });

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket);
    if (connection === undefined) return void request.socket.destroy(); // not one that the door handed over
    connection.enter();
    response.once("close", () => connection.leave());
    if (connection.busy > pipelinedMax)
      return void response.writeHead(429, { "retry-after": "1", connection: "close" }).end();
    connection.unfinishedSinceMs = clock.monotonicMs();
    request.once("end", () => {
      connection.unfinishedSinceMs = undefined;
    });
    response.once("close", () => {
      connection.unfinishedSinceMs = undefined;
    });
    // Only a POST's body is read; without this, no other request would ever be seen to have arrived whole.
    if (request.method !== "POST") request.resume();
    if (connection.kind === "loopback") {
      const caller = web === undefined ? undefined : admit(request, response, connection, web);
      if (caller === undefined) return void (response.headersSent || response.writeHead(404).end()); // it has been answered
      callers.set(request, caller);
      return listener(request, response);
    }
    // Hooks are what every tool call waits for: they go past the router, which would cost them as much as all the rest.
    if (request.url?.startsWith(hooks) === true) void answerHook(request, response, { connection, hook, log });
    else listener(request, response);
  };

  // The door's sweep bounds how long a request may take to arrive. Node's own limits count from its arrival and would cut a wait short only
  // on a server that listens; they are off so that this can't change unseen.
  const server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 0, headersTimeout: 0, noDelay: true }, serve);
  return {
    serve(connection) {
      connections.set(connection.socket, connection);
      server.emit("connection", connection.socket);
    },
  };
}

/** The router and the Fetch API that it stands on are 6 MB which a daemon that only hooks ask never needs: they come with the first request. */
function lazyRoutes(ports: RoutePorts): (request: IncomingMessage, response: ServerResponse) => void {
  let loading: Promise<RouteListener> | undefined;
  return (request, response) => {
    loading ??= import("./routes.ts").then(({ createListener }) => createListener(ports));
    loading.then(
      (listener) => void listener(request, response),
      (error: unknown) => {
        ports.log.error({ err: error }, "the routes could not be loaded");
        response.writeHead(500).end();
      },
    );
  };
}
