import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../kit/clock.ts";
import { type CallRow } from "./rows.ts";
import type { JudgedCall, Outcome, SessionKey, SessionsOptions } from "./types.ts";

/** A verdict without outcome for this long is entered as unfinished even if its session never ends. */
export const unfinishedAgeMsMax = 24 * 3_600_000;
/** What is known of a call after that: long enough for a host that reports it twice. */
const forgottenAgeMs = 48 * 3_600_000;
const pairedAgeMs = 3_600_000;
/** No host lets a call run longer without saying so. */
const callMsMax = 3_600_000;

const columns = "seq, agent, session, tool, tool_call_id, verdict, entry, outcome";

/** Which verdicts await which outcomes. Every method is for works of the store: it touches the database only. */
export class Calls {
  readonly #clock: Clock;
  readonly #write: SessionsOptions["write"];
  readonly #sql;

  constructor(db: DatabaseSync, clock: Clock, write: SessionsOptions["write"]) {
    this.#clock = clock;
    this.#write = write;
    this.#sql = {
      insert: db.prepare(
        `INSERT INTO sessions_calls (agent, session, tool_call_id, tool, fingerprint, verdict, entry, judged_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      answerHold: db.prepare(
        `DELETE FROM sessions_calls WHERE seq =
           (SELECT seq FROM sessions_calls WHERE agent = ? AND session = ? AND tool = ? AND fingerprint = ? AND tool_call_id IS ?
              AND verdict = 'hold' AND outcome = 0 ORDER BY seq LIMIT 1)`,
      ),
      // The newest verdict of an id: a host that asks again about a call means the answer that it got last.
      byId: db.prepare(
        `SELECT ${columns} FROM sessions_calls WHERE agent = ? AND session = ? AND tool_call_id = ? ORDER BY seq DESC LIMIT 1`,
      ),
      // Without ids the oldest call that was let through and has no outcome comes first.
      byOrder: db.prepare(
        `SELECT ${columns} FROM sessions_calls WHERE agent = ? AND session = ? AND tool = ? AND fingerprint = ?
         ORDER BY outcome = 1, verdict = 'deny', seq LIMIT 1`,
      ),
      newest: db.prepare(
        `SELECT ${columns} FROM sessions_calls WHERE agent = ? AND session = ? AND tool = ? AND fingerprint = ?
         ORDER BY seq DESC LIMIT 1`,
      ),
      pair: db.prepare("UPDATE sessions_calls SET outcome = 1 WHERE agent = ? AND session = ? AND seq = ?"),
      pairId: db.prepare("UPDATE sessions_calls SET outcome = 1 WHERE agent = ? AND session = ? AND tool_call_id = ?"),
      openOf: db.prepare(
        `SELECT ${columns} FROM sessions_calls WHERE agent = ? AND session = ? AND outcome = 0 ORDER BY seq LIMIT ?`,
      ),
      running: db.prepare(
        `SELECT 1 FROM sessions_calls INDEXED BY sessions_calls_open WHERE agent = ? AND session = ? AND verdict = 'allow' AND outcome = 0 AND judged_ms > ? LIMIT 1`,
      ),
      openOld: db.prepare(
        `SELECT ${columns} FROM sessions_calls WHERE judged_ms < ? AND outcome = 0 ORDER BY judged_ms LIMIT ?`,
      ),
      unfinished: db.prepare("UPDATE sessions_calls SET outcome = 2 WHERE seq = ?"),
      forget: db.prepare(
        "DELETE FROM sessions_calls WHERE seq IN (SELECT seq FROM sessions_calls WHERE outcome = ? AND outcome > 0 AND judged_ms < ? LIMIT ?)",
      ),
    };
  }

  /** A call that was held and is now answered is one call: the answer replaces the hold. */
  record(call: JudgedCall): void {
    const { agent, session, toolCallId, tool, fingerprint, verdict, entry } = call;
    if (verdict !== "hold") this.#sql.answerHold.run(agent, session, tool, fingerprint, toolCallId ?? null);
    this.#sql.insert.run(agent, session, toolCallId ?? null, tool, fingerprint, verdict, entry, this.#clock.nowMs());
  }

  find(call: Omit<JudgedCall, "verdict" | "entry">): CallRow | undefined {
    const { agent, session, toolCallId, tool, fingerprint } = call;
    const row =
      toolCallId === undefined
        ? this.#sql.newest.get(agent, session, tool, fingerprint)
        : this.#sql.byId.get(agent, session, toolCallId);
    return row as CallRow | undefined;
  }

  pair({ agent, session, toolCallId, tool, fingerprint }: Outcome): { call: CallRow | undefined; again: boolean } {
    if (toolCallId !== undefined) {
      const call = this.#sql.byId.get(agent, session, toolCallId) as CallRow | undefined;
      if (call !== undefined) {
        this.#sql.pairId.run(agent, session, toolCallId);
        return { call, again: call.outcome === 1 };
      }
    }
    if (tool === undefined || fingerprint === undefined) return { call: undefined, again: false };
    const call = this.#sql.byOrder.get(agent, session, tool, fingerprint) as CallRow | undefined;
    // A verdict that has an id of its own belongs to the outcome with that id.
    if (call === undefined || (toolCallId !== undefined && call.tool_call_id !== null))
      return { call: undefined, again: false };
    this.#sql.pair.run(agent, session, call.seq);
    return { call, again: call.outcome === 1 };
  }

  /** Whether a call was let through lately and has no outcome yet. Some hosts never report one, so a call counts for `callMsMax` only. */
  running({ agent, session }: SessionKey): boolean {
    return this.#sql.running.get(agent, session, this.#clock.nowMs() - callMsMax) !== undefined;
  }

  /** Enters what was let through and never reported, at most `batch` of it. @returns how many rows it looked at */
  endSession({ agent, session }: SessionKey, batch: number): number {
    return this.#enter(this.#sql.openOf.all(agent, session, batch) as unknown as CallRow[], "its session ended");
  }

  endOld(batch: number): number {
    const before = this.#clock.nowMs() - unfinishedAgeMsMax;
    return this.#enter(this.#sql.openOld.all(before, batch) as unknown as CallRow[], "no outcome came within a day");
  }

  /** @returns how many of `batch` it forgot */
  forget(batch: number): number {
    const now = this.#clock.nowMs();
    const paired = Number(this.#sql.forget.run(1, now - pairedAgeMs, batch).changes);
    return paired + Number(this.#sql.forget.run(2, now - forgottenAgeMs, batch - paired).changes);
  }

  #enter(calls: readonly CallRow[], why: string): number {
    for (const { seq, agent, session, tool, tool_call_id, verdict, entry } of calls) {
      this.#sql.unfinished.run(seq);
      if (verdict !== "allow") continue; // no outcome is what a call that was not released should have
      const payload = { verdictEntry: entry, tool, toolCallId: tool_call_id, why };
      this.#write({ kind: "tool/unfinished", agent, session, payload });
    }
    return calls.length;
  }
}
