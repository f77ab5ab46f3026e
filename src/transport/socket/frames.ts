import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { FrameReader, parseFrame, tooLong } from "../../kit/ndjson.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { ClientDialect, ForeignFrame } from "../../protocol/client-dialect.ts";
import type { NotSure } from "../../protocol/handlers.ts";
import type { Connection } from "../connection.ts";
import type { Expected } from "../dispatch.ts";
import { judgedMethod, notSureOf } from "../not-sure.ts";
import { Foreign } from "./foreign.ts";
import { type Calls, connectionError, JsonRpc } from "./json-rpc.ts";
import type { Turns } from "./turns.ts";

export interface FramePorts {
  readonly calls: Calls;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly log: Log;
  /** What else than JSON-RPC is spoken here, in the order in which a frame is offered. */
  readonly dialects: readonly ClientDialect[];
  readonly expected?: Expected;
}

interface Message {
  readonly json: object;
  readonly notSure: NotSure | undefined;
}

/** Frames of one connection in one turn. */
const framesPerTurn = 16;

/**
 * NDJSON on one connection. Reads frames in turns with the other connections, stops reading while too many calls are in flight
 * or too many answers are unsent, and drops a reader that lets its pushes pile up.
 */
export class Frames {
  readonly #connection: Connection;
  readonly #ports: FramePorts;
  readonly #reader = new FrameReader(limits.frameBytesMax);
  readonly #rpc: JsonRpc;
  /** Made with the first frame that is no JSON-RPC, which most connections never send. */
  #foreign: Foreign | undefined;
  readonly #foreignPorts: () => ConstructorParameters<typeof Foreign>[0];
  /** A message that waits for room; nothing behind it is read. */
  #parked: Message | undefined;
  /** Whether a turn is booked. */
  #booked = false;
  #corked = false;
  #ending = false;

  constructor(connection: Connection, first: Buffer, ports: FramePorts) {
    this.#connection = connection;
    this.#ports = ports;
    const common = {
      connection,
      calls: ports.calls,
      log: ports.log,
      send: (frame: string) => this.send(frame),
      caughtUp: () => this.#caughtUp(),
      freed: () => this.#resume(),
    };
    this.#rpc = new JsonRpc(common);
    this.#foreignPorts = () => ({ ...common, dialects: ports.dialects, expected: ports.expected });
    const { socket } = connection;
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("drain", () => this.#resume());
    socket.on("end", () => this.#ended());
    socket.on("close", () => this.#cancelAll());
    this.#data(first);
  }

  send(frame: string): boolean {
    const { socket } = this.#connection;
    if (!socket.writable) return false;
    // Answers that become ready together leave together.
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        socket.uncork();
      });
    }
    socket.write(`${frame}\n`);
    if (socket.writableLength <= limits.connectionWriteBytesMax) return true;
    this.#ports.log.warn(
      { connection: this.#connection.id, unsentBytes: socket.writableLength },
      "a reader is too slow and was dropped",
    );
    socket.destroy();
    return false;
  }

  #data(chunk: Buffer): void {
    this.#connection.touch();
    this.#reader.write(chunk);
    // The usual single frame is taken at once; whatever is behind it waits for its turn, and so does everybody while others wait.
    if (!this.#booked && (this.#ports.turns.busy || this.#take(1))) this.#book();
  }

