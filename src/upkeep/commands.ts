import type { Clock } from "../kit/clock.ts";
import { newId } from "../protocol/ids.ts";
import type { UpkeepCommandView } from "../protocol/operations/upkeep.ts";
import { Refusal } from "../protocol/refusals.ts";
import { type CommandRow, commandView, type Statements } from "./rows.ts";
import type { CommandKind } from "./types.ts";

/** More than this is somebody's loop, not somebody's wish. */
export const queuedMax = 64;
export const commandsKeptMax = 100;

/** What was asked of the upkeep, on disk from asking to outcome. Its methods are for works of the store. */
export class Commands {
  readonly #sql: Statements;
  readonly #clock: Clock;

  constructor(sql: Statements, clock: Clock) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** @throws Refusal BUSY  `queuedMax` wait already */
  add(kind: CommandKind, { reason, by }: { reason: string; by: string }, outcome?: string): UpkeepCommandView {
    if (this.waiting().length >= queuedMax)
      throw new Refusal("BUSY", `${queuedMax} commands wait for the upkeep already.`, "See: signalbox upkeep show");
    const nowMs = this.#clock.nowMs();
    const id = newId("cmd");
    const ended = outcome === undefined ? null : nowMs;
    this.#sql.addCommand.run(id, kind, ended === null ? "queued" : "done", reason, by, nowMs, ended, outcome ?? null);
    this.#sql.trim.run(commandsKeptMax);
    return commandView(this.#sql.command.get(id) as unknown as CommandRow);
  }

  /** Queued or running, oldest first: what runs when the daemon is killed is taken up again. */
  waiting(): UpkeepCommandView[] {
    return (this.#sql.queued.all() as unknown as CommandRow[]).map(commandView);
  }

  newest(): UpkeepCommandView[] {
    return (this.#sql.newest.all(commandsKeptMax) as unknown as CommandRow[]).map(commandView);
  }

  end(ids: readonly string[], state: UpkeepCommandView["state"], note: string): void {
    const ended = state === "running" ? null : this.#clock.nowMs();
    for (const id of ids) this.#sql.endCommand.run(state, ended, note, id);
  }
}
