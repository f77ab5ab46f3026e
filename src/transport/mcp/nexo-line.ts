import type { Socket } from "node:net";
import { z } from "zod";
import { type Clock } from "../../kit/clock.ts";
import { FrameReader, tooLong } from "../../kit/ndjson.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { retryAfterMs } from "./line.ts";

/** nexo's answers, as far as they are read. */
const Frame = z.union([
  z.object({
    kind: z.literal("decision"),
    id: z.string(),
    response: z.object({
      outcome: z.discriminatedUnion("outcome", [
        z.object({ outcome: z.literal("allow_once"), updated_input: z.unknown().optional() }),
        z.object({ outcome: z.literal("allow_session"), updated_input: z.unknown().optional() }),
        z.object({ outcome: z.literal("deny"), message: z.string() }),
        z.object({ outcome: z.literal("unavailable"), reason: z.string() }),
        z.object({ outcome: z.literal("cancelled") }),
      ]),
    }),
  }),
  z.object({ kind: z.literal("error"), id: z.string(), message: z.string() }),
]);
export type Outcome = Extract<z.output<typeof Frame>, { kind: "decision" }>["response"]["outcome"];

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(refusal: Refusal): void;
}

/**
 * The line to a permission socket of nexo's kind: opened when first needed and anew after it was lost. Several questions may be in
 * flight; an allowance is never remembered here, so each call is asked about.
 */
export class NexoLine {
  readonly #dial: (signal: AbortSignal) => Promise<Socket>;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #waiting = new Map<string, Waiting>();
  #socket: Promise<Socket> | undefined;
  #count = 0;

  constructor(dial: (signal: AbortSignal) => Promise<Socket>, clock: Clock, closing: AbortSignal) {
    this.#dial = dial;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** @throws Refusal  no decision: DAEMON_AWAY, CANCELLED, or what the other side said */
  async decide(request: object, asked: AbortSignal): Promise<Outcome> {
    const signal = AbortSignal.any([asked, this.#closing]);
    for (let attempt = 0; ; attempt += 1) {
      let connected = false;
      try {
        const socket = await this.#open(signal);
        connected = true;
        return await this.#ask(socket, request, signal);
      } catch (error) {
        const waitMs = retryAfterMs[attempt];
        const lost = error instanceof Refusal && error.code === "DAEMON_AWAY" && (connected || attempt > 0);
        if (!lost || waitMs === undefined || signal.aborted) throw error;
        await this.#clock.sleep(waitMs, { signal });
      }
    }
  }

  async close(): Promise<void> {
    const socket = await this.#socket?.catch(() => undefined); // what never opened needs no closing
    socket?.destroy();
  }

  #ask(socket: Socket, request: object, signal: AbortSignal): Promise<Outcome> {
    const id = String((this.#count += 1));
    return new Promise((resolve, reject) => {
      const cancelled = () => {
        this.#waiting.delete(id);
        reject(new Refusal("CANCELLED", "the host does not wait any more"));
        // The protocol has no word for taking one question back but going away; others of this line are asked again.
        socket.destroy();
      };
      const done = () => signal.removeEventListener("abort", cancelled);
      this.#waiting.set(id, {
        resolve: (outcome) => (done(), resolve(outcome)),
        reject: (refusal) => (done(), reject(refusal)),
      });
      signal.addEventListener("abort", cancelled, { once: true });
      if (signal.aborted) return cancelled();
      socket.write(`${JSON.stringify({ kind: "decide", id, request })}\n`);
    });
  }

  #open(signal: AbortSignal): Promise<Socket> {
    if (this.#socket !== undefined) return this.#socket;
    const opening: Promise<Socket> = this.#dial(signal).then((socket) => this.#use(socket, opening));
    this.#socket = opening;
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  #use(socket: Socket, opening: Promise<Socket>): Socket {
    const reader = new FrameReader(limits.frameBytesMax * 2);
    socket.on("data", (chunk: Buffer) => {
      reader.write(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next())
        if (frame === tooLong) socket.destroy();
        else this.#take(frame);
    });
    socket.on("error", () => {}); // 'close' follows, and says so to everybody who waits
    socket.on("close", () => {
      this.#forget(opening);
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const each of waiting) each.reject(new Refusal("DAEMON_AWAY", "the connection was lost before the answer"));
    });
    return socket;
  }

  #forget(opening: Promise<Socket>): void {
    if (this.#socket === opening) this.#socket = undefined;
  }

  /** What can't be read answers nobody; its question then ends with the connection or the host's own patience. */
  #take(frame: Buffer): void {
    let json: unknown;
    try {
      json = JSON.parse(frame.toString("utf8"));
    } catch {
      return;
    }
    const read = Frame.safeParse(json);
    if (!read.success) return;
    const { data } = read;
    const waiting = this.#waiting.get(data.id);
    this.#waiting.delete(data.id);
    if (data.kind === "decision") waiting?.resolve(data.response.outcome);
    else waiting?.reject(new Refusal("CONFLICT", data.message));
  }
}
