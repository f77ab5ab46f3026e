import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock for tests: time passes only in `advance`, and the wall clock can be set without time passing. */
export class SteppedClock implements Clock {
  #wallMs: number;
  #passedMs = 1_000;
  #sleepers: Sleeper[] = [];

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#passedMs;
  }

  get sleepers(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const stopped = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      };
      const wake = () => {
        signal.removeEventListener("abort", stopped);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#passedMs + ms, wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", stopped, { once: true });
    });
  }

  /** Lets time pass on both clocks and wakes who is due. */
  advance(ms: number): void {
    this.#passedMs += ms;
    this.#wallMs += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.dueMs <= this.#passedMs);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.dueMs > this.#passedMs);
    for (const sleeper of due) sleeper.wake();
  }

  /** Sets the wall clock, as ntpd or a person would. */
  stepWall(ms: number): void {
    this.#wallMs += ms;
  }
}
