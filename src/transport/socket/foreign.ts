import type { Log } from "../../kit/log.ts";
import type { ClientDialect, Conversation, ForeignFrame, Peer } from "../../protocol/client-dialect.ts";
import type { NotSure } from "../../protocol/handlers.ts";
import { newId } from "../../protocol/ids.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Connection } from "../connection.ts";
import type { Expected, Task } from "../dispatch.ts";
import type { Origin } from "../running.ts";
import type { Calls } from "./json-rpc.ts";

export interface ForeignPorts {
  readonly connection: Connection;
  /** Tried in this order. */
  readonly dialects: readonly ClientDialect[];
  readonly calls: Calls;
  readonly expected: Expected | undefined;
  readonly log: Log;
  /** Writes one frame; false when the connection can't take it. */
  readonly send: (frame: string) => boolean;
  readonly caughtUp: () => Promise<void>;
  /** A frame has been served: there may be room for the next. */
  readonly freed: () => void;
}

interface Talk {
  readonly conversation: Conversation;
  /** The end of the last frame of an ordered dialect. */
  last: Promise<void> | undefined;
}

/** The other systems' wire formats on one connection: finds a frame's dialect, serves it there, and writes its answers. */
export class Foreign {
  readonly #ports: ForeignPorts;
  readonly #talks = new Map<ClientDialect, Talk>();
  /** Calls and streams that end with the connection. */
  readonly #tasks = new Set<Task>();
  readonly #lost = new AbortController();
  readonly #peer: Peer;
  #streams = 0;
  /** Frames that are being served. */
  inFlight = 0;

  constructor(ports: ForeignPorts) {
    this.#ports = ports;
    this.#peer = this.#makePeer();
  }

  /** Whether the frame is of use although nobody reads an answer. */
  static reports(dialects: readonly ClientDialect[], frame: ForeignFrame): boolean {
    const dialect = dialects.find((each) => each.matches(frame));
    return dialect?.reports?.(frame) ?? false;
  }

  /** @returns false when no dialect knows the shape */
  accept(frame: ForeignFrame, notSure: NotSure | undefined): boolean {
    const { connection, dialects, freed } = this.#ports;
    const dialect = dialects.find((each) => each.matches(frame));
    if (dialect === undefined) return false;
    connection.wordFault = (refusal) => textOf(dialect.fault(refusal));
    let talk = this.#talks.get(dialect);
    if (talk === undefined) {
      talk = { conversation: dialect.open(this.#peer), last: undefined };
      this.#talks.set(dialect, talk);
    }
    const { conversation, last } = talk;
    this.inFlight += 1;
    connection.enter();
    const served = (async () => {
      try {
        if (dialect.ordered && last !== undefined) await last;
        await conversation.serve(frame, { notSure });
      } catch (error) {
        this.#peer.send(dialect.fault(this.#refusalOf(error, dialect), frame));
      } finally {
        this.inFlight -= 1;
        connection.leave();
        freed();
      }
    })();
    talk.last = served;
    void served.then(() => {
      if (talk.last === served) talk.last = undefined;
    });
    return true;
  }

  /** Ends everything that the client waits for. */
  cancelAll(reason: Refusal): void {
    this.#lost.abort(reason);
    for (const task of this.#tasks) task.cancel(reason);
  }

  #refusalOf(error: unknown, { name }: ClientDialect): Refusal {
    const refusal = error instanceof Refusal ? error : this.#ports.expected?.(error);
    if (refusal !== undefined) return refusal;
    const ref = newId("req").slice("req_".length);
    this.#ports.log.error({ ref, dialect: name, err: error }, "a frame could not be served");
    return new Refusal("INTERNAL", "this failed inside the daemon", `The daemon's log says why under ref ${ref}.`);
  }

  #makePeer(): Peer {
    const { connection, calls, send, caughtUp } = this.#ports;
    return {
      connection,
      lost: this.#lost.signal,
      send: (frame) => send(textOf(frame)),
      caughtUp,
      call: async (name, input, { notSure, signal, outlivesPeer = false } = {}) => {
        const task = calls.start(name, input, { connection, notSure });
        return (await this.#answer(task, { signal, outlivesPeer })) as never; // the table ties the name to its output
      },
      stream: (name, input, reader) => this.#stream(name, input, reader) as never,
      end: () => {
        connection.socket.destroySoon();
        this.cancelAll(new Refusal("CANCELLED", "the caller ended its connection"));
      },
    };
  }

  async #answer(
    task: Task,
    { signal, outlivesPeer = false }: { signal?: AbortSignal | undefined; outlivesPeer?: boolean },
  ): Promise<unknown> {
    const cancel = () => task.cancel(cancelled(signal?.reason));
    if (signal?.aborted === true) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    if (!outlivesPeer) this.#hold(task);
    try {
      const answer = await task.answer;
      if ("refusal" in answer) throw answer.refusal;
      return answer.result;
    } finally {
      signal?.removeEventListener("abort", cancel);
      if (!task.stream) this.#tasks.delete(task);
    }
  }

  #hold(task: Task): void {
    if (this.#lost.signal.aborted) task.cancel(cancelled(this.#lost.signal.reason));
    else this.#tasks.add(task);
  }

  async #stream(
    name: string,
    input: unknown,
    reader: { push(event: never): boolean; ended?(refusal: Refusal | undefined): void },
  ): Promise<{ first: unknown; flow(): void; stop(): void }> {
    if (this.#streams >= limits.streamsPerConnectionMax)
      throw new Refusal("BUSY", `this connection has ${this.#streams} streams already`, "End one of them first.");
    this.#streams += 1;
    const { connection, calls, caughtUp } = this.#ports;
    let open = true;
    const over = () => {
      if (!open) return;
      open = false;
      this.#streams -= 1;
      this.#tasks.delete(task);
      connection.leave();
    };
    const origin: Origin = {
      connection,
      push: (_, event) => reader.push(event as never),
      caughtUp,
      ended: (refusal) => {
        over();
        reader.ended?.(refusal);
      },
    };
    const task = calls.start(name, input, origin);
    connection.enter(); // a connection that has a stream is not idle
    try {
      const first = await this.#answer(task, {});
      return { first, flow: () => task.flow(), stop: () => task.cancel(new Refusal("CANCELLED", "no longer wanted")) };
    } catch (error) {
      over();
      throw error;
    }
  }
}

const cancelled = (reason: unknown): Refusal =>
  reason instanceof Refusal ? reason : new Refusal("CANCELLED", "cancelled by the caller");

/**
 * Half a surrogate, which cutting a text can leave, is written as an escape that strict readers (serde, and so the clients of four systems) take
 * for no JSON at all; and some of them go by their own rules when they can't read an answer.
 */
function textOf(frame: object): string {
  const text = JSON.stringify(frame);
  if (!/\\ud[89a-f]/.test(text)) return text;
  return JSON.stringify(frame, (_, value: unknown) => (typeof value === "string" ? value.toWellFormed() : value));
}
