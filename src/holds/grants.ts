import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../kit/clock.ts";
import type { Effect, EffectPlace } from "../protocol/effects.ts";
import { type GrantId, type HoldId, newId } from "../protocol/ids.ts";
import { limits } from "../protocol/limits.ts";
import type { GrantView } from "../protocol/operations/holds.ts";
import { type Row, effectsOf, factsOf, prepare } from "./rows.ts";
import type { HeldCall, ProcessId } from "./types.ts";

/** Grants of one session; one more ends the oldest. */
const grantsPerSessionMax = 256;

interface GrantRow {
  readonly id: GrantId;
  readonly hold: HoldId;
  readonly agent: string;
  readonly session: string;
  readonly tool: string;
  readonly rule: string;
  readonly covers: string;
  readonly scripts: string;
  readonly pid: number | null;
  readonly start_time: number | null;
  readonly granted_ms: number;
  readonly expires_ms: number;
}

export interface Grant {
  readonly id: string;
  readonly hold: string;
  readonly words: string;
}

export interface GrantsOptions {
  readonly db: DatabaseSync;
  readonly clock: Clock;
  readonly ageMsMax: number;
  readonly alive: (process: ProcessId) => boolean;
}

/**
 * "For the session": a person released one call and all like it. Like it means: the same agent, session, tool and rule, and no effect
 * that the granted call did not have, where an effect is its kind, place, reach and secrecy together with its target: the target's
 * folder in the workspace, a worktree or temp, the exact target anywhere else. Scripts that it would run must be unchanged.
 * It never covers what can't be undone, can't be seen or sends a secret. It ends with the session, with the agent's process, or
 * after `ageMsMax`; a wall clock that is set back ends it too.
 * All methods but `note` are for works of the store: they touch the database only.
 */
export class Grants {
  readonly #options: GrantsOptions;
  readonly #sql;
  /** Monotonic deadlines of grants made by this process: a clock set back must not lengthen them. */
  readonly #deadlines = new Map<string, number>();

