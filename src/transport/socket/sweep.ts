import type { Clock } from "../../kit/clock.ts";
import type { Log } from "../../kit/log.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Connection } from "../connection.ts";
import { endWith } from "./frames.ts";

/** Ends connections whose frame or request does not come to its end, and those that have been silent for very long. */
export function sweep(connections: Iterable<Connection>, clock: Clock, log: Log): void {
  const nowMs = clock.monotonicMs();
  for (const connection of connections) {
    const refusal = whyEnd(connection, nowMs);
    if (refusal === undefined) continue;
    log.info({ connection: connection.id, kind: connection.kind }, refusal.message);
    if (connection.kind === "socket") endWith(connection, refusal);
    // What can't be flushed to a peer that does not read is not worth waiting for.
    if (connection.socket.writableLength > 0) connection.socket.destroy();
    else connection.socket.destroySoon();
  }
}

function whyEnd({ kind, busy, unfinishedSinceMs, touchedMs }: Connection, nowMs: number): Refusal | undefined {
  if (unfinishedSinceMs !== undefined && nowMs - unfinishedSinceMs > limits.frameMsMax)
    return new Refusal("PARSE_ERROR", `what was begun was not finished within ${limits.frameMsMax / 1_000} s`);
  const idleMsMax = kind === "socket" ? limits.connectionIdleMsMax : limits.httpIdleMsMax;
  if (busy === 0 && nowMs - touchedMs > idleMsMax)
    return new Refusal("CANCELLED", `nothing was asked for ${idleMsMax / 1_000} s`);
  return undefined;
}
