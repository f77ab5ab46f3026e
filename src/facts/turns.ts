interface Waiting {
  readonly start: () => void;
}

/** Lets at most `max` tasks run at a time; the others wait their turn, first come first served, or until their signal aborts. */
export class Turns {
  readonly #max: number;
  #running = 0;
  #waiting = new Set<Waiting>();

  constructor(max: number) {
    this.#max = max;
  }

  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await task();
    } finally {
      this.#running -= 1;
      const [next] = this.#waiting;
      next?.start();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#running < this.#max) {
      this.#running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const stopped = () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener("abort", stopped);
          this.#waiting.delete(waiting);
          this.#running += 1;
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", stopped, { once: true });
    });
  }
}
