import { limits } from "../protocol/limits.ts";
import type { UpkeepCommandView, UpkeepState, UpkeepView } from "../protocol/operations/upkeep.ts";
import { Refusal } from "../protocol/refusals.ts";
import { Commands } from "./commands.ts";
import { asleep, type Scene, transition } from "./machine.ts";
import { Round } from "./round.ts";
import { iso, isoOrNull, type StateRow, type Statements, statements } from "./rows.ts";
import type { CommandKind, Upkeep, UpkeepOptions, UpkeepTimes } from "./types.ts";

const usualTimes: UpkeepTimes = {
  drowsyAfterMs: 5 * 60_000,
  sleepAfterMs: 30 * 60_000,
  overdueMs: 24 * 3_600_000,
  quarantineMs: 24 * 3_600_000,
  failuresMax: 3,
  retryMs: 10 * 60_000,
  tickMs: 5_000,
};

/** Starts the scheduler in the scope. */
export function createUpkeep(options: UpkeepOptions): Upkeep {
  return new Scheduler(options);
}

interface Dream {
  readonly stop: AbortController;
  /** It was asked for, or is overdue: whoever works does not interrupt it. */
  readonly pressing: boolean;
  readonly ended: Promise<void>;
}

class Scheduler implements Upkeep {
  readonly #options: UpkeepOptions;
  readonly #times: UpkeepTimes;
  readonly #sql: Statements;
  readonly #commands: Commands;
  readonly #round: Round;
  #state: UpkeepState = "WAKE";
  /** The state that is being written down: what asked for it waits no more, and it is not in force yet. */
  #coming: UpkeepState | undefined;
  #sinceMs: number;
  /** When the state began, on the monotonic clock: work after it has stirred it. */
  #sinceMonotonicMs: number;
  #atTask: string | null = null;
  /** When the pause ends, on both clocks: the wall's is for people and for the next daemon. */
  #pause: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
  #dream: Dream | undefined;
  /** The newest round began in its sleep. */
  #slept = false;
  #lastTurnMs: number | undefined;
  /** When it was last woken by name, which counts as work: it would fall asleep again at once. */
  #wokenMs = Number.NEGATIVE_INFINITY;
  #nudge = Promise.withResolvers<void>();
  #turned = Promise.withResolvers<void>();

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#times = { ...usualTimes, ...options.times };
    this.#sql = statements(options.store.db);
    this.#commands = new Commands(this.#sql, options.clock);
    this.#round = new Round(options, this.#times, this.#sql);
    const { clock } = options;
    const row = this.#sql.state.get() as StateRow | undefined;
    this.#sinceMs = clock.nowMs();
    this.#sinceMonotonicMs = clock.monotonicMs();
    this.#atTask = row?.at_task ?? null;
    // A daemon that starts is awake; a pause goes on for what the wall clock says is left of it.
    const leftMs = Math.min((row?.paused_until_ms ?? 0) - clock.nowMs(), limits.upkeepPauseMsMax);
    if (leftMs > 0) this.#pause = { wallMs: clock.nowMs() + leftMs, monotonicMs: clock.monotonicMs() + leftMs };
    options.scope.spawn("upkeep", (signal) => this.#live(signal));
  }

  get state(): UpkeepState {
    return this.#state;
  }

  get paused(): boolean {
    return this.#pause !== undefined && this.#options.clock.monotonicMs() < this.#pause.monotonicMs;
  }

