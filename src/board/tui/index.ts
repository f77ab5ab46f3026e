/**
 * The board in a terminal: every session on one screen, and a hold decided with one key. It owns the terminal while it runs (alternate
 * buffer, keys, mouse) and one connection to the daemon, made by this very process, so that the daemon can see the person's terminal
 * behind each decision.
 *
 * It promises to give the terminal back however it ends; never to show as live what is not (`daemon away since 12:03`); to take a deciding
 * key only for what stood there when it was pressed; to draw no control character or hidden one that came from an agent; and to write no
 * more than a frame in 80 ms, of visible rows only, however many sessions there are. It keeps nothing: what it shows is the daemon's.
 * It is drawn by lines and not with a component library; ADR-0013 says why.
 */
import { systemClock } from "../../kit/clock.ts";
import { BoardApp } from "./app.ts";
import type { BoardPorts } from "./desk.ts";

export type { BoardPorts } from "./desk.ts";

/** @returns when the person leaves, or the signal aborts */
export async function runBoard(ports: BoardPorts, { signal }: { signal: AbortSignal }): Promise<void> {
  using app = new BoardApp(ports, systemClock);
  await app.run({ signal });
}
