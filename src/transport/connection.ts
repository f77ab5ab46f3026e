import type { Socket } from "node:net";
import type { Clock } from "../kit/clock.ts";
import type { ConnectionInfo } from "../protocol/handlers.ts";
import { newId } from "../protocol/ids.ts";
import type { Refusal } from "../protocol/refusals.ts";

/** One accepted socket, whatever is spoken on it: who it is, whether it is busy, and that it has ended. */
export class Connection implements ConnectionInfo {
  readonly socket: Socket;
  kind: ConnectionInfo["kind"];
  /** When bytes last came or the last call ended, on the monotonic clock. */
  touchedMs: number;
  /** When an unfinished frame or HTTP request began; undefined between frames. */
  unfinishedSinceMs: number | undefined;
  /** Calls in flight and streams; a connection that has any is not idle. */
  busy = 0;
  /** Words a fault of the connection itself in the dialect that was spoken last; undefined: JSON-RPC. */
  wordFault: ((refusal: Refusal) => string) | undefined;
  readonly #clock: Clock;
  #closed: AbortController | undefined;
  #quiet: PromiseWithResolvers<void> | undefined;
  #id: string | undefined;

  constructor(socket: Socket, kind: ConnectionInfo["kind"], clock: Clock) {
    this.socket = socket;
    this.kind = kind;
    this.#clock = clock;
    this.touchedMs = clock.monotonicMs();
    socket.once("close", () => this.#closed?.abort(connectionClosed));
  }

  /** Made when it is first asked for, which of most connections nobody does. */
  get id(): string {
    this.#id ??= newId("conn");
    return this.#id;
  }

  /** Node has no public way to it; `_handle` has carried it since 0.10 and is gone once the socket is closed. */
  get fd(): number | undefined {
    if (this.kind === "loopback" || this.#closed?.signal.aborted === true) return undefined;
    const { _handle: handle } = this.socket as unknown as { _handle?: { fd?: number } | null };
    return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
  }

  get closed(): AbortSignal {
    this.#closed ??= new AbortController();
    if (this.socket.closed && !this.#closed.signal.aborted) this.#closed.abort(connectionClosed);
    return this.#closed.signal;
  }

  touch(): void {
    this.touchedMs = this.#clock.monotonicMs();
  }

  enter(): void {
    this.busy += 1;
  }

  /** Its client is taken for gone before the socket is closed. */
  lose(): void {
    this.#closed?.abort(connectionClosed);
  }

  leave(): void {
    this.busy -= 1;
    this.touch();
    if (this.busy === 0) this.#quiet?.resolve();
  }

  /** Resolves when nothing is in flight on it and what was answered has been handed to the socket, or when it has closed. */
  async quiet(): Promise<void> {
    if (this.busy === 0 || this.socket.closed) return;
    this.#quiet = Promise.withResolvers<void>();
    this.socket.once("close", this.#quiet.resolve);
    await this.#quiet.promise;
  }
}

const connectionClosed = new Error("the connection has ended");
