import type { IaiCaller } from "./ports.ts";

/**
 * What a connection remembers, in the order in which it came: whoever writes a note (even by a notification, which is not answered) and
 * asks for it on the same connection finds it. Without this the two would race through the question where the client works.
 * Bounded by the calls in flight of a connection; what waits here goes when its call is aborted.
 */
export class WriteOrder {
  readonly #last = new WeakMap<object, Promise<unknown>>();

  /** Runs after the connection's earlier writes have ended, well or badly. @param writes  later calls wait for this one */
  run<T>({ call }: IaiCaller, writes: boolean, work: () => T | Promise<T>): Promise<T> {
    const before = this.#last.get(call.connection) ?? Promise.resolve();
    const running = ended(before, call.signal).then(work);
    if (writes) this.#last.set(call.connection, Promise.allSettled([before, running]));
    return running;
  }
}

/** @throws the signal's reason, when that comes first */
async function ended(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([before, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
