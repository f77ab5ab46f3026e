import type { HoldId } from "../protocol/ids.ts";
import type { Presence, Row } from "./rows.ts";
import type { Input } from "./types.ts";

/** Callers of one hold; one more is answered at once that it is still held. */
const callersPerHoldMax = 64;
/** Whole inputs kept for editing, all holds together, as JSON characters; beyond it a hold can't be edited. */
const inputCharsMax = 64 * 1024 * 1024;

/** What ends a wait. */
export type News =
  | { readonly kind: "approved"; readonly edited?: { readonly input: Input; readonly redactedInput: Input } }
  | { readonly kind: "closed"; readonly row: Row }
  | { readonly kind: "draining" };

interface Live {
  readonly callers: Set<(news: News) => void>;
  input: Input | undefined;
  chars: number;
}

export interface Caller {
  readonly news: Promise<News>;
  /** @returns how many others wait for the hold */
  leave(): number;
}

/** Who waits for which hold, and the whole inputs of their calls: the part of a hold that lives in memory only. */
export class Callers {
  readonly #live = new Map<HoldId, Live>();
  #chars = 0;

  presence(id: HoldId): Presence {
    const live = this.#live.get(id);
    return { waiting: live?.callers.size ?? 0, editable: live?.input !== undefined };
  }

  input(id: HoldId): Input | undefined {
    return this.#live.get(id)?.input;
  }

  /** @returns undefined when too many wait already */
  join(id: HoldId, input: Input): Caller | undefined {
    let live = this.#live.get(id);
    if (live === undefined) {
      live = { callers: new Set(), input: undefined, chars: 0 };
      this.#live.set(id, live);
    }
    if (live.callers.size >= callersPerHoldMax) return undefined;
    if (live.input === undefined) {
      const chars = JSON.stringify(input).length;
      if (this.#chars + chars <= inputCharsMax) {
        this.#chars += chars;
        live.input = input;
        live.chars = chars;
      }
    }
    const { promise, resolve } = Promise.withResolvers<News>();
    live.callers.add(resolve);
    const joined = live;
    return { news: promise, leave: () => this.#leave(id, joined, resolve) };
  }

  tell(id: HoldId, news: News): void {
    for (const resolve of this.#live.get(id)?.callers ?? []) resolve(news);
  }

  tellAll(news: News): void {
    for (const live of this.#live.values()) for (const resolve of live.callers) resolve(news);
  }

  #leave(id: HoldId, live: Live, resolve: (news: News) => void): number {
    live.callers.delete(resolve);
    if (live.callers.size > 0) return live.callers.size;
    if (this.#live.get(id) === live) {
      this.#live.delete(id);
      this.#chars -= live.chars;
    }
    return 0;
  }
}
