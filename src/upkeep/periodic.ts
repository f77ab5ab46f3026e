import { type Clock, every } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Scope } from "../kit/scope.ts";

interface Task {
  /** kebab-case, e.g. `hold-sweep`. */
  readonly name: string;
  readonly periodMs: number;
  /** The first run is so long from now; default `periodMs`. */
  readonly firstMs?: number;
  run(signal: AbortSignal): unknown;
}

interface UpkeepOptions {
  readonly scope: Scope;
  readonly clock: Clock;
  readonly log: Log;
  readonly tasks: readonly Task[];
}

/**
 * Starts what must always go on, whatever rests (sweeps, retention of the ledger): every task in the scope, the first run one
 * period from now or as the task says. A task never overlaps itself; one that fails is logged under its name and runs again at its next period. A
 * stepped clock stops nothing, because pauses are measured by the monotonic clock.
 */
export function startUpkeep({ scope, clock, log, tasks }: UpkeepOptions): void {
  for (const task of tasks) {
    // A task that fails at every run says so at the first, then once in a hundred: the log is bounded, but so is patience.
    let failures = 0;
    const run = async (signal: AbortSignal): Promise<void> => {
      try {
        await task.run(signal);
        if (failures > 0) log.info({ task: task.name, failures }, "the periodic task works again");
        failures = 0;
      } catch (error) {
        if (signal.aborted) return; // the scope is closing, and the task was told so
        failures += 1;
        if (failures % 100 === 1) log.error({ task: task.name, failures, err: error }, "a periodic task failed");
      }
    };
    scope.spawn(task.name, async (signal) => {
      if (task.firstMs !== undefined) {
        await clock.sleep(task.firstMs, { signal });
        await run(signal);
      }
      await every(clock, task.periodMs, () => run(signal), { signal });
    });
  }
}
