import type { z } from "zod";
import type { Operations } from "./operations/index.ts";
import type { PushName, PushOf } from "./pushes.ts";

/** One connection, as an operation sees it. */
export interface ConnectionInfo {
  /** `conn_…`, unique in the daemon's life. */
  readonly id: string;
  /** `socket` NDJSON on the Unix socket, `http` HTTP on the same socket, `loopback` HTTP on 127.0.0.1, `inside` the daemon itself. */
  readonly kind: "socket" | "http" | "loopback" | "inside";
  /** The descriptor's number for `hook --peer`, read at this moment; undefined once closed and for `loopback` and `inside`. */
  readonly fd: number | undefined;
  /** Aborts when the connection has ended, for whatever reason. */
  readonly closed: AbortSignal;
  /** `pass_…`, the web pass that this request carried; only ever for `loopback`. */
  readonly pass?: string | undefined;
}

/** Text that two honest readers could read differently: a duplicate key, an integer that a double can't hold, a lone surrogate. */
export interface NotSure {
  /** A clause without subject, e.g. `has the key "command" twice`. */
  readonly why: string;
  /** The text as it came. */
  readonly exact: string;
}

/** One request in flight, as its handler sees it. */
export interface Call {
  readonly connection: ConnectionInfo;
  /** `req_…`; the same id stands in the log. */
  readonly requestId: string;
  /**
   * Aborts when nobody waits for the answer any more; the reason is a Refusal. CANCELLED: the caller cancelled, its deadline
   * passed or its connection was lost (then `connection.closed.aborted` too). DRAINING: the daemon is about to stop.
   * For a stream it aborts when the stream ends.
   */
  readonly signal: AbortSignal;
  /** Set when the caller's text is not sure what it says. Looked for in `gate/request` only: what is judged must be what runs. */
  readonly notSure?: NotSure | undefined;
  /**
   * Pushes one event of a stream operation, after the answer (what is pushed before it waits for it).
   * @returns false when the stream is over or its reader too slow: stop pushing
   */
  push<Name extends PushName>(method: Name, params: PushOf<Name>): boolean;
  /** Resolves when the stream's reader has caught up, for streams that make much more than they watch. Rejects with the signal's reason. */
  caughtUp(): Promise<void>;
  /** Ends a stream that is complete, after its answer and all its pushes. */
  end(): void;
}

/** One handler for each row of the table: a missing or misspelt one does not compile. */
export type Handlers = {
  readonly [Name in keyof Operations]: (
    input: z.output<Operations[Name]["input"]>,
    call: Call,
  ) => Promise<z.input<Operations[Name]["output"]>>;
};
