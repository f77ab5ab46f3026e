import type { DatabaseSync } from "node:sqlite";
import type { SessionKey, TrailStep } from "./types.ts";

/** Of each leg, the first ones: they stay what they are, so that a verdict that rests on them stays the same. */
export const trailStepsPerLegMax = 8;
/** Steps of calls that were not let through and are not known to have run; the oldest go first. */
export const pendingStepsMax = 64;
const whatCharsMax = 512;
/** Sessions whose trail is kept in memory; all are forgotten, and read again, when there are more. */
const trailsKnownMax = 4_096;

const keyOf = (agent: string, session: string): string => `${agent}\0${session}`;

/** The trail of each session. For works of the store; `of` may be asked at any time. */
export class Trails {
  readonly #sql;
  /** What `of` answered, until it changes: it is asked at every verdict and hardly ever changes. */
  readonly #known = new Map<string, readonly TrailStep[]>();

  constructor(db: DatabaseSync) {
    this.#sql = {
      of: db.prepare(
        "SELECT leg, entry, what FROM sessions_trail WHERE agent = ? AND session = ? AND ran = 1 ORDER BY entry",
      ),
      count: db.prepare(
        "SELECT count(*) AS n FROM sessions_trail WHERE agent = ? AND session = ? AND ran = 1 AND leg = ?",
      ),
      add: db.prepare(
        "INSERT OR IGNORE INTO sessions_trail (agent, session, ran, leg, entry, what) VALUES (?, ?, ?, ?, ?, ?)",
      ),
      pending: db.prepare(
        "SELECT leg, entry, what FROM sessions_trail WHERE agent = ? AND session = ? AND ran = 0 AND entry = ?",
      ),
      drop: db.prepare("DELETE FROM sessions_trail WHERE agent = ? AND session = ? AND ran = 0 AND entry = ?"),
      dropOldest: db.prepare(
        `DELETE FROM sessions_trail WHERE agent = ?1 AND session = ?2 AND ran = 0 AND entry <=
           (SELECT entry FROM sessions_trail WHERE agent = ?1 AND session = ?2 AND ran = 0 ORDER BY entry DESC LIMIT 1 OFFSET ?3)`,
      ),
      forget: db.prepare("DELETE FROM sessions_trail WHERE agent = ? AND session = ?"),
    };
  }

  of({ agent, session }: SessionKey): readonly TrailStep[] {
    const key = keyOf(agent, session);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const steps = this.#sql.of.all(agent, session) as unknown as TrailStep[];
    if (this.#known.size >= trailsKnownMax) this.#known.clear();
    this.#known.set(key, steps);
    return steps;
  }

  /** Rows that this process wrote are gone again. */
  rolledBack(): void {
    this.#known.clear();
  }

  add({ agent, session }: SessionKey, steps: readonly TrailStep[], ran: boolean): void {
    if (steps.length === 0) return;
    if (ran) this.#known.delete(keyOf(agent, session));
    for (const { leg, entry, what } of steps) {
      if (ran && (this.#sql.count.get(agent, session, leg) as { n: number }).n >= trailStepsPerLegMax) continue;
      this.#sql.add.run(agent, session, ran ? 1 : 0, leg, entry, what.slice(0, whatCharsMax));
    }
    if (!ran) this.#sql.dropOldest.run(agent, session, pendingStepsMax);
  }

  /** A call that was not let through ran all the same: its host's own dialog released it, or nobody asked us. */
  ran(key: SessionKey, entry: number): void {
    const steps = this.#sql.pending.all(key.agent, key.session, entry) as unknown as TrailStep[];
    if (steps.length === 0) return;
    this.add(key, steps, true);
    this.#sql.drop.run(key.agent, key.session, entry);
  }

  forget({ agent, session }: SessionKey): void {
    this.#known.delete(keyOf(agent, session));
    this.#sql.forget.run(agent, session);
  }
}
