/**
 * What Signalbox adds to JSON-RPC 2.0 on the socket: two notifications. A stream's pushes are notifications of their own
 * methods, whose params carry `stream`, the id of the request that opened it.
 */

/** Caller to daemon, `{id}`: end the request or the stream of that id. An open request is then answered CANCELLED (LSP's word for it). */
export const cancelRequest = "$/cancelRequest";

/** Daemon to caller, `{stream, error?}`: the stream is over; with `error` (a JSON-RPC error object) it was cut short. */
export const streamEnded = "stream/ended";

/** `data` tells the refusal by name, since numbers are for JSON-RPC's own readers. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly code: string; readonly hint?: string; readonly ref?: string };
}
