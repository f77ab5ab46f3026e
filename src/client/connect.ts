import { createConnection, type Socket } from "node:net";
import type { CallOf, OperationName, OutputOf } from "../protocol/operations/index.ts";
import type { PushedBy, StreamName } from "../protocol/pushes.ts";
import { Refusal } from "../protocol/refusals.ts";
import { Link } from "./link.ts";

export interface Client extends AsyncDisposable {
  /**
   * Asks the daemon for one operation.
   * @throws Refusal  the daemon's own; DAEMON_AWAY when the connection is lost before the answer; CANCELLED when `signal` aborts
   */
  call<Name extends OperationName>(
    name: Name,
    input: CallOf<Name>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<OutputOf<Name>>;
  /**
   * Asks for a stream operation. `onPush` gets the params of each push in order, none before this has resolved.
   * @throws Refusal  as `call`
   */
  stream<Name extends StreamName>(
    name: Name,
    input: CallOf<Name>,
    onPush: (pushed: PushedBy<Name>) => void,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Stream<OutputOf<Name>>>;
  /** Aborts when the connection has ended; the reason is a Refusal. */
  readonly closed: AbortSignal;
  close(): void;
}

interface Stream<First> {
  /** The stream's answer: what is there already. */
  readonly first: First;
  /**
   * Resolves when the stream is complete or the caller's signal ended it. Rejects with the Refusal that cut it short: DAEMON_AWAY when
   * the connection was lost, DRAINING when the daemon stops.
   */
  readonly ended: Promise<void>;
}

/** A daemon that runs accepts at once; one that does not within this long is stuck. */
const connectMsMax = 5_000;

/**
 * Connects to the daemon's socket.
 * @throws Refusal DAEMON_AWAY  nothing answers there
 */
export async function connect({
  socket: path,
  signal,
}: {
  socket: string;
  signal?: AbortSignal | undefined;
}): Promise<Client> {
  const link = new Link(await dial(path, signal), path);
  return {
    call: async <Name extends OperationName>(
      name: Name,
      input: CallOf<Name>,
      options?: { signal?: AbortSignal | undefined },
    ) => (await link.call(name, input, options?.signal)) as OutputOf<Name>,
    stream: async <Name extends StreamName>(
      name: Name,
      input: CallOf<Name>,
      onPush: (pushed: PushedBy<Name>) => void,
      options?: { signal?: AbortSignal | undefined },
    ) =>
      (await link.stream(name, input, onPush as (pushed: unknown) => void, options?.signal)) as Stream<OutputOf<Name>>,
    closed: link.closed,
    close: () => link.close(),
    async [Symbol.asyncDispose]() {
      await link.end();
    },
  };
}

/**
 * Opens the socket and nothing more, for those who speak another dialect on it.
 * @throws Refusal DAEMON_AWAY  nothing answers there
 */
export function dial(path: string, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new Refusal("CANCELLED", "cancelled before connecting"));
    const socket = createConnection({ path });
    const done = (outcome: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancelled);
      socket.removeAllListeners();
      outcome();
    };
    const fail = (refusal: Refusal) =>
      done(() => {
        // A socket that is destroyed while connecting may still report an error, which is the one given here.
        socket.on("error", () => {});
        socket.destroy();
        reject(refusal);
      });
    const timer = setTimeout(() => fail(away(path, "it does not accept connections")), connectMsMax);
    const cancelled = () => fail(new Refusal("CANCELLED", "cancelled while connecting"));
    signal?.addEventListener("abort", cancelled, { once: true });
    socket.once("connect", () => done(() => resolve(socket)));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(away(path, wordError(error), error)));
  });
}

const away = (path: string, why: string, cause?: Error): Refusal =>
  new Refusal("DAEMON_AWAY", `No daemon answers on ${path}: ${why}.`, "Start it: signalbox up --detach", { cause });

function wordError(error: NodeJS.ErrnoException): string {
  return errorWords[error.code ?? ""] ?? error.message;
}

const errorWords: Readonly<Record<string, string>> = {
  ENOENT: "there is no socket",
  ECONNREFUSED: "nobody listens on it",
  EACCES: "it belongs to somebody else",
  EPERM: "it belongs to somebody else",
};
