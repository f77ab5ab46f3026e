import type { Json } from "../kit/canonical.ts";
import { iso, isoOrNull, type Statements, type TaskRow } from "./rows.ts";
import type { RestTask, UpkeepOptions, UpkeepTimes } from "./types.ts";
import type { UpkeepView } from "../protocol/operations/upkeep.ts";

const errorCharsMax = 300;

/** The tasks with their records: which are due, and running one round of them. */
export class Round {
  readonly #options: UpkeepOptions;
  readonly #times: UpkeepTimes;
  readonly #sql: Statements;
  /** The name of the task that runs. */
  running: string | undefined;

  constructor(options: UpkeepOptions, times: UpkeepTimes, sql: Statements) {
    this.#options = options;
    this.#times = times;
    this.#sql = sql;
  }

  due(task: RestTask): boolean {
    const nowMs = this.#options.clock.nowMs();
    const row = this.#row(task);
    if (row === undefined) return true;
    if (resting(row, nowMs)) return false;
    if (row.outcome === "failed" && nowMs >= row.ended_ms && nowMs - row.ended_ms < this.#times.retryMs) return false;
    // A record of the future was made before the clock was set back: it says nothing.
    return row.done_ms === null || row.done_ms > nowMs || nowMs - row.done_ms >= task.everyMs;
  }

  get anyDue(): boolean {
    return this.#options.tasks.some((task) => this.due(task));
  }

  /** A task that was done before and has been due for `overdueMs` since; a new daemon's first round waits for a quiet hour. */
  get overdue(): boolean {
    const nowMs = this.#options.clock.nowMs();
    return this.#options.tasks.some((task) => {
      const row = this.#row(task);
      const done = row?.done_ms ?? row?.ended_ms;
      return done !== undefined && this.due(task) && nowMs - done >= task.everyMs + this.#times.overdueMs;
    });
  }

  /**
   * Runs the tasks one after the other, beginning with `from` where a round was interrupted.
   * @param all  whether those run too that are not due
   * @param at   told before each task, so that it can be persisted where the round stands
   * @returns what came of each; ends early when the signal aborts
   */
  async run(
    { from, all, signal }: { from: string | null; all: boolean; signal: AbortSignal },
    at: (name: string | null) => Promise<void>,
  ): Promise<Record<string, "done" | "failed" | "interrupted">> {
    const { tasks } = this.#options;
    const begin = Math.max(
      0,
      tasks.findIndex(({ name }) => name === from),
    );
    const outcomes: Record<string, "done" | "failed" | "interrupted"> = {};
    for (const task of [...tasks.slice(begin), ...tasks.slice(0, begin)]) {
      if (signal.aborted) return outcomes;
      if (!(all ? !this.#rests(task) : this.due(task))) continue;
      await at(task.name);
      outcomes[task.name] = await this.#one(task, signal);
      if (outcomes[task.name] === "interrupted") return outcomes;
    }
    await at(null);
    return outcomes;
  }

  view(): UpkeepView["tasks"] {
    const nowMs = this.#options.clock.nowMs();
    return this.#options.tasks.map((task) => {
      const row = this.#row(task);
      return {
        name: task.name,
        everyMs: task.everyMs,
        due: this.due(task),
        running: this.running === task.name,
        lastEndedAt: isoOrNull(row?.ended_ms),
        lastDoneAt: isoOrNull(row?.done_ms),
        outcome: row?.outcome ?? null,
        failures: row?.failures ?? 0,
        restsUntil: row !== undefined && resting(row, nowMs) ? isoOrNull(row.rests_until_ms) : null,
        result:
          row?.result === undefined || row.result === null ? null : (JSON.parse(row.result) as Record<string, Json>),
      };
    });
  }

  async #one(task: RestTask, signal: AbortSignal): Promise<"done" | "failed" | "interrupted"> {
    const { clock, log, store } = this.#options;
    this.running = task.name;
    let outcome: "done" | "failed" | "interrupted" = "done";
    let result: Readonly<Record<string, Json>> = {};
    try {
      result = await task.run(signal);
    } catch (error) {
      outcome = signal.aborted ? "interrupted" : "failed";
      result = { error: String((error as Error).message ?? error).slice(0, errorCharsMax) };
      if (outcome === "failed") log.error({ task: task.name, err: error }, "a task of the upkeep failed");
    } finally {
      this.running = undefined;
    }
    await store.durably(() => {
      const before = this.#row(task);
      const nowMs = clock.nowMs();
      const failures =
        outcome === "failed" ? (before?.failures ?? 0) + 1 : outcome === "done" ? 0 : (before?.failures ?? 0);
      const rests =
        outcome === "failed" && failures >= this.#times.failuresMax ? nowMs + this.#times.quarantineMs : null;
      const done = outcome === "done" ? nowMs : (before?.done_ms ?? null);
      this.#sql.saveTask.run(task.name, nowMs, done, outcome, failures, rests, JSON.stringify(result));
      if (rests !== null)
        log.warn({ task: task.name, failures, until: iso(rests) }, "a task of the upkeep failed too often and rests");
    });
    return outcome;
  }

  #rests(task: RestTask): boolean {
    const row = this.#row(task);
    return row !== undefined && resting(row, this.#options.clock.nowMs());
  }

  #row(task: RestTask): TaskRow | undefined {
    return this.#sql.task.get(task.name) as TaskRow | undefined;
  }
}

const resting = ({ rests_until_ms }: TaskRow, nowMs: number): boolean =>
  rests_until_ms !== null && rests_until_ms > nowMs;
