import { setImmediate as turn } from "node:timers/promises";
import type { Reader } from "./reader.ts";
import type { Entry } from "./types.ts";

const entriesPerCall = 500;

/**
 * Tells listeners of committed entries, in order, each once. It reads them back from the database, so that nothing which was
 * rolled back is ever told; without listeners it costs nothing.
 */
export class Tail {
  readonly #reader: Reader;
  readonly #sizeNow: () => number;
  readonly #report: (what: string, error: unknown) => void;
  readonly #listeners = new Set<(entries: readonly Entry[]) => void>();
  #told = 0;
  #telling = false;

  constructor(reader: Reader, sizeNow: () => number, report: (what: string, error: unknown) => void) {
    this.#reader = reader;
    this.#sizeNow = sizeNow;
    this.#report = report;
  }

  /** The listener hears of entries from `size` on, or from where the others already are. */
  add(listener: (entries: readonly Entry[]) => void, size: number): () => void {
    if (this.#listeners.size === 0) this.#told = size;
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clear(): void {
    this.#listeners.clear();
  }

  isBehind(size: number): boolean {
    return this.#listeners.size > 0 && size > this.#told && !this.#telling;
  }

  /** Resolves when everything committed so far was told. */
  async tell(signal: AbortSignal): Promise<void> {
    this.#telling = true;
    try {
      for (await turn(); !signal.aborted && this.#told < this.#sizeNow(); await turn()) {
        const entries = this.#reader.list({ after: this.#told - 1, limit: entriesPerCall });
        this.#told = (entries.at(-1)?.seq ?? this.#told) + 1;
        for (const listener of this.#listeners) this.#call(listener, entries);
      }
    } finally {
      this.#telling = false;
    }
  }

  #call(listener: (entries: readonly Entry[]) => void, entries: readonly Entry[]): void {
    try {
      listener(entries);
    } catch (error) {
      this.#report("ledger tail listener", error); // one listener's fault is not the others'
    }
  }
}
