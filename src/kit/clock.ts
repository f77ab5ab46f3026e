/**
 * The one source of time. Rooms take a `Clock`, so tests can step it and nothing sleeps.
 * `nowMs` is wall time (epoch milliseconds, may step); `monotonicMs` never goes back and is what deadlines use.
 */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. The timer does not keep the process alive. */
  sleep(ms: number, options: { signal: AbortSignal }): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, { signal }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const done = () => {
        signal.removeEventListener("abort", stopped);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, timerMsMax));
      timer.unref();
      const stopped = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      signal.addEventListener("abort", stopped, { once: true });
    }),
};

/** Node turns a longer delay into 1 ms, so a sleep is capped here (24.8 days). */
const timerMsMax = 2 ** 31 - 1;

/** Runs `task` every `periodMs` until the signal aborts; the pause starts when the task has ended, so runs never overlap. */
export async function every(
  clock: Clock,
  periodMs: number,
  task: () => void | Promise<void>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(periodMs, { signal });
    } catch {
      return; // the only thing that ends a sleep early is the signal, and that is how this loop is meant to end
    }
    await task();
  }
}
