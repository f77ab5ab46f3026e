import type { OutputOf } from "../../protocol/operations/index.ts";
import type { PushOf } from "../../protocol/pushes.ts";
import type { Store } from "../model/index.ts";
import { nowMs } from "./clock.ts";
import { bodyOf, Refused } from "./call.ts";
import { readEvents } from "./events.ts";
import { createAttention } from "./attention.ts";

export interface FollowPorts {
  readonly token: string;
  readonly store: Store;
  /** Whether who answers is the daemon that gave the pass. */
  readonly proven: (signal: AbortSignal) => Promise<"yes" | "no" | "away">;
  readonly onShut: (why: string) => void;
}

/** The daemon says something at least every 15 s; after this much silence the connection is dead, whatever the system says. */
const silenceMsMax = 40_000;
const retryMsMin = 250;
const retryMsMax = 4_000;

type First = OutputOf<"web/watch">;
type Push = PushOf<"web/changed">;

/**
 * Keeps the store true over one stream: resumes after the last cursor when it breaks, and says meanwhile since when what is shown is not
 * live. Ends when the signal aborts, or when there is no way back in.
 */
export async function follow(ports: FollowPorts, signal: AbortSignal): Promise<void> {
  const { store } = ports;
  const at: { cursor: string | undefined; entry: number | undefined } = { cursor: undefined, entry: undefined };
  const attention = createAttention(signal);
  let pauseMs = retryMsMin;
  while (!signal.aborted) {
    await attention.mayListen();
    const turned = attention.changed();
    try {
      const known = await ports.proven(signal);
      if (known === "no")
        return ports.onShut("This browser's pass has ended, or another program answers on this port.");
      if (known === "yes") {
        await attend(ports, at, attention.manner() === "hidden", AbortSignal.any([signal, turned]));
        pauseMs = retryMsMin;
      }
    } catch (error) {
      if (error instanceof Refused && error.code === "NOT_PERMITTED") return ports.onShut(error.message);
      // Anything else is a connection that broke, which is what the next round is for.
    }
    if (signal.aborted) return;
    if (attention.manner() === "away") {
      store.link({ state: "away", sinceMs: nowMs(), why: "This tab is hidden, and too many are open." });
      continue;
    }
    // Nothing went wrong: it only listens in another manner from here on.
    if (turned.aborted) continue;
    const { link } = store.state;
    if (link.state !== "away") store.link({ state: "away", sinceMs: nowMs(), why: "The daemon went away." });
    await pause(pauseMs, signal);
    pauseMs = Math.min(retryMsMax, pauseMs * 2);
  }
}

async function attend(
  { token, store }: FollowPorts,
  at: { cursor: string | undefined; entry: number | undefined },
  hidden: boolean,
  outer: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([outer, silence.signal]);
  let timer = 0;
  const heard = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => silence.abort(new Error("the daemon fell silent")), silenceMsMax);
  };
  heard();
  try {
    const query = new URLSearchParams();
    if (at.cursor !== undefined) query.set("sessionsAfter", at.cursor);
    if (at.entry !== undefined) query.set("entriesAfter", String(at.entry));
    if (hidden) query.set("hidden", "true");
    const response = await fetch(`/v1/web/watch?${query}`, { headers: { Authorization: `Bearer ${token}` }, signal });
    if (!response.ok || response.body === null) {
      await bodyOf(response);
      return;
    }
    for await (const { event, data } of readEvents(response.body, heard)) {
      if (event === "open") {
        const { holds, sessions, entries, entriesAnew, status } = data as First;
        store.holds(holds);
        take({ sessions, status });
        if (entriesAnew) store.entries(entries);
        else store.appended(entries);
        remember(entries);
        store.link({ state: "live" });
      } else if (event === "web/changed") take(data as Push);
    }
  } finally {
    clearTimeout(timer);
    silence.abort(new Error("the stream is over"));
  }

  function take({ hold, sessions, entries, status }: Partial<Push>): void {
    if (hold !== undefined) store.hold(hold);
    if (sessions !== undefined) {
      store.sessions(sessions);
      at.cursor = sessions.cursor;
    }
    if (entries !== undefined) {
      store.appended(entries);
      remember(entries);
    }
    if (status !== undefined) store.status(status);
  }
  function remember(entries: First["entries"]): void {
    for (const { seq } of entries) at.entry = Math.max(at.entry ?? -1, seq);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    window.addEventListener("online", done);
  });
}
