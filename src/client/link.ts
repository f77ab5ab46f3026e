import type { Socket } from "node:net";
import { FrameReader, parseFrame, tooLong } from "../kit/ndjson.ts";
import { cancelRequest, type RpcError, streamEnded } from "../protocol/json-rpc.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal, type RefusalCode, refusals } from "../protocol/refusals.ts";

/** One call in flight or one stream, until it is over. */
interface Pending {
  readonly onPush: ((params: unknown) => void) | undefined;
  /** Pushes that came in the same breath as their stream's answer; undefined once the caller has had its turn. */
  early: unknown[] | undefined;
  answered: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (refusal: Refusal) => void;
  /** For a stream that was answered: without a refusal it is complete. */
  readonly end: (refusal: Refusal | undefined) => void;
  readonly unlisten: () => void;
}

interface Asked {
  readonly answer: Promise<unknown>;
  readonly ended: Promise<void>;
}

/** Answers may be long (a whole list); one beyond this is not from our daemon. */
const answerBytesMax = 64 * 1024 * 1024;

/** The JSON-RPC end of one connection: what is in flight on it, and the end of it all when the connection goes. */
export class Link {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #frames = new FrameReader(answerBytesMax);
  readonly #pending = new Map<number, Pending>();
  readonly #closed = new AbortController();
  #lastId = 0;

  constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#lost(`the connection broke (${error.message})`));
    socket.on("close", () => this.#lost("the connection ended"));
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  call(method: string, params: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#ask(method, params, undefined, signal).answer;
  }

  async stream(
    method: string,
    params: unknown,
    onPush: (params: unknown) => void,
    signal: AbortSignal | undefined,
  ): Promise<{ first: unknown; ended: Promise<void> }> {
    const { answer, ended } = this.#ask(method, params, onPush, signal);
    ended.catch(() => {}); // a caller who only wants the pushes need not look at it
    return { first: await answer, ended };
  }

  close(): void {
    this.#lost("this client closed the connection");
  }

  /** Closes and waits until the socket is gone. */
  async end(): Promise<void> {
    if (this.#socket.closed) return;
    const gone = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.close();
    await gone;
  }

  #ask(method: string, params: unknown, onPush: Pending["onPush"], signal: AbortSignal | undefined): Asked {
    const answer = Promise.withResolvers<unknown>();
    const ended = Promise.withResolvers<void>();
    const refused = this.#mayAsk(signal);
    if (refused !== undefined) {
      answer.reject(refused);
      return { answer: answer.promise, ended: ended.promise };
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const cancel = () => this.#cancel(id);
    this.#pending.set(id, {
      onPush,
      early: [],
      answered: false,
      resolve: answer.resolve,
      reject: answer.reject,
      end: (refusal) => (refusal === undefined ? ended.resolve() : ended.reject(refusal)),
      unlisten: () => signal?.removeEventListener("abort", cancel),
    });
    signal?.addEventListener("abort", cancel, { once: true });
    this.#write({ jsonrpc: "2.0", id, method, params });
    return { answer: answer.promise, ended: ended.promise };
  }

  #mayAsk(signal: AbortSignal | undefined): Refusal | undefined {
    if (this.#closed.signal.aborted) return this.#closed.signal.reason as Refusal;
    if (signal?.aborted === true) return new Refusal("CANCELLED", "cancelled before it was asked");
    if (this.#pending.size < limits.inFlightPerConnectionMax) return undefined;
    return new Refusal("BUSY", `${this.#pending.size} calls are in flight on this connection`, "Wait for one to end.");
  }

  /** The caller is told at once; the daemon is told so that it stops, and its late answer is ignored. */
  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#write({ jsonrpc: "2.0", method: cancelRequest, params: { id } });
    pending.early = undefined; // who cancels wants no more
    this.#finish(id, pending.answered ? undefined : new Refusal("CANCELLED", "cancelled by the caller"));
  }

  #finish(id: number, refusal: Refusal | undefined): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.unlisten();
    for (const params of pending.early ?? []) pending.onPush?.(params);
    if (pending.answered) pending.end(refusal);
    else if (refusal !== undefined) pending.reject(refusal);
  }

  #write(message: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #read(chunk: Buffer): void {
    this.#frames.write(chunk);
    for (let frame = this.#frames.next(); frame !== undefined; frame = this.#frames.next()) {
      const read = frame === tooLong ? undefined : parseFrame(frame, limits.jsonDepthMax * 2);
      if (read === undefined || !("value" in read) || typeof read.value !== "object" || read.value === null)
        return this.#lost("it sent something that is not JSON-RPC");
      const message = read.value as Message;
      if (message.method === undefined) this.#answered(message);
      else this.#pushed(message.method, message.params ?? {});
    }
  }

  #answered({ id, result, error }: Message): void {
    // An error without an id is about the connection (too many of them, a frame that took too long): it ends for this reason.
    if (id === null && error !== undefined) return this.#lost("it refused the connection", refusalOf(error));
    const pending = this.#pending.get(id as number);
    if (pending === undefined || pending.answered) return;
    if (error !== undefined) return this.#finish(id as number, refusalOf(error));
    pending.answered = true;
    pending.resolve(result);
    if (pending.onPush === undefined) this.#pending.delete(id as number);
    if (pending.onPush === undefined) pending.unlisten();
    else setImmediate(() => this.#flow(pending));
  }

  /** The caller has had its turn with the answer: what came with it follows. */
  #flow(pending: Pending): void {
    const early = pending.early ?? [];
    pending.early = undefined;
    for (const params of early) pending.onPush?.(params);
  }

  #pushed(method: string, { stream, ...params }: { stream?: number; error?: RpcError }): void {
    const pending = this.#pending.get(stream as number);
    if (pending === undefined) return; // a stream that was just cancelled
    if (method === streamEnded) {
      const { error } = params;
      const refusal = error === undefined ? undefined : refusalOf(error);
      if (pending.early === undefined) this.#finish(stream as number, refusal);
      else setImmediate(() => this.#finish(stream as number, refusal));
    } else if (pending.early === undefined) pending.onPush?.(params);
    else pending.early.push(params);
  }

  #lost(why: string, refusal?: Refusal): void {
    if (this.#closed.signal.aborted) return;
    const reason =
      refusal ??
      new Refusal(
        "DAEMON_AWAY",
        `No answer from the daemon on ${this.#path}: ${why}.`,
        "See how it is: signalbox status",
      );
    this.#closed.abort(reason);
    for (const id of this.#pending.keys()) this.#finish(id, reason);
    this.#socket.destroy();
  }
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { stream?: number; error?: RpcError };
  readonly result?: unknown;
  readonly error?: RpcError;
}

function refusalOf({ code, message, data }: RpcError): Refusal {
  const named = data?.code;
  const known =
    named !== undefined && Object.hasOwn(refusals, named)
      ? (named as RefusalCode)
      : (Object.keys(refusals) as RefusalCode[]).find((name) => refusals[name].rpc === code);
  return new Refusal(known ?? "INTERNAL", message, data?.hint);
}
