import { type Client, connect } from "../../client/index.ts";
import type { Clock } from "../../kit/clock.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { Store } from "../model/index.ts";

export interface FeedOptions {
  readonly socket: string;
  readonly store: Store;
  readonly clock: Clock;
  /** The connection over which the person's decisions go; undefined while there is none. */
  readonly onClient: (client: Client | undefined) => void;
  /** A hold that opened while the board was open. */
  readonly onHold: (hold: HoldView) => void;
}

/** A daemon that comes back is found this fast. */
const retryMs = 250;
/** The state is asked for this often, which also proves that the daemon still answers. */
const statusMs = 3_000;
/** A daemon that takes longer over its state is taken for one that does not answer; a busy machine is not yet that. */
const answerMsMax = 5_000;
/** Entries that the timeline begins with. */
const entriesFirst = 200;

/**
 * Keeps the store true until the signal aborts: connects, subscribes, and when the daemon goes says so, looks for it, and goes on with
 * what changed meanwhile. A daemon that is connected and silent counts as away, too.
 */
export async function feed(options: FeedOptions, { signal }: { signal: AbortSignal }): Promise<void> {
  const place: Place = { cursor: undefined };
  while (!signal.aborted) {
    let why: string;
    try {
      await using client = await connect({ socket: options.socket, signal });
      options.onClient(client);
      why = await attend(client, options, place, signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      why = (error as Refusal).message;
    }
    options.onClient(undefined);
    if (signal.aborted) return;
    const { link } = options.store.state;
    if (link.state !== "away") options.store.link({ state: "away", sinceMs: options.clock.nowMs(), why });
    await options.clock.sleep(retryMs, { signal }).catch(() => {}); // told to stop, which the loop sees
  }
}

/** Where the stream of sessions stood, so that a new connection goes on from there. */
interface Place {
  cursor: string | undefined;
}

/** A daemon that stops, was killed, or is full for a moment: all of them may be back soon. */
const isGone = (error: unknown): boolean =>
  error instanceof Refusal && ["DAEMON_AWAY", "DRAINING", "BUSY", "CANCELLED"].includes(error.code);

/** @returns why it ended */
async function attend(client: Client, options: FeedOptions, place: Place, outer: AbortSignal): Promise<string> {
  const { store, onHold } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  const holds = await client.stream(
    "hold/watch",
    {},
    ({ hold }) => {
      if (hold.state === "open" && !store.state.holds.has(hold.id)) onHold(hold);
      store.hold(hold);
    },
    { signal },
  );
  // Before anything else is waited for: pushes go on meanwhile, and an older list must not undo them.
  store.holds(holds.first.holds);
  const sessions = await client.stream(
    "session/watch",
    place.cursor === undefined ? {} : { after: place.cursor },
    (push) => {
      place.cursor = push.cursor;
      store.sessions(push);
    },
    { signal },
  );
  store.sessions(sessions.first);
  place.cursor = sessions.first.cursor;
  store.status(await client.call("daemon/status", {}, { signal }));
  store.link({ state: "live" });
  void tail(client, options, signal);
  void ask(client, options, signal);
  try {
    return await Promise.race([holds.ended, sessions.ended]).then(() => "It ended the stream.");
  } finally {
    over.abort(new Error("the connection ended"));
  }
}

/** The ledger may be out of order while everything else goes on: the state says so, and it is tried again. */
async function tail(client: Client, { store, clock }: FeedOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { entries } = await client.call("ledger/list", { limit: entriesFirst }, { signal });
      store.entries(entries);
      const after = store.state.entries[0]?.seq ?? -1;
      const push = (pushed: { readonly entries: Parameters<Store["appended"]>[0] }) => {
        store.appended(pushed.entries);
        if (pushed.entries.some(({ kind }) => /^(policy|daemon)\//.test(kind))) void refresh(client, store, signal);
      };
      const stream = await client.stream("ledger/tail", { after }, push, { signal });
      store.appended(stream.first.entries);
      await stream.ended;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    await clock.sleep(statusMs, { signal }).catch(() => {}); // the connection ended, which the loop sees
  }
}

async function ask(client: Client, options: FeedOptions, signal: AbortSignal): Promise<void> {
  const { store, clock } = options;
  while (!signal.aborted) {
    await clock.sleep(statusMs, { signal }).catch(() => {}); // as above
    if (signal.aborted) return;
    const answered = await refresh(client, store, signal);
    if (signal.aborted) return;
    const { link } = store.state;
    if (answered && link.state !== "live") store.link({ state: "live" });
    if (!answered && link.state === "live")
      store.link({ state: "away", sinceMs: clock.nowMs() - answerMsMax, why: "The daemon does not answer." });
  }
}

/** @returns whether it answered in time */
async function refresh(client: Client, store: Store, signal: AbortSignal): Promise<boolean> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]);
  try {
    store.status(await client.call("daemon/status", {}, { signal: soon }));
    return true;
  } catch (error) {
    if (error instanceof Refusal) return error.code !== "CANCELLED" && error.code !== "DAEMON_AWAY";
    throw error;
  }
}
