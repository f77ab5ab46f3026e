import type { Json } from "../kit/canonical.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { Scope } from "../kit/scope.ts";
import type { UpkeepCommandView, UpkeepState, UpkeepView } from "../protocol/operations/upkeep.ts";
import type { Store } from "../store/index.ts";

/** Work that waits for a quiet hour. */
export interface RestTask {
  /** kebab-case, e.g. `note-consolidation`. */
  readonly name: string;
  /** It is due again this long after it was last done. */
  readonly everyMs: number;
  /** @returns what was done, for people. Ends soon after `signal` aborts; what is left is done at the next run. */
  run(signal: AbortSignal): Promise<Readonly<Record<string, Json>>>;
}

export interface UpkeepTimes {
  /** Without activity for this long: drowsy. */
  readonly drowsyAfterMs: number;
  /** Then asleep, and what is due runs. */
  readonly sleepAfterMs: number;
  /** A round that is due for this long runs though somebody works. */
  readonly overdueMs: number;
  /** A task that failed too often rests for this long. */
  readonly quarantineMs: number;
  readonly failuresMax: number;
  /** A task that failed is due again after this long. */
  readonly retryMs: number;
  /** How often the scheduler looks by itself. */
  readonly tickMs: number;
}

export interface UpkeepOptions {
  readonly store: Pick<Store, "db" | "durably">;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly log: Log;
  /** `ledger.write` */
  readonly write: (entry: { kind: string; payload: Readonly<Record<string, Json>> }) => unknown;
  readonly tasks: readonly RestTask[];
  /** When somebody last worked, on the monotonic clock. */
  readonly lastActiveMs: () => number;
  readonly times?: Partial<UpkeepTimes>;
}

export type CommandKind = UpkeepCommandView["kind"];

export interface Upkeep {
  status(): UpkeepView;
  readonly state: UpkeepState;
  readonly paused: boolean;
  /**
   * Queues a command; the scheduler carries it out at its next turn, which comes at once.
   * @throws Refusal CONFLICT (`sleep` while it sleeps already), BUSY (too many wait)
   */
  ask(
    kind: Exclude<CommandKind, "pause" | "resume">,
    about: { reason: string; by: string },
  ): Promise<UpkeepCommandView>;
  /** @param seconds  until it resumes by itself; without, it stays paused until `resume`, at most `upkeepPauseMsMax` */
  pause(about: {
    seconds?: number | undefined;
    by: string;
  }): Promise<{ readonly command: UpkeepCommandView; readonly until: string }>;
  resume(about: { by: string }): Promise<UpkeepCommandView>;
  /** Resolves when the scheduler has taken its next turn: for tests, which wait for the event and not for time. */
  turn(): Promise<void>;
}
