/**
 * A lifetime for background tasks: everything started in a scope is told to stop, and waited for, when the scope closes.
 * A task that fails is reported under its name; it never becomes an unhandled rejection.
 */
export class Scope implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  readonly #report: (name: string, error: unknown) => void;

  constructor(report: (name: string, error: unknown) => void) {
    this.#report = report;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  spawn(name: string, task: (signal: AbortSignal) => Promise<void>): void {
    const running: Promise<void> = task(this.#abort.signal)
      .catch((error: unknown) => {
        if (!this.#abort.signal.aborted) this.#report(name, error);
      })
      .finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort(new Error("scope closed"));
    await Promise.allSettled(this.#tasks);
  }
}
