import { setTimeout as later } from "node:timers/promises";
import { type Client, connect } from "../client/index.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";
import { holdLine } from "./hold-card.ts";
import { type Board, Desk } from "./hold-desk.ts";
import type { Verb } from "./index.ts";

/**
 * `signalbox hold watch`: the oldest open hold as a card that one key decides. Without a terminal, one line (one JSON object with
 * `--json`) for each hold that opens or is decided. Goes on until it is told to stop, also over a daemon that ends and comes back.
 * @throws Refusal DAEMON_AWAY when there is none at the start
 */
export async function watch(verb: Verb): Promise<void> {
  const stop = new AbortController();
  const interrupted = () => stop.abort(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, interrupted);
  const first = await connect({ socket: verb.place.socket });
  if (!verb.terminal.interactive || verb.json) return follow(verb, first, lines(verb), stop.signal);
  using desk = new Desk(verb.terminal, stop);
  await follow(verb, first, desk, stop.signal);
}

async function follow(verb: Verb, first: Client, board: Board, stop: AbortSignal): Promise<void> {
  let client: Client | undefined = first;
  while (!stop.aborted) {
    client ??= await reconnect(verb, stop);
    if (client === undefined) return;
    try {
      await attend(client, board, stop);
    } catch (error) {
      if (!isGone(error)) throw error;
    } finally {
      await client[Symbol.asyncDispose]();
      client = undefined;
    }
    if (!stop.aborted) board.away();
  }
}

async function attend(client: Client, board: Board, signal: AbortSignal): Promise<void> {
  const stream = await client.stream("hold/watch", {}, ({ hold }) => board.changed(hold), { signal });
  board.connected(client, stream.first.holds);
  await stream.ended;
}

/** A daemon that stops, or that was killed, or that is full for a moment: all of them may be back soon. */
const isGone = (error: unknown): boolean =>
  error instanceof Refusal && ["DAEMON_AWAY", "DRAINING", "BUSY", "CANCELLED"].includes(error.code);

/** Looks for the daemon until it is there; undefined when told to stop. */
async function reconnect({ place }: Verb, signal: AbortSignal): Promise<Client | undefined> {
  while (!signal.aborted) {
    try {
      return await connect({ socket: place.socket, signal });
    } catch (error) {
      if (!isGone(error)) throw error;
      await later(retryMs, undefined, { signal }).catch(() => {}); // told to stop, which the loop sees
    }
  }
  return undefined;
}

const retryMs = 250;

/** For pipes and logs. After the daemon was away, what is open and was said before is not said again. */
function lines({ json, terminal }: Verb): Board {
  const said = new Set<string>();
  const say = (hold: HoldView) => {
    if (hold.state === "open") said.add(hold.id);
    else said.delete(hold.id);
    terminal.out(json ? JSON.stringify(hold) : holdLine(terminal, hold, Date.now()));
  };
  return {
    connected: (_, open) => open.filter(({ id }) => !said.has(id)).forEach(say),
    changed: say,
    away: () => terminal.err("The daemon went away. This goes on when it is back."),
  };
}
