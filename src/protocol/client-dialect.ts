import type { Call, ConnectionInfo, NotSure } from "./handlers.ts";
import type { CallOf, OperationName, OutputOf } from "./operations/index.ts";
import type { PushedBy, StreamName } from "./pushes.ts";
import { Refusal, type RefusalCode } from "./refusals.ts";

/** One NDJSON frame of another system's wire format: a JSON object without `jsonrpc`. */
export type ForeignFrame = Readonly<Record<string, unknown>>;

/**
 * What one of the other systems' clients speaks on our socket: a thin translation to the table's operations. The first dialect
 * of the list whose `matches` says so serves a frame; a connection may mix dialects, each frame is answered in its own.
 */
export interface ClientDialect {
  readonly name: string;
  /** By shape only, cheaply: what is wrong inside a frame of this shape is said by `serve`. */
  matches(frame: ForeignFrame): boolean;
  /**
   * The dialect's error frame.
   * @param frame  the frame that was being served; absent when the fault is the connection's own: bytes that are no JSON after
   *               this dialect was spoken, a frame over the limit, a connection that is ended
   */
  fault(refusal: Refusal, frame?: ForeignFrame): object;
  /**
   * True where answers carry no id, so that they must leave in the order in which they were asked: one frame of a connection is
   * served after the other. False: each is served as it comes.
   */
  readonly ordered: boolean;
  /**
   * Whether this frame is told and not asked, so that it is taken even when its client has gone without reading a word. Absent: none is.
   * What it starts must end by itself.
   */
  reports?(frame: ForeignFrame): boolean;
  /**
   * What is served in the place of a frame over the limit, where an error would be taken for something else by its client. Absent: `fault`.
   * @param head  how it began, at most 64 characters
   */
  standIn?(head: string): ForeignFrame | undefined;
  /** Begins the dialect's side of one connection, when its first frame comes. */
  open(peer: Peer): Conversation;
}

export interface Conversation {
  /**
   * Serves one frame and resolves when it has been answered (if it is one that is answered). What it throws is answered with
   * `fault`; what is no Refusal goes to the log, and the peer gets its `ref`.
   */
  serve(frame: ForeignFrame, about: { readonly notSure: NotSure | undefined }): void | Promise<void>;
}

/** The client at the other end of a connection, as a dialect sees it. */
export interface Peer {
  readonly connection: ConnectionInfo;
  /** Aborts when the client has gone or is taken for gone. */
  readonly lost: AbortSignal;
  /** Writes one frame; false when the connection can't take it any more. */
  send(frame: object): boolean;
  /**
   * Calls an operation as this peer: the table's checks, deadline and draining hold as for everybody.
   * @throws Refusal  the operation's, DRAINING, or CANCELLED when the client has gone
   */
  call<Name extends OperationName>(name: Name, input: CallOf<Name>, options?: CallOptions): Promise<OutputOf<Name>>;
  /**
   * Opens a stream. Pushes come after `flow` was called, which the dialect does when it has sent what it makes of `first`.
   * @throws Refusal  as `call`; BUSY when the connection has too many streams
   */
  stream<Name extends StreamName>(
    name: Name,
    input: CallOf<Name>,
    reader: StreamReader<Name>,
  ): Promise<{ readonly first: OutputOf<Name>; flow(): void; stop(): void }>;
  /** Resolves when the client has taken most of what was written, or is gone. */
  caughtUp(): Promise<void>;
  /** Ends this connection, once what was sent is flushed; what it still waits for is cancelled. */
  end(): void;
}

export interface CallOptions {
  readonly notSure?: NotSure | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The call goes on when the client goes away: for what it tells us and does not wait for. */
  readonly outlivesPeer?: boolean;
}

export interface StreamReader<Name extends StreamName> {
  /** @returns false when the peer can't take it: the stream then ends */
  push(event: PushedBy<Name>): boolean;
  /** Told once that a stream that flowed is over; the refusal says why the daemon cut it short. */
  ended?(refusal: Refusal | undefined): void;
}

/** A JSON-RPC method of another system, whose name is not in our table; draining and deadline hold as for the table's own. */
export interface ForeignMethod {
  /** Milliseconds until the call is answered CANCELLED. */
  readonly deadlineMs: number;
  /** @throws ForeignError  answered with that number; Refusal  as everywhere */
  run(params: unknown, call: Call): Promise<unknown>;
}

/** @returns undefined for a name that no dialect has: it is then answered as unknown */
export type ForeignMethods = (method: string) => ForeignMethod | undefined;

/** An expected error that another system's clients know by a number and words of its own. */
export class ForeignError extends Refusal {
  readonly rpcCode: number;

  /** @param code  the refusal of ours that comes nearest; it goes along as `data.code` */
  constructor(rpcCode: number, code: RefusalCode, message: string, options?: ErrorOptions) {
    super(code, message, undefined, options);
    this.name = "ForeignError";
    this.rpcCode = rpcCode;
  }
}
