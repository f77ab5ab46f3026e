/** A deadline comes in so many steps. */
const steps = 10;

/**
 * A deadline that counts the loop's own time: when the loop was blocked, or the machine slept or gave us no processor, whatever was asked may long be
 * answered, and the answers wait behind the timer. So it comes in steps, each at most one however late it fires, and before the last
 * word everything that has arrived gets its turn. Where the loop runs freely this is `ms` of the clock.
 */
export class LoopDeadline implements Disposable {
  readonly #over = new AbortController();
  readonly #stepMs: number;
  #timer: NodeJS.Timeout | undefined;
  #left = steps;

  constructor(ms: number) {
    this.#stepMs = ms / steps;
    this.#step();
  }

  /** Aborts at the deadline, unless this was disposed before. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  [Symbol.dispose](): void {
    this.#left = 0;
    clearTimeout(this.#timer);
  }

  #step(): void {
    this.#timer = setTimeout(() => {
      this.#left -= 1;
      if (this.#left > 0) return this.#step();
      setImmediate(() => this.#over.abort(late));
    }, this.#stepMs).unref();
  }
}

const late = new Error("it was not found out in time");