  #book(): void {
    this.#booked = true;
    this.#connection.socket.pause();
    this.#ports.turns.add(() => {
      this.#booked = this.#take(framesPerTurn);
      if (!this.#booked && !this.#blocked) this.#connection.socket.resume();
      if (this.#ending) this.#finish();
      return this.#booked;
    });
  }

  /** Something that may have blocked reading is gone. */
  #resume(): void {
    if (this.#booked || this.#blocked) return;
    if (this.#parked !== undefined || this.#connection.socket.isPaused()) this.#book();
    else if (this.#ending) this.#finish();
  }

  get #inFlight(): number {
    return this.#rpc.inFlight + (this.#foreign?.inFlight ?? 0);
  }

  get #blocked(): boolean {
    return (
      (this.#parked !== undefined && this.#inFlight >= limits.inFlightPerConnectionMax) ||
      this.#connection.socket.writableLength > limits.connectionWritePauseBytes
    );
  }

  /** Takes up to `most` frames. @returns whether there may be more to take right now */
  #take(most: number): boolean {
    for (let taken = 0; taken < most; taken += 1) {
      const gone = !this.#connection.socket.writable;
      if (this.#blocked && !gone) {
        this.#connection.socket.pause();
        return false;
      }
      const message = this.#parked ?? this.#next();
      this.#parked = undefined;
      if (message === undefined) return false;
      if (message === "answered" || (gone && !this.#reports(message))) continue; // nobody could be answered any more
      if (this.#inFlight >= limits.inFlightPerConnectionMax && startsCall(message.json)) this.#parked = message;
      else this.#accept(message);
    }
    return true;
  }

  #reports({ json }: Message): boolean {
    return !isRpc(json) && Foreign.reports(this.#ports.dialects, json as ForeignFrame);
  }

  /** The next message, if it is whole; a faulty frame is answered here. */
  #next(): Message | "answered" | undefined {
    const frame = this.#reader.next();
    const connection = this.#connection;
    if (!this.#reader.unfinished) connection.unfinishedSinceMs = undefined;
    else connection.unfinishedSinceMs ??= connection.touchedMs;
    if (frame === undefined) return undefined;
    if (frame === tooLong) {
      const { skipped } = this.#reader;
      for (const dialect of this.#ports.dialects) {
        const json = dialect.standIn?.(skipped);
        if (json !== undefined) return { json, notSure: undefined };
      }
      this.#refuse("TOO_LARGE", `a frame is longer than ${limits.frameBytesMax} bytes; it was skipped`);
      return "answered";
    }
    const read = parseFrame(frame, limits.jsonDepthMax);
    if ("value" in read && typeof read.value === "object" && read.value !== null)
      return { json: read.value, notSure: doubt(read.value, frame) };
    this.#refuse("PARSE_ERROR", "fault" in read ? faultWords[read.fault] : "a frame is a JSON object or an array");
    return "answered";
  }

  #accept({ json, notSure }: Message): void {
    if (isRpc(json)) {
      this.#connection.wordFault = undefined;
      return this.#rpc.accept(json, notSure);
    }
    if (this.#foreign === undefined) {
      this.#foreign = new Foreign(this.#foreignPorts());
      if (this.#connection.socket.destroyed) this.#cancelAll();
    }
    if (this.#foreign.accept(json as ForeignFrame, notSure)) return;
    this.#rpc.refuse("INVALID_REQUEST", 'this frame is of no known shape; a JSON-RPC request says "jsonrpc":"2.0"');
  }

  /** A fault of no known request, in the words of what was spoken last. */
  #refuse(code: "TOO_LARGE" | "PARSE_ERROR", text: string): void {
    this.send(faultFrame(this.#connection, new Refusal(code, text)));
  }

  /**
   * The client has closed its sending half: perhaps it still reads (`nc -N`, socat), perhaps it is dead; a socket can't tell. What is
   * answered soon is still sent; calls that wait for longer have lost their caller.
   */
  #ended(): void {
    this.#reader.write(newlineByte);
    this.#ending = true;
    if (!this.#booked && this.#take(framesPerTurn)) this.#book();
    this.#finish();
    if (this.#connection.socket.writableEnded && this.#connection.socket.writableLength === 0) return; // all was answered and has left
    const over = new AbortController();
    this.#connection.socket.once("close", () => over.abort(closed));
    this.#ports.clock.sleep(limits.halfCloseMsMax, { signal: over.signal }).then(
      () => this.#lost(),
      () => {}, // everything was answered in time and the connection has ended
    );
  }

  #lost(): void {
    this.#cancelAll();
    this.#connection.lose();
    this.#connection.socket.destroySoon();
  }

  #cancelAll(): void {
    if (this.#connection.busy === 0 && this.#foreign === undefined) return; // the usual end: there is nothing to cancel
    const reason = new Refusal("CANCELLED", "the caller's connection was lost");
    this.#rpc.cancelAll(reason);
    this.#foreign?.cancelAll(reason);
  }

  #finish(): void {
    if (this.#booked || this.#parked !== undefined || this.#connection.busy > 0) return;
    this.#connection.socket.end();
  }

  async #caughtUp(): Promise<void> {
    const { socket } = this.#connection;
    if (socket.destroyed || !socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        socket.off("drain", done);
        socket.off("close", done);
        resolve();
      };
      socket.on("drain", done);
      socket.on("close", done);
    });
  }
}

/** Frames in which a tool call may be judged are read a second time, strictly: a verdict on one reading must not serve another. */
function doubt(json: object, frame: Buffer): NotSure | undefined {
  const judged = (one: unknown) => (one as { method?: unknown } | null)?.method === judgedMethod;
  if (Array.isArray(json) ? !json.some(judged) : "jsonrpc" in json && !judged(json)) return undefined;
  return notSureOf(frame);
}

const closed = new Error("closed");

const newlineByte = Buffer.from("\n");

const faultWords = {
  "not valid UTF-8": "a frame is not valid UTF-8",
  "not JSON": "a frame is not JSON",
  "nested too deeply": `a frame nests deeper than ${limits.jsonDepthMax} levels`,
} as const;

const isRpc = (json: object): boolean => Array.isArray(json) || "jsonrpc" in json;

/** Whether taking this message may start a call, so that it must wait while too many are in flight. */
const startsCall = (json: object): boolean => !isRpc(json) || JsonRpc.startsCall(json);

type Ending = Pick<Connection, "socket"> & Partial<Pick<Connection, "wordFault">>;

const faultFrame = ({ wordFault = connectionError }: Ending, refusal: Refusal): string => wordFault(refusal);

/** Writes why a connection is refused or ended, and ends it. */
export function endWith(connection: Ending, refusal: Refusal): void {
  connection.socket.end(`${faultFrame(connection, refusal)}\n`);
}
