import type { Log } from "../../kit/log.ts";
import { ForeignError } from "../../protocol/client-dialect.ts";
import type { NotSure } from "../../protocol/handlers.ts";
import { cancelRequest, type RpcError, streamEnded } from "../../protocol/json-rpc.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal, refusals } from "../../protocol/refusals.ts";
import type { Connection } from "../connection.ts";
import type { Dispatch, Task } from "../dispatch.ts";
import { pushMembers } from "../push-text.ts";
import type { Origin } from "../running.ts";

/** The part of the dispatch that a connection uses; tests stand in for it. */
export type Calls = Pick<Dispatch, "start" | "isStream">;

export interface RpcPorts {
  readonly connection: Connection;
  readonly calls: Calls;
  readonly log: Log;
  /** Writes one frame; false when the connection can't take it. */
  readonly send: (frame: string) => boolean;
  readonly caughtUp: () => Promise<void>;
  /** A call has ended: there may be room for the next. */
  readonly freed: () => void;
}

type Id = string | number | null;

interface Request {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: unknown;
  /** Absent in a notification. */
  readonly id?: Id;
}

/**
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification) on one connection: requests, notifications and batches in, answers out
 * in the order in which they are ready. Ids are the caller's own affair: they are given back as they came and may even repeat.
 */
export class JsonRpc {
  readonly #ports: RpcPorts;
  /** One record per call in flight or stream: what `$/cancelRequest` and the connection's end look through. */
  readonly #tasks = new Map<Task, Id | undefined>();
  #streams = 0;
  /** Of the frame that is being taken. */
  #notSure: NotSure | undefined;

  constructor(ports: RpcPorts) {
    this.#ports = ports;
  }

  /** Calls without an answer yet. */
  get inFlight(): number {
    return this.#tasks.size - this.#streams;
  }

  /** Whether taking this message would start a call, so that it must wait while too many are in flight. */
  static startsCall(message: unknown): boolean {
    return Array.isArray(message) || (isRequest(message) && message.method !== cancelRequest);
  }

  /** Takes one frame's JSON: an object that says `jsonrpc`, or an array. */
  accept(message: unknown, notSure?: NotSure): void {
    this.#notSure = notSure;
    if (Array.isArray(message)) this.#batch(message);
    else this.#one(message, (answer) => this.#ports.send(answer));
  }

  refuse(code: keyof typeof refusals, text: string, id: Id = null): void {
    this.#ports.send(errorFrame(id, new Refusal(code, text)));
  }

  /** Ends everything that this connection waits for. */
  cancelAll(reason: Refusal): void {
    for (const task of this.#tasks.keys()) task.cancel(reason);
  }

  #batch(messages: readonly unknown[]): void {
    if (messages.length === 0) return this.refuse("INVALID_REQUEST", "an empty batch asks for nothing");
    if (messages.length > limits.batchMax)
      return this.refuse(
        "INVALID_REQUEST",
        `a batch of ${messages.length} is too long; at most ${limits.batchMax} go in one`,
      );
    const answers: string[] = [];
    let open = messages.length;
    const ended = (answer?: string) => {
      if (answer !== undefined) answers.push(answer);
      open -= 1;
      if (open === 0 && answers.length > 0) this.#ports.send(`[${answers.join(",")}]`);
    };
    for (const message of messages) this.#one(message, ended, ended);
  }

  /**
   * @param answered  gets the answer's JSON
   * @param silent    called instead where nothing is to be answered (a notification); only a batch needs to know. With it, no streams
   */
  #one(message: unknown, answered: (answer: string) => void, silent?: () => void): void {
    if (!isRequest(message)) return answered(errorFrame(idOf(message), invalidRequest(message)));
    const { method, params, id } = message;
    if (method.startsWith("$/")) {
      const known = method === cancelRequest;
      if (known) this.#cancel((params as { id?: Id } | null | undefined)?.id);
      // Other `$/` notifications are ours to ignore, as LSP has it.
      if (id === undefined) return silent?.();
      return answered(
        known
          ? resultFrame(id, null)
          : errorFrame(id, new Refusal("UNKNOWN_METHOD", `there is no method ${JSON.stringify(method.slice(0, 80))}`)),
      );
    }
    const stream = this.#ports.calls.isStream(method);
    if (stream && this.#streams >= limits.streamsPerConnectionMax)
      return answered(
        errorFrame(
          id ?? null,
          new Refusal(
            "BUSY",
            `this connection has ${this.#streams} streams already`,
            "End one, or open another connection.",
          ),
        ),
      );
    this.#start(method, params, id, stream && silent === undefined && id !== undefined, answered, silent);
  }

