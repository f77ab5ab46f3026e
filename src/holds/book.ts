import type { Clock } from "../kit/clock.ts";
import { type Json, canonicalJson } from "../kit/canonical.ts";
import { type HoldId, newId } from "../protocol/ids.ts";
import type { HoldState } from "../protocol/operations/holds.ts";
import { stopped } from "../protocol/words.ts";
import { contradicts, difference } from "./differences.ts";
import { type Grant, Grants, stepToleranceMs, undoable } from "./grants.ts";
import { type Row, factsOf } from "./rows.ts";
import { statements } from "./statements.ts";
import type {
  Decider,
  HeldCall,
  HoldLimits,
  HoldsOptions,
  Input,
  Judged,
  Settlement,
  VerdictRecord,
  Written,
} from "./types.ts";

export type WriteVerdict = (record: VerdictRecord) => Written;

/** How a call that the gate holds stands in the book. `closed` are other holds that this closed. */
export type Taken =
  | {
      readonly kind: "released";
      readonly by: Row | Grant;
      readonly reason: string;
      readonly entry: number;
      readonly closed: readonly Row[];
    }
  | {
      readonly kind: "held";
      readonly row: Row;
      readonly joined: boolean;
      readonly entry: number;
      readonly closed: readonly Row[];
    }
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly rule: string;
      readonly entry: number;
      readonly closed: readonly Row[];
    }
  | { readonly kind: "allowed"; readonly entry: number; readonly closed: readonly Row[] }
  /** The approval is gone: take the call anew. */
  | { readonly kind: "again"; readonly closed: readonly Row[] };

export type Decided =
  | { readonly kind: "decided"; readonly row: Row; readonly grant: Grant | undefined }
  | { readonly kind: "late"; readonly row: Row };

/** Rules of this room, by which it denies without a person. */
const rules = { full: "holds-full" } as const;

/**
 * The durable half of the room: every method but the reads is a work of the store (synchronous, perhaps run twice, touching only
 * the database), so that a hold's row, its entry and the verdict's entry are one transaction. Every change of state is a
 * compare-and-set on the state that it expects.
 */
export class Book {
  readonly grants: Grants;
  readonly #options: HoldsOptions;
  readonly #limits: HoldLimits;
  readonly #clock: Clock;
  readonly #sql;
  /** Monotonic deadlines of approvals made by this process: a wall clock set back must not lengthen them. */
  readonly #deadlines = new Map<HoldId, number>();

  constructor(options: HoldsOptions) {
    const { db } = options.store;
    this.#options = options;
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#sql = statements(db);
    this.grants = new Grants({
      db,
      clock: options.clock,
      ageMsMax: options.limits.sessionGrantAgeMsMax,
      alive: options.alive,
    });
  }

  // Reads.

  get(id: HoldId): Row | undefined {
    return this.#sql.get.first(id);
  }

  list(query: { state: HoldState | "all"; session?: string | undefined; limit: number }): Row[] {
    const session = query.session ?? null;
    if (query.state === "open") return this.#sql.listOpen.all(session, session, query.limit);
    // Of what is closed the newest matter, still shown oldest first.
    const state = query.state === "all" ? null : query.state;
    return this.#sql.listNewest.all(state, state, session, session, query.limit).reverse();
  }

  openCount(key?: { agent: string; session: string }): number {
    const count =
      key === undefined
        ? this.#sql.countOpen.first<{ n: number }>()
        : this.#sql.countOpenOf.first<{ n: number }>(key.agent, key.session);
    return count?.n ?? 0;
  }

  identityOf(call: { agent: string; session: string; cwd: string; tool: string; input: Input }): string {
    const { agent, session, cwd, tool, input } = call;
    return this.#options.fingerprint(canonicalJson({ agent, session, cwd, tool, input: input as Json }));
  }

  // Works of the store.

