/**
 * Client dialects: what the clients of the five systems that Signalbox unites say on our socket (nexo's permission socket, kintsugi's
 * command gate, iai's control frames, the pods' frames, atm's registry), each a thin translation to the operations of our table. It owns
 * those wire formats and their errors and nothing else: who may do what, what is judged and what is kept is decided behind the
 * operations, so that no dialect is a side door. It promises that every frame of a dialect's shape is answered in that
 * dialect, wrong ones included, that no frame ends a connection (but one that asks for it), and that nothing a client sends can
 * make it grow. It never reads a socket and never imports another room: what an operation can't say comes in as a port.
 */
import type { ClientDialect } from "../../protocol/client-dialect.ts";

export type DialectName = "atm" | "iai" | "nexo" | "kintsugi" | "pod";

/** The order in which a frame is offered to them: the first that knows its shape takes it. */
const order: readonly DialectName[] = ["atm", "iai", "nexo", "kintsugi", "pod"];

export function inOrder(dialects: Partial<Record<DialectName, ClientDialect>>): ClientDialect[] {
  return order.flatMap((name) => dialects[name] ?? []);
}