  #start(
    method: string,
    params: unknown,
    id: Id | undefined,
    streams: boolean,
    answered: (answer: string) => void,
    silent?: () => void,
  ): void {
    const { connection, calls, freed } = this.#ports;
    const task = calls.start(
      method,
      params,
      this.#origin(id, streams, () => finish()),
    );
    this.#tasks.set(task, id);
    if (streams) this.#streams += 1;
    connection.enter();
    const finish = () => {
      if (!this.#tasks.delete(task)) return;
      if (streams) this.#streams -= 1;
      connection.leave();
      freed();
    };
    void task.answer.then((answer) => {
      if (id === undefined) silent?.();
      else
        answered(
          "result" in answer ? this.#encode(id, method, answer.result) : errorFrame(id, answer.refusal, answer.ref),
        );
      if (streams && "result" in answer) task.flow();
      else finish();
    });
  }

  #origin(id: Id | undefined, streams: boolean, over: () => void): Origin {
    const { connection, send, caughtUp } = this.#ports;
    const from = this.#notSure === undefined ? { connection } : { connection, notSure: this.#notSure };
    if (!streams) return from;
    return {
      ...from,
      push: (method, params) =>
        send(
          `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":{"stream":${JSON.stringify(id)}${pushMembers(params)}}`,
        ),
      caughtUp,
      ended: (refusal) => {
        over();
        const error = refusal === undefined ? {} : { error: rpcError(refusal) };
        send(JSON.stringify({ jsonrpc: "2.0", method: streamEnded, params: { stream: id, ...error } }));
      },
    };
  }

  #encode(id: Id, method: string, result: unknown): string {
    try {
      return resultFrame(id, result);
    } catch (error) {
      this.#ports.log.error({ method, err: error }, "a result has no JSON form");
      return errorFrame(id, new Refusal("INTERNAL", `the result of ${method} has no JSON form`));
    }
  }

  #cancel(id: unknown): void {
    if (id === undefined) return;
    for (const [task, taskId] of this.#tasks)
      if (taskId === id) task.cancel(new Refusal("CANCELLED", "cancelled by the caller"));
  }
}

const resultFrame = (id: Id, result: unknown): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result) ?? "null"}}`;

const errorFrame = (id: Id, refusal: Refusal, ref?: string): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(rpcError(refusal, ref))}}`;

const rpcError = (refusal: Refusal, ref?: string): RpcError => ({
  code: refusal instanceof ForeignError ? refusal.rpcCode : refusals[refusal.code].rpc,
  message: refusal.message,
  data: {
    code: refusal.code,
    ...(refusal.hint === undefined ? {} : { hint: refusal.hint }),
    ...(ref === undefined ? {} : { ref }),
  },
});

/** A frame that is about the connection itself. */
export const connectionError = (refusal: Refusal): string => errorFrame(null, refusal);

function isRequest(message: unknown): message is Request {
  if (typeof message !== "object" || message === null) return false;
  const { jsonrpc, method, params, id } = message as Record<string, unknown>;
  return (
    jsonrpc === "2.0" &&
    typeof method === "string" &&
    (params === undefined || typeof params === "object") &&
    (id === undefined || isId(id))
  );
}

const isId = (id: unknown): id is Id => typeof id === "string" || typeof id === "number" || id === null;

/** The id of a message that is no request, if one can be made out: the specification wants null where not. */
function idOf(message: unknown): Id {
  const id: unknown = typeof message === "object" && message !== null ? (message as { id?: unknown }).id : null;
  return isId(id) ? id : null;
}

function invalidRequest(message: unknown): Refusal {
  if (typeof message !== "object" || message === null || Array.isArray(message))
    return new Refusal("INVALID_REQUEST", "a request is an object");
  const { jsonrpc, method, id } = message as Record<string, unknown>;
  if (jsonrpc !== "2.0") return new Refusal("INVALID_REQUEST", 'a request says "jsonrpc":"2.0"');
  if (typeof method !== "string") return new Refusal("INVALID_REQUEST", "a request's method is a string");
  if (id !== undefined && !isId(id))
    return new Refusal("INVALID_REQUEST", "a request's id is a string, a number or null");
  return new Refusal("INVALID_REQUEST", "a request's params are an object or an array");
}