  /** Uses an approval or grant that covers the call, else joins or opens its hold. */
  take(call: HeldCall, identity: string, writeVerdict: WriteVerdict): Taken {
    const repeated = call.requestKey === undefined ? undefined : this.#sql.usedBy.first(identity, call.requestKey);
    if (repeated !== undefined && repeated.used_entry !== null)
      return { kind: "released", by: repeated, reason: releasedBy(repeated), entry: repeated.used_entry, closed: [] };

    const closed: Row[] = [];
    for (const approval of this.#sql.approvals.all(identity)) {
      const used = this.use(approval.id, call, identity, writeVerdict);
      closed.push(...used.closed);
      if (used.kind !== "again") return { ...used, closed };
    }

    const grant = this.grants.match(call);
    if (grant !== undefined) {
      const reason = `Approved ${grant.words} (with ${grant.hold}).`;
      const { seq } = writeVerdict({ ...verdictOf(call.judged), verdict: "allow", reason, granted: true });
      this.#enter("hold/used", call, { hold: grant.hold, grant: grant.id, entry: seq });
      return { kind: "released", by: grant, reason, entry: seq, closed };
    }

    const open = this.#sql.openIdentity.first(identity);
    if (open === undefined) return this.#open(call, identity, writeVerdict, closed, undefined);
    if (this.#due(open)) {
      closed.push(this.#close(open, "expired", "nobody decided in time"));
      return this.#open(call, identity, writeVerdict, closed, undefined);
    }
    const changed = difference(factsOf(open), call.judged.facts);
    if (changed !== undefined) {
      closed.push(this.#close(open, "withdrawn", `replaced, because the facts changed: ${changed}`));
      return this.#open(call, identity, writeVerdict, closed, { hold: open.id, changed, approved: false });
    }
    const { seq } = writeVerdict({ ...verdictOf(call.judged), hold: open.id, granted: false });
    this.#enter("hold/joined", call, { hold: open.id, entry: seq });
    return { kind: "held", row: open, joined: true, entry: seq, closed };
  }

  /**
   * Spends the approval on this call, judged again: the same facts and hold or allow stands, deny refuses, a changed fact holds anew.
   * @param identity  of the call as it would run, which an edit has changed
   */
  use(id: HoldId, call: HeldCall, identity: string, writeVerdict: WriteVerdict): Taken {
    const row = this.#sql.get.first(id);
    if (row === undefined || row.state !== "approved") return { kind: "again", closed: [] };
    // An edited call was approved, and this is not it.
    if (row.bound !== identity) return { kind: "again", closed: [] };
    if (!this.#usable(row))
      return { kind: "again", closed: [this.#close(row, "expired", "the approval was not used in time")] };
    const { judged } = call;
    if (judged.verdict === "deny") {
      const words = `the policy now denies it (${judged.rule})`;
      const closed = [this.#close(row, "withdrawn", words)];
      const reason = `${stopped(judged.reason)} It was approved as ${id}, but ${words}.`;
      const { seq } = writeVerdict({ ...verdictOf(judged), reason, hold: id, granted: false });
      return { kind: "refused", reason, rule: judged.rule, entry: seq, closed };
    }
    const before = factsOf(row);
    const changed = difference(before, judged.facts);
    const allowed = judged.verdict === "allow";
    if (changed !== undefined && (!allowed || contradicts(before, judged.facts))) {
      const closed = [this.#close(row, "withdrawn", `the facts changed: ${changed}`)];
      // An edited call may be one that is held already: then it is taken anew, as it was asked.
      if (!allowed && this.#sql.openIdentity.first(identity) !== undefined) return { kind: "again", closed };
      if (!allowed) return this.#open(call, identity, writeVerdict, closed, { hold: id, changed, approved: true });
      // The policy lets it run as it is now, but nobody approved it as it is now.
      const { seq } = writeVerdict({ ...verdictOf(judged), granted: false });
      return { kind: "allowed", entry: seq, closed };
    }
    const reason = releasedBy(row);
    const { seq } = writeVerdict({ ...verdictOf(judged), verdict: "allow", reason, hold: id, granted: true });
    const key = call.requestKey ?? null;
    if (this.#sql.use.run(key, seq, this.#clock.nowMs(), id) !== 1)
      throw new Error(`${id} was used within its own transaction`);
    this.#enter("hold/used", row, { hold: id, entry: seq });
    return { kind: "released", by: this.#again(id), reason, entry: seq, closed: [] };
  }

  /** The one decision. `late` when the hold's time was over: it is expired instead. */
  decide(
    id: HoldId,
    decision:
      | {
          readonly kind: "approve";
          readonly scope: "once" | "session" | "rule";
          readonly rule?: string | undefined;
        }
      | { readonly kind: "edit"; readonly bound: string; readonly judged: Judged; readonly redactedInput: Input }
      | { readonly kind: "deny"; readonly words: string },
    by: Decider,
  ): Decided | undefined {
    const row = this.#sql.get.first(id);
    if (row === undefined || row.state !== "open") return undefined;
    if (this.#due(row)) return { kind: "late", row: this.#close(row, "expired", "nobody decided in time") };
    const now = this.#clock.nowMs();
    const grant = decision.kind === "approve" && decision.scope === "session" ? this.grants.add(row) : undefined;
    const payload: Record<string, Json> = { hold: id, decision: decision.kind, by };
    let words: string | null = null;
    if (decision.kind === "approve") {
      payload["scope"] = decision.scope;
      if (decision.rule !== undefined) payload["rule"] = decision.rule;
      if (grant !== undefined) Object.assign(payload, { grant: grant.id, covers: grant.words });
      words = grant?.words ?? null;
    } else if (decision.kind === "edit") {
      payload["input"] = decision.redactedInput as Json;
      payload["judged"] = { verdict: decision.judged.verdict, rule: decision.judged.rule };
      words = "edited by the operator";
    } else {
      payload["words"] = decision.words;
      words = decision.words;
    }
    const { seq } = this.#enter("hold/decided", row, payload);
    const changes =
      decision.kind === "deny"
        ? this.#sql.deny.run(now, seq, words, now, id)
        : this.#sql.approve.run(
            now,
            seq,
            words,
            decision.kind === "edit" ? decision.bound : row.identity,
            decision.kind === "edit" ? canonicalJson(decision.judged.facts) : row.facts,
            now + this.#limits.approvalAgeMsMax,
            id,
          );
    if (changes !== 1) throw new Error(`${id} was decided within its own transaction`);
    return { kind: "decided", row: this.#again(id), grant };
  }

  /** A caller ran out of time and leaves the hold open. `undefined` when it is no longer open: look at it again. */
  keep(id: HoldId, waitedMs: number): { entry: number } | undefined {
    if (this.#sql.keep.run(id) !== 1) return undefined;
    const { seq } = this.#enter("hold/kept", this.#again(id), { hold: id, waitedMs: Math.round(waitedMs) });
    return { entry: seq };
  }

  /** The last caller's connection is lost. Nothing happens to a hold that somebody left open on purpose. */
  withdraw(id: HoldId, why: string): Row | undefined {
    const row = this.#sql.get.first(id);
    if (row === undefined || row.state !== "open" || row.kept === 1) return undefined;
    return this.#close(row, "withdrawn", why);
  }

  /** A read, so that the usual outcome, which settles nothing, costs no transaction. */
  maySettle({ agent, session }: Settlement): boolean {
    return this.#sql.unsettled.first(agent, session) !== undefined || this.grants.any(agent, session);
  }

  settle(settlement: Settlement, identity: string | undefined): Row[] {
    const { agent, session, by } = settlement;
    if (by === "SessionEnd") {
      this.grants.endSession(agent, session);
      return this.#sql.ofSession.all(agent, session).map((row) => this.#settleRow(row, by));
    }
    // A turn that ends has answered what its host itself asked; what only we hold waits on.
    if (by === "Stop")
      return this.#sql.ofSession
        .all(agent, session)
        .filter((row) => row.state === "open" && row.asked_in_host === 1)
        .map((row) => this.#settleRow(row, by));
    if (settlement.toolCallId !== undefined)
      return this.#sql.ofToolCall.all(agent, session, settlement.toolCallId).map((row) => this.#settleRow(row, by));
    if (identity === undefined) return [];
    // Without ids the outcome belongs to the call that was released first, if one still lacks its outcome.
    const used = this.#sql.usedWithoutOutcome.first(identity);
    if (used !== undefined) {
      this.#sql.outcomeSeen.run(used.id);
      return [];
    }
    return this.#sql.waitingFor.all(identity).map((row) => this.#settleRow(row, by));
  }

  /** A read, so that a sweep that finds nothing costs no transaction. */
  anyDue(): boolean {
    return this.#sql.dueOpen.first(this.#clock.nowMs(), 1) !== undefined || this.#sql.approved.first(1) !== undefined;
  }

  /** At most `batch` of each; the caller asks again while something was due. */
  expireDue(batch: number): Row[] {
    const now = this.#clock.nowMs();
    const open = this.#sql.dueOpen.all(now, batch).map((row) => this.#close(row, "expired", "nobody decided in time"));
    const unused = this.#sql.approved
      .all(batch * 4)
      .filter((row) => !this.#usable(row))
      .slice(0, batch)
      .map((row) => this.#close(row, "expired", "the approval was not used in time"));
    return [...open, ...unused];
  }

  forget(olderThanMs: number, closedMax: number, batch: number): number {
    this.grants.sweep();
    return this.#sql.forgetOld.run(olderThanMs, batch) + this.#sql.forgetMany.run(closedMax, batch);
  }

  /** After the commit of an approval: from now on its age is also measured by the monotonic clock. */
  noteApproval(id: HoldId): void {
    this.#deadlines.set(id, this.#clock.monotonicMs() + this.#limits.approvalAgeMsMax);
  }

  /** After the commit of any change that ended an approval. */
  noteClosed(id: HoldId): void {
    this.#deadlines.delete(id);
  }

  #open(
    call: HeldCall,
    identity: string,
    writeVerdict: WriteVerdict,
    closed: readonly Row[],
    replaces: { readonly hold: HoldId; readonly changed: string; readonly approved: boolean } | undefined,
  ): Taken {
    const { judged } = call;
    const full = this.#full(call);
    if (full !== undefined) {
      const { seq } = writeVerdict({
        ...verdictOf(judged),
        verdict: "deny",
        reason: full,
        rule: rules.full,
        granted: false,
      });
      return { kind: "refused", reason: full, rule: rules.full, entry: seq, closed };
    }
    const id = newId("hold");
    const now = this.#clock.nowMs();
    const reason =
      replaces === undefined
        ? judged.reason
        : `${judged.reason} Asked anew, because since ${replaces.hold} was ${replaces.approved ? "approved" : "opened"}: ${replaces.changed}.`;
    const expiresMs = now + this.#limits.holdAgeMsMax;
    const { seq } = writeVerdict({ ...verdictOf(judged), reason, hold: id, granted: false });
    this.#sql.insert.run(
      id,
      identity,
      call.agent,
      call.session,
      call.cwd,
      call.tool,
      call.toolCallId ?? null,
      call.process?.pid ?? null,
      call.process?.startTime ?? null,
      call.askedInHost === true ? 1 : 0,
      JSON.stringify(call.redactedInput),
      judged.rule,
      reason,
      JSON.stringify(judged.effects),
      canonicalJson(judged.facts),
      undoable(judged.effects) ? 1 : 0,
      seq,
      now,
      expiresMs,
    );
    this.#enter("hold/opened", call, {
      hold: id,
      entry: seq,
      tool: call.tool,
      rule: judged.rule,
      expiresAt: new Date(expiresMs).toISOString(),
      ...(replaces === undefined ? {} : { replaces: replaces.hold, changed: replaces.changed }),
    });
    return { kind: "held", row: this.#again(id), joined: false, entry: seq, closed };
  }

  #full(call: HeldCall): string | undefined {
    const { holdsPerSessionMax, holdsMax } = this.#limits;
    if (this.openCount(call) >= holdsPerSessionMax)
      return `${holdsPerSessionMax} tool calls of this session already wait for a person, so this one is not held but denied. Let them be decided before asking for more.`;
    if (this.openCount() >= holdsMax)
      return `${holdsMax} tool calls already wait for a person, so this one is not held but denied. Let them be decided before asking for more.`;
    return undefined;
  }

  #due(row: Row): boolean {
    return row.expires_ms <= this.#clock.nowMs();
  }

  /** Both clocks must agree that the approval is young; a wall clock that is behind its decision was set back. */
  #usable(row: Row): boolean {
    const now = this.#clock.nowMs();
    if (row.use_expires_ms === null || row.decided_ms === null) return false;
    if (row.use_expires_ms <= now || row.decided_ms > now + stepToleranceMs) return false;
    const deadline = this.#deadlines.get(row.id);
    return deadline === undefined || deadline > this.#clock.monotonicMs();
  }

  #settleRow(row: Row, by: Settlement["by"]): Row {
    const words = by === "SessionEnd" ? "its session ended" : `answered in the host (${by})`;
    return this.#close(row, "settled", words, { by });
  }

  #close(row: Row, state: "expired" | "withdrawn" | "settled", words: string, more: Record<string, Json> = {}): Row {
    if (this.#sql.close.run(state, words, this.#clock.nowMs(), row.id, row.state) !== 1)
      throw new Error(`${row.id} changed within its own transaction`);
    this.#enter(`hold/${state}`, row, { hold: row.id, was: row.state, words, ...more });
    return this.#again(row.id);
  }

  #enter(kind: string, of: { agent: string; session: string }, payload: Record<string, Json>): Written {
    return this.#options.write({ kind, agent: of.agent, session: of.session, payload });
  }

  #again(id: HoldId): Row {
    const row = this.#sql.get.first(id);
    if (row === undefined) throw new Error(`${id} vanished within its own transaction`);
    return row;
  }
}

function verdictOf(judged: Judged): Omit<VerdictRecord, "granted"> {
  return { verdict: judged.verdict, rule: judged.rule, reason: judged.reason, effects: judged.effects };
}

function releasedBy(row: Row): string {
  return row.bound !== row.identity
    ? `Approved by the operator as ${row.id}, with changes.`
    : `Approved by the operator as ${row.id}.`;
}