  status(): UpkeepView {
    const { clock, lastActiveMs } = this.#options;
    return {
      state: this.#state,
      since: iso(this.#sinceMs),
      paused: this.paused,
      pausedUntil: this.paused ? isoOrNull(this.#pause?.wallMs) : null,
      lastTurnAt: isoOrNull(this.#lastTurnMs),
      idleMs: Math.round(clock.monotonicMs() - Math.max(lastActiveMs(), this.#wokenMs)),
      tasks: this.#round.view(),
      commands: this.#commands.newest(),
    };
  }

  async ask(
    kind: Exclude<CommandKind, "pause" | "resume">,
    about: { reason: string; by: string },
  ): Promise<UpkeepCommandView> {
    const sleeps =
      asleep(this.#coming ?? this.#state) || this.#commands.waiting().some((command) => command.kind === "sleep");
    if (kind === "sleep" && sleeps)
      throw new Refusal("CONFLICT", `It sleeps already, or is about to: ${this.#state}.`, "See: signalbox upkeep show");
    const command = await this.#options.store.durably(() => {
      const added = this.#commands.add(kind, about);
      // A session that opens is in the ledger by itself.
      if (kind !== "session") this.#enter("upkeep/asked", { command: added.id, kind, ...about });
      return added;
    });
    this.#nudge.resolve();
    return command;
  }

  async pause({ seconds, by }: { seconds?: number | undefined; by: string }) {
    const { clock, store } = this.#options;
    const ms = Math.min(seconds === undefined ? limits.upkeepPauseMsMax : seconds * 1_000, limits.upkeepPauseMsMax);
    const pause = { wallMs: clock.nowMs() + ms, monotonicMs: clock.monotonicMs() + ms };
    const until = iso(pause.wallMs);
    const command = await store.durably(() => {
      this.#save({ pausedUntilMs: pause.wallMs });
      this.#enter("upkeep/paused", { until, by });
      return this.#commands.add("pause", { reason: "", by }, `until ${until}`);
    });
    this.#pause = pause;
    this.#nudge.resolve();
    return { command, until };
  }

  async resume({ by }: { by: string }): Promise<UpkeepCommandView> {
    const was = this.paused;
    const command = await this.#options.store.durably(() => {
      this.#save({ pausedUntilMs: null });
      if (was) this.#enter("upkeep/resumed", { by });
      return this.#commands.add("resume", { reason: "", by }, was ? "the pause is over" : "it was not paused");
    });
    this.#pause = undefined;
    this.#nudge.resolve();
    return command;
  }

  turn(): Promise<void> {
    return this.#turned.promise;
  }

  /** The only place from which the state is moved: a turn at every tick, and one when something was asked. */
  async #live(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#takeTurn();
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        failures += 1;
        if (failures % 100 === 1)
          this.#options.log.error({ failures, err: error }, "the upkeep's turn failed; it tries again at the next");
      }
      const turned = this.#turned;
      this.#turned = Promise.withResolvers<void>();
      turned.resolve();
      await this.#sleep(signal);
    }
    this.#dream?.stop.abort(signal.reason);
    await this.#dream?.ended;
  }

  /** Until the next tick, the end of the pause, or until something is asked. */
  async #sleep(signal: AbortSignal): Promise<void> {
    const nudged = this.#nudge.promise;
    const over = new AbortController();
    const leftMs = this.#pause === undefined ? Infinity : this.#pause.monotonicMs - this.#options.clock.monotonicMs();
    const ms = Math.max(0, Math.min(this.#times.tickMs, leftMs));
    const slept = this.#options.clock.sleep(ms, { signal: AbortSignal.any([signal, over.signal]) });
    await Promise.race([slept.catch(() => {}), nudged]); // what ends a sleep early is the scope's end or the nudge
    over.abort(new Error("nudged"));
    this.#nudge = Promise.withResolvers<void>();
  }

  async #takeTurn(): Promise<void> {
    const { clock, store } = this.#options;
    this.#lastTurnMs = clock.nowMs();
    if (this.#pause !== undefined && !this.paused) await this.#pauseIsOver();
    const waiting = this.#commands.waiting();
    const asked = this.#asked(waiting);
    // A dream that was asked for waits out a pause and a dream that runs.
    const dreams = waiting.filter(({ kind }) => kind === "dream").map(({ id }) => id);
    const others = waiting.filter(({ kind }) => kind !== "dream").map(({ id }) => id);
    const opened = waiting.some(({ kind }) => kind === "session");
    if (opened || asked === "wake") this.#wokenMs = clock.monotonicMs();
    const next = transition(this.#scene(asked, opened), this.#times);
    const dreaming = next === "DREAMING" && this.#dream === undefined;
    const was = this.#state;
    try {
      this.#coming = next;
      if (others.length > 0 || next !== was)
        await store.durably(() => {
          this.#commands.end(others, "done", `the state is ${next}`);
          if (dreaming) this.#commands.end(dreams, "running", "");
          this.#save({ state: next });
        });
      if (next !== was) this.#become(next);
    } finally {
      this.#coming = undefined;
    }
    if (next !== "DREAMING" && this.#dream !== undefined) {
      this.#dream.stop.abort(new Error(asked === "wake" ? "woken" : this.paused ? "paused" : "somebody works"));
      await this.#dream.ended;
    } else if (dreaming)
      this.#dream = this.#startDream(dreams, asked === "dream" || this.#round.overdue, was === "SLEEP");
  }

  #asked(waiting: readonly UpkeepCommandView[]): "sleep" | "wake" | "dream" | undefined {
    const last = waiting.findLast(({ kind }) => kind === "sleep" || kind === "wake")?.kind;
    if (last === "wake") return "wake";
    if (waiting.some(({ kind }) => kind === "dream") && this.#dream === undefined && !this.paused) return "dream";
    return last === "sleep" ? "sleep" : undefined;
  }

  #scene(asked: "sleep" | "wake" | "dream" | undefined, opened: boolean): Scene {
    const { clock, lastActiveMs } = this.#options;
    const activeMs = Math.max(lastActiveMs(), this.#wokenMs);
    return {
      state: this.#state,
      idleMs: clock.monotonicMs() - activeMs,
      paused: this.paused,
      due: this.#round.anyDue,
      overdue: this.#round.overdue,
      asked,
      stirred: opened || activeMs > this.#sinceMonotonicMs,
      dream: this.#dream === undefined ? "none" : this.#dream.pressing ? "pressing" : "running",
      slept: this.#slept,
    };
  }

  #become(state: UpkeepState): void {
    const { clock, log } = this.#options;
    log.debug({ from: this.#state, to: state }, "the upkeep changed its state");
    this.#state = state;
    this.#sinceMs = clock.nowMs();
    // Falling asleep takes several states; who worked before the first of them stirs none of them.
    this.#sinceMonotonicMs = clock.monotonicMs();
    if (state !== "DREAMING") this.#nudge.resolve(); // the next state may follow at once
  }

  #startDream(commands: readonly string[], pressing: boolean, slept: boolean): Dream {
    this.#slept = slept;
    const stop = new AbortController();
    const all = commands.length > 0;
    const { store } = this.#options;
    const run = async () => {
      let outcomes: Record<string, "done" | "failed" | "interrupted"> = {};
      try {
        outcomes = await this.#round.run({ from: this.#atTask, all, signal: stop.signal }, async (at) => {
          this.#atTask = at;
          await store.durably(() => this.#save({}));
        });
      } catch (error) {
        this.#options.log.error({ err: error }, "a round of the upkeep could not be recorded");
        outcomes["record"] = "failed";
      }
      const names = Object.entries(outcomes);
      const state = stop.signal.aborted
        ? "interrupted"
        : names.some(([, outcome]) => outcome === "failed")
          ? "failed"
          : "done";
      const note = stop.signal.aborted
        ? `interrupted: ${(stop.signal.reason as Error).message}`
        : names.length === 0
          ? "nothing was due"
          : names.map(([name, outcome]) => `${name} ${outcome}`).join(", ");
      await store
        .durably(() => {
          this.#commands.end(commands, state, note);
          if (names.length > 0) this.#enter("upkeep/rounded", { outcome: state, tasks: outcomes, asked: all });
        })
        .catch((error: unknown) => this.#options.log.error({ err: error }, "a round's end could not be recorded"));
      this.#dream = undefined;
      this.#nudge.resolve();
    };
    // Begun in the next loop turn, so that the state is DREAMING before the first task runs.
    return { stop, pressing, ended: Promise.resolve().then(run) };
  }

  async #pauseIsOver(): Promise<void> {
    await this.#options.store.durably(() => {
      this.#save({ pausedUntilMs: null });
      this.#enter("upkeep/resumed", { by: "deadline" });
    });
    this.#pause = undefined;
  }

  /** In a work of the store. */
  #save(change: { state?: UpkeepState; pausedUntilMs?: number | null }): void {
    const { state = this.#state, pausedUntilMs = this.#pause?.wallMs ?? null } = change;
    const since = state === this.#state ? this.#sinceMs : this.#options.clock.nowMs();
    this.#sql.save.run(state, since, pausedUntilMs, this.#atTask);
  }

  #enter(kind: string, payload: Parameters<UpkeepOptions["write"]>[0]["payload"]): void {
    this.#options.write({ kind, payload });
  }
}
