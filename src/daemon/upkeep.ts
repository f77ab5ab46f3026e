import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Scope } from "../kit/scope.ts";
import type { Ledger } from "../ledger/index.ts";
import type { Memory } from "../memory/index.ts";
import type { Handlers } from "../protocol/handlers.ts";
import type { Session } from "../sessions/index.ts";
import type { Store } from "../store/index.ts";
import { createUpkeep, type RestTask, type Upkeep } from "../upkeep/index.ts";

export interface UpkeepPorts {
  readonly store: Store;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Pick<Ledger, "write">;
  readonly memory: Pick<Memory, "consolidate" | "retire">;
  /** Sessions that have not ended. */
  readonly live: () => readonly Pick<Session, "lastSeenAtMs">[];
  /** Further work for quiet hours. */
  readonly tasks?: readonly RestTask[];
}

export interface UpkeepDesk {
  readonly upkeep: Upkeep;
  /** Somebody works who has no session: it counts as activity. */
  touch(): void;
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `daemon/upkeep${string}`>>;
}

const dayMs = 86_400_000;

/** What rests until a quiet hour, and the operations that steer it. */
export function createUpkeepDesk({ memory, live, clock, tasks = [], ...ports }: UpkeepPorts): UpkeepDesk {
  const seen = activity(live, clock);
  let touchedMs = Number.NEGATIVE_INFINITY;
  const upkeep = createUpkeep({
    ...ports,
    clock,
    write: (entry) => ports.ledger.write(entry),
    lastActiveMs: () => Math.max(seen(), touchedMs),
    tasks: [
      {
        name: "note-consolidation",
        everyMs: dayMs,
        run: async (signal) => ({ ...(await memory.consolidate({ signal })) }),
      },
      { name: "note-retention", everyMs: dayMs, run: async (signal) => ({ ...(await memory.retire({ signal })) }) },
      ...tasks,
    ],
  });
  return {
    upkeep,
    touch: () => {
      touchedMs = clock.monotonicMs();
    },
    handlers: {
      "daemon/upkeep": async () => upkeep.status(),
      "daemon/upkeep-run": async ({ by = "unknown" }) => ({ command: await upkeep.ask("dream", { reason: "", by }) }),
      "daemon/upkeep-pause": async ({ seconds, by = "unknown" }) => {
        const { command, until } = await upkeep.pause({ seconds, by });
        return { command, pausedUntil: until };
      },
      "daemon/upkeep-resume": async ({ by = "unknown" }) => ({ command: await upkeep.resume({ by }) }),
    },
  };
}

/** When a session was last seen, on the monotonic clock; the daemon's start counts too. */
function activity(live: UpkeepPorts["live"], clock: Clock): () => number {
  let newestMs = 0;
  let atMs = clock.monotonicMs();
  return () => {
    const seenMs = live().reduce((newest, { lastSeenAtMs }) => Math.max(newest, lastSeenAtMs), 0);
    // Only a new sighting counts, so that a step of the wall clock is neither work nor rest.
    if (seenMs !== newestMs) {
      if (seenMs > newestMs || newestMs > clock.nowMs())
        atMs = Math.max(atMs, clock.monotonicMs() - Math.max(0, clock.nowMs() - seenMs));
      newestMs = seenMs;
    }
    return atMs;
  };
}
