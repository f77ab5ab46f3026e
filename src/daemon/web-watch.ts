import type { Holds } from "../holds/index.ts";
import { type Clock, every } from "../kit/clock.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Handlers } from "../protocol/handlers.ts";
import type { Sessions } from "../sessions/index.ts";
import type { DaemonStatus } from "./status.ts";

export interface WebWatchPorts {
  readonly holds: Pick<Holds, "watch">;
  readonly sessions: Pick<Sessions, "watch">;
  readonly ledger: Pick<Ledger, "list" | "tail" | "status">;
  readonly status: DaemonStatus;
  readonly clock: Clock;
}

const statusMs = 10_000;
/** Entries that a board begins with: a page of them; older ones are asked for when somebody scrolls there. */
const entriesFirst = 100;
/** A board that missed more than this begins anew. */
const entriesMissedMax = 500;

/**
 * Holds, sessions, entries and the daemon's state in one stream: a browser has six connections for all its tabs together, so a board
 * must not need four of them. What can't be taken ends the stream; the board comes back and says what it had.
 */
export function webWatch({ holds, sessions, ledger, status, clock }: WebWatchPorts): Handlers["web/watch"] {
  return async ({ sessionsAfter, entriesAfter, hidden }, call) => {
    const { signal } = call;
    const newest = ledger.status().entries - 1;
    const anew = entriesAfter === undefined || newest - entriesAfter > entriesMissedMax || entriesAfter > newest;
    const entries = anew
      ? ledger.list({ limit: entriesFirst }).reverse()
      : ledger.list({ after: entriesAfter, limit: entriesMissedMax });
    const stopTail = ledger.tail((added) => {
      call.push("web/changed", { entries: [...added] });
      // The mode, a policy file: what the header of the board says.
      if (added.some(({ kind }) => kind.startsWith("policy/"))) call.push("web/changed", { status: status() });
    });
    signal.addEventListener("abort", stopTail, { once: true });
    const watch = holds.watch((hold) => call.push("web/changed", { hold }));
    signal.addEventListener("abort", () => watch.stop(), { once: true });
    const first = sessions.watch(
      { after: sessionsAfter },
      {
        signal,
        unseen: hidden,
        push: (changed) => call.push("web/changed", { sessions: changed }),
        caughtUp: () => call.caughtUp(),
        end: () => call.end(),
      },
    );
    void every(clock, statusMs, () => void call.push("web/changed", { status: status() }), { signal });
    return { holds: [...watch.holds], sessions: first, entries, entriesAnew: anew, status: status() };
  };
}