  constructor(options: GrantsOptions) {
    this.#options = options;
    const { db } = options;
    this.#sql = {
      insert: prepare(
        db,
        `INSERT INTO holds_grants (id, hold, agent, session, tool, rule, covers, scripts, pid, start_time, granted_ms, expires_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      find: prepare(
        db,
        "SELECT * FROM holds_grants WHERE agent = ? AND session = ? AND tool = ? AND rule = ? ORDER BY seq",
      ),
      any: prepare(db, "SELECT 1 FROM holds_grants WHERE agent = ? AND session = ? LIMIT 1"),
      list: prepare(
        db,
        "SELECT * FROM holds_grants WHERE (? IS NULL OR session = ?) AND expires_ms > ? ORDER BY seq DESC LIMIT ?",
      ),
      get: prepare(db, "SELECT * FROM holds_grants WHERE id = ?"),
      revoke: prepare(db, "DELETE FROM holds_grants WHERE id = ?"),
      endSession: prepare(db, "DELETE FROM holds_grants WHERE agent = ? AND session = ?"),
      endOldest: prepare(
        db,
        `DELETE FROM holds_grants WHERE seq IN
           (SELECT seq FROM holds_grants WHERE agent = ? AND session = ? ORDER BY seq DESC LIMIT -1 OFFSET ?)`,
      ),
      endOld: prepare(db, "DELETE FROM holds_grants WHERE expires_ms <= ? OR granted_ms > ?"),
    };
  }

  /** Saves the grant for a hold that `uncoverable` found nothing against. */
  add(row: Row): Grant {
    const now = this.#options.clock.nowMs();
    const id = newId("grant");
    const covers = coveredBy(effectsOf(row), row.cwd);
    this.#sql.insert.run(
      id,
      row.id,
      row.agent,
      row.session,
      row.tool,
      row.rule,
      JSON.stringify(covers),
      JSON.stringify(scriptsOf(factsOf(row))),
      row.pid,
      row.start_time,
      now,
      now + this.#options.ageMsMax,
    );
    this.#sql.endOldest.run(row.agent, row.session, grantsPerSessionMax);
    return { id, hold: row.id, words: wordsFor(row.tool, covers) };
  }

  /** After the commit. */
  note(id: string): void {
    this.#deadlines.set(id, this.#options.clock.monotonicMs() + this.#options.ageMsMax);
  }

  match(call: HeldCall): Grant | undefined {
    const { judged } = call;
    const wanted = coveredBy(judged.effects, call.cwd);
    if (judged.verdict !== "hold" || uncoverable(judged.effects) !== undefined) return undefined;
    for (const row of this.#sql.find.all<GrantRow>(call.agent, call.session, call.tool, judged.rule)) {
      if (!this.#stands(row, call.process)) continue;
      const covers = new Set(JSON.parse(row.covers) as string[]);
      if (!wanted.every((effect) => covers.has(effect))) continue;
      const scripts = JSON.parse(row.scripts) as Record<string, string>;
      const now = scriptsOf(judged.facts);
      if (!Object.keys(now).every((key) => scripts[key] === now[key])) continue;
      return { id: row.id, hold: row.hold, words: wordsFor(call.tool, [...covers]) };
    }
    return undefined;
  }

  any(agent: string, session: string): boolean {
    return this.#sql.any.first(agent, session) !== undefined;
  }

  /** Those that stand, newest first. */
  list({ session, limit }: { session?: string | undefined; limit: number }): GrantView[] {
    const wanted = session ?? null;
    return this.#sql.list
      .all<GrantRow>(wanted, wanted, this.#options.clock.nowMs(), limit)
      .filter((row) => this.#stands(row, undefined))
      .map(viewOfGrant);
  }

  /** @returns the grant that is no more, or nothing when there was none */
  revoke(id: GrantId): GrantView | undefined {
    const row = this.#sql.get.first<GrantRow>(id);
    if (row === undefined) return undefined;
    this.#sql.revoke.run(id);
    return viewOfGrant(row);
  }

  endSession(agent: string, session: string): void {
    this.#sql.endSession.run(agent, session);
  }

  sweep(): void {
    const now = this.#options.clock.nowMs();
    this.#sql.endOld.run(now, now + stepToleranceMs);
    const passed = this.#options.clock.monotonicMs();
    for (const [id, deadline] of this.#deadlines) if (deadline <= passed) this.#deadlines.delete(id);
  }

  #stands(row: GrantRow, process: ProcessId | undefined): boolean {
    const now = this.#options.clock.nowMs();
    if (row.expires_ms <= now || row.granted_ms > now + stepToleranceMs) return false;
    const deadline = this.#deadlines.get(row.id);
    if (deadline !== undefined && deadline <= this.#options.clock.monotonicMs()) return false;
    if (row.pid === null || row.start_time === null) return true;
    if (process !== undefined && (process.pid !== row.pid || process.startTime !== row.start_time)) return false;
    return this.#options.alive({ pid: row.pid, startTime: row.start_time });
  }
}

function viewOfGrant(row: GrantRow): GrantView {
  const { id, hold, agent, session, tool, rule } = row;
  return {
    id,
    hold,
    agent,
    session,
    tool,
    rule,
    words: wordsFor(tool, JSON.parse(row.covers) as string[]),
    grantedAt: new Date(row.granted_ms).toISOString(),
    expiresAt: new Date(row.expires_ms).toISOString(),
  };
}

/** A wall clock corrected by less than this is drift, not a step. */
export const stepToleranceMs = 60_000;

/** Why a call with these effects can't be released for a session; `undefined` when it can. */
export function uncoverable(effects: readonly Effect[]): string | undefined {
  if (effects.length === 0) return "what it would do is not known";
  if (effects.length >= limits.effectsMax) return "it would do too much to be described";
  for (const effect of effects) {
    if (effect.undoable === "no") return `it can't be undone (${effect.what})`;
    if (effect.kind === "opaque" || effect.sure === "opaque")
      return `it can't be seen what it would do (${effect.what})`;
    if (effect.secret === "sends") return `it may send a secret (${effect.what})`;
    if (effect.target.length >= limits.effectTargetCharsMax)
      return `its target is too long to be described (${effect.what})`;
  }
  return undefined;
}

/** Whether everything that it would do can be undone. */
export function undoable(effects: readonly Effect[]): boolean {
  return effects.length > 0 && effects.every((effect) => effect.undoable !== "no" && effect.sure !== "opaque");
}

function coveredBy(effects: readonly Effect[], cwd: string): string[] {
  return [
    ...new Set(
      effects.map((effect) => `${effect.kind} ${effect.reach} ${effect.place} ${secrecy(effect)}${near(effect, cwd)}`),
    ),
  ];
}

const secrecy = (effect: Effect): string => (effect.secret === "none" ? "" : `${effect.secret} a secret: `);

/** What is the operator's own project or scratch is covered by folder; anything else only as that exact target. */
const byFolder: ReadonlySet<EffectPlace> = new Set(["workspace", "worktree", "temp"]);

function near({ target, place }: Effect, cwd: string): string {
  if (place === "remote") return target;
  if (!/^[/~]/.test(target)) return `${target} in ${cwd}`;
  const cut = target.replace(/\/+$/, "").lastIndexOf("/");
  return byFolder.has(place) && cut > 0 ? `${target.slice(0, cut)}/*` : target;
}

function wordsFor(tool: string, covers: readonly string[]): string {
  const shown = covers.slice(0, 4).join(", ");
  return `for the session: ${tool}, same rule, nothing but ${shown}${covers.length > 4 ? ` and ${covers.length - 4} more` : ""}`;
}

function scriptsOf(facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => key.startsWith("script:")));
}
