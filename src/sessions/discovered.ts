import type { SessionView } from "../protocol/session-view.ts";
import { type Live, liveOfNothing } from "./live.ts";
import { keyOf } from "./keys.ts";
import type { Discovered } from "./types.ts";

/** Sessions that were found in the process table and never told us anything. They are in memory only: nothing is known to keep. */
export class Discoveries {
  readonly #found = new Map<string, { readonly live: Live; readonly said: string }>();

  /** @returns the keys of those that came, changed or went */
  replace(found: readonly Discovered[], nowMs: number): string[] {
    const changed: string[] = [];
    const now = new Set<string>();
    for (const one of found) {
      const key = keyOf(one);
      const before = this.#found.get(key);
      const said = JSON.stringify(one);
      now.add(key);
      if (before?.said === said) continue;
      const state = one.busy ? "working" : "idle";
      const came =
        before?.live.came.state === state ? before.live.came : ({ state, waitingFor: null, atMs: nowMs } as const);
      this.#found.set(key, { said, live: { ...liveOfNothing(one, nowMs), came } });
      changed.push(key);
    }
    for (const key of this.#found.keys())
      if (!now.has(key)) {
        this.#found.delete(key);
        changed.push(key);
      }
    return changed;
  }

  keys(): Iterable<string> {
    return this.#found.keys();
  }

  view(key: string, viewOf: (live: Live) => SessionView): SessionView | undefined {
    const found = this.#found.get(key);
    if (found === undefined) return undefined;
    const { live } = found;
    const busy = live.came.state === "working";
    return {
      ...viewOf(live),
      state: live.came.state,
      why: `found in the process table${busy ? ", where it uses the processor" : ""}; wire it to see what it does`,
      discovered: true,
      lastSeenAt: new Date(live.lastSeenAtMs).toISOString(),
    };
  }

  find(session: string, agent: string | undefined): string | undefined {
    const matching = [...this.#found].filter(
      ([, { live }]) => live.id.startsWith(session) && (agent === undefined || live.agent === agent),
    );
    return matching.length === 1 ? matching[0]?.[0] : undefined;
  }
}
