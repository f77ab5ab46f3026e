import type { GrantId, HoldId } from "../protocol/ids.ts";
import type { GrantView, HoldDecision, HoldState, HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";
import { Asking } from "./asking.ts";
import { Book, type Decided } from "./book.ts";
import { Callers } from "./callers.ts";
import { uncoverable } from "./grants.ts";
import { type Row, effectsOf, viewOf } from "./rows.ts";
import type { Answer, AskOptions, Decider, HeldCall, Holds, HoldsOptions, Input, Settlement, Watch } from "./types.ts";
import { Watchers } from "./watchers.ts";

/** Characters of inputs in one list; those of the holds behind are left out of it, and `get` has them. */
const listedInputCharsMax = 8 * 1024 * 1024;
const sweepBatch = 256;
const sweepRoundsMax = 16;
/** What was closed stays listed for a week, but never more than this many: the ledger has it all anyway. */
const closedAgeMsMax = 7 * 24 * 3_600_000;
const closedMax = 20_000;
const forgetPeriodMs = 60_000;

export function createHolds(options: HoldsOptions): Holds {
  return new HoldQueue(options);
}

class HoldQueue implements Holds {
  readonly #options: HoldsOptions;
  readonly #book: Book;
  readonly #callers = new Callers();
  readonly #watchers: Watchers;
  readonly #asking: Asking;
  /** Holds whose decision is under way: the edited input is being judged, the rule is being saved. */
  readonly #deciding = new Set<HoldId>();
  #forgetAtMs = 0;

  constructor(options: HoldsOptions) {
    this.#options = options;
    this.#book = new Book(options);
    this.#watchers = new Watchers(options.log);
    this.#asking = new Asking({
      options,
      book: this.#book,
      callers: this.#callers,
      announce: (rows) => this.#announce(rows),
    });
  }

  get watchers(): number {
    return this.#watchers.count;
  }

  ask(call: HeldCall, options: AskOptions): Promise<Answer> {
    return this.#asking.ask(call, options);
  }

  list(query: { state: HoldState | "all"; session?: string | undefined; limit: number }): HoldView[] {
    let chars = 0;
    return this.#book.list(query).map((row) => {
      chars += row.input.length;
      const view = this.#view(row);
      // One answer that no connection could take would show nobody anything.
      return chars <= listedInputCharsMax ? view : { ...view, input: { leftOut: `signalbox hold show ${row.id}` } };
    });
  }

  get(id: HoldId): HoldView {
    return this.#view(this.#row(id));
  }

  openCount(key?: { agent: string; session: string }): number {
    return this.#book.openCount(key);
  }

  rule(id: HoldId): string {
    return this.#options.proposeRule(this.#view(this.#row(id)));
  }

  async decide(id: HoldId, decision: HoldDecision, by: Decider): Promise<{ hold: HoldView; rule?: string }> {
    this.#mustBeOpen(this.#row(id));
    if (this.#deciding.has(id))
      throw new Refusal("CONFLICT", `${id} is being decided right now`, `signalbox hold show ${id}`);
    this.#deciding.add(id);
    try {
      if (decision.decision === "edit") return await this.#edit(id, decision.input as Input, by);
      if (decision.decision === "deny") return await this.#deny(id, decision.words, by);
      return await this.#approve(id, decision.scope, by);
    } finally {
      this.#deciding.delete(id);
    }
  }

  async #approve(
    id: HoldId,
    scope: "once" | "session" | "rule",
    by: Decider,
  ): Promise<{ hold: HoldView; rule?: string }> {
    const row = this.#row(id);
    if (scope === "session") {
      const why = uncoverable(effectsOf(row));
      if (why !== undefined)
        throw new Refusal(
          "CONFLICT",
          `${id} can't be approved for the session: ${why}`,
          `signalbox hold approve ${id}`,
        );
    }
    let rule: string | undefined;
    if (scope === "rule") {
      const hold = this.#view(row);
      rule = await this.#options.saveRule(hold, this.#options.proposeRule(hold));
    }
    const decided = await this.#options.store.durably(() =>
      this.#book.decide(id, { kind: "approve", scope, rule }, by),
    );
    if (decided?.kind === "decided") {
      this.#book.noteApproval(id);
      if (decided.grant !== undefined) this.#book.grants.note(decided.grant.id);
    }
    const closed = this.#mustBeDecided(id, decided, rule);
    this.#callers.tell(id, { kind: "approved" });
    this.#announce([closed]);
    return { hold: this.#view(closed), ...(rule === undefined ? {} : { rule }) };
  }

  async #edit(id: HoldId, input: Input, by: Decider): Promise<{ hold: HoldView }> {
    const waits = () => {
      if (this.#callers.presence(id).waiting > 0 && this.#callers.input(id) !== undefined) return;
      throw new Refusal(
        "CONFLICT",
        `${id} can't be edited: its caller no longer waits`,
        `signalbox hold approve ${id}`,
      );
    };
    waits();
    const { judged, redactedInput } = await this.#options.judgeEdited(this.#view(this.#row(id)), input);
    if (judged.verdict === "deny")
      throw new Refusal(
        "CONFLICT",
        `the edited call would be denied (${judged.rule}): ${judged.reason}`,
        `signalbox hold show ${id}`,
      );
    waits();
    const { agent, session, cwd, tool } = this.#row(id);
    const bound = this.#book.identityOf({ agent, session, cwd, tool, input });
    const decided = await this.#options.store.durably(() =>
      this.#book.decide(id, { kind: "edit", bound, judged, redactedInput }, by),
    );
    if (decided?.kind === "decided") this.#book.noteApproval(id);
    const row = this.#mustBeDecided(id, decided, undefined);
    this.#callers.tell(id, { kind: "approved", edited: { input, redactedInput } });
    this.#announce([row]);
    return { hold: this.#view(row) };
  }

  async #deny(id: HoldId, words: string, by: Decider): Promise<{ hold: HoldView }> {
    const decided = await this.#options.store.durably(() => this.#book.decide(id, { kind: "deny", words }, by));
    const row = this.#mustBeDecided(id, decided, undefined);
    this.#announce([row]);
    return { hold: this.#view(row) };
  }

  grants(query: { session?: string | undefined; limit: number }): GrantView[] {
    return this.#book.grants.list(query);
  }

  async revoke(id: GrantId, by: Decider): Promise<GrantView> {
    const grant = await this.#options.store.durably(() => {
      const ended = this.#book.grants.revoke(id);
      if (ended !== undefined) {
        const { agent, session, hold, words } = ended;
        this.#options.write({ kind: "hold/grant-revoked", agent, session, payload: { grant: id, hold, words, by } });
      }
      return ended;
    });
    if (grant !== undefined) return grant;
    throw new Refusal("NOT_FOUND", `there is no grant ${id}: it has ended, or never was`, "signalbox hold grants");
  }

  async settle(settlement: Settlement): Promise<HoldView[]> {
    if (!this.#book.maySettle(settlement)) return [];
    const { tool, cwd, input } = settlement;
    const identity =
      tool === undefined || cwd === undefined || input === undefined
        ? undefined
        : this.#book.identityOf({ ...settlement, tool, cwd, input });
    const rows = await this.#options.store.durably(() => this.#book.settle(settlement, identity));
    this.#announce(rows);
    return rows.map((row) => this.#view(row));
  }

  async sweep(): Promise<{ readonly expired: number; readonly forgotten: number }> {
    let expired = 0;
    for (let round = 0; round < sweepRoundsMax && this.#book.anyDue(); round += 1) {
      const rows = await this.#options.store.durably(() => this.#book.expireDue(sweepBatch));
      this.#announce(rows);
      expired += rows.length;
      if (rows.length < sweepBatch) break;
    }
    const { clock } = this.#options;
    if (clock.monotonicMs() < this.#forgetAtMs) return { expired, forgotten: 0 };
    this.#forgetAtMs = clock.monotonicMs() + forgetPeriodMs;
    const oldMs = clock.nowMs() - closedAgeMsMax;
    const forgotten = await this.#options.store.durably(() => this.#book.forget(oldMs, closedMax, sweepBatch * 4));
    return { expired, forgotten };
  }

  watch(listener: (hold: HoldView) => boolean): Watch {
    const stop = this.#watchers.add(listener);
    const limit = this.#options.limits.holdsMax;
    return { holds: this.list({ state: "open", limit }), stop };
  }

  drain(): void {
    this.#asking.drain();
  }

  #row(id: HoldId): Row {
    const row = this.#book.get(id);
    if (row === undefined) throw new Refusal("NOT_FOUND", `there is no hold ${id}`, "signalbox hold list");
    return row;
  }

  #view(row: Row): HoldView {
    return viewOf(row, this.#callers.presence(row.id));
  }

  /** @throws Refusal  with what became of it */
  #mustBeOpen(row: Row, rule?: string): void {
    if (row.state === "open") return;
    if (row.state === "expired") throw this.#expired(row, rule);
    const when = row.decided_ms ?? row.closed_ms;
    const at = when === null ? "" : ` at ${new Date(when).toISOString()}`;
    const words = row.words === null || row.words === "" ? "" : ` (${row.words})`;
    throw new Refusal(
      "CONFLICT",
      `${row.id} is no longer open: ${row.state}${at}${words}${savedRule(rule)}`,
      "signalbox hold list",
    );
  }

  /** The row after the decision; a refusal when it was closed meanwhile, which then also says what became of a saved rule. */
  #mustBeDecided(id: HoldId, decided: Decided | undefined, rule: string | undefined): Row {
    if (decided?.kind === "decided") return decided.row;
    if (decided?.kind === "late") {
      this.#announce([decided.row]);
      throw this.#expired(decided.row, rule);
    }
    this.#mustBeOpen(this.#row(id), rule);
    throw new Error(`${id} is open and could not be decided`);
  }

  #expired(row: Row, rule: string | undefined): Refusal {
    return new Refusal(
      "EXPIRED",
      `${row.id} expired at ${new Date(row.use_expires_ms ?? row.expires_ms).toISOString()}${savedRule(rule)}`,
      "let the agent try again, then: signalbox hold list",
    );
  }

  /** After a commit: callers of closed holds first, then everybody else. */
  #announce(rows: readonly Row[]): void {
    for (const row of rows) {
      const hold = this.#view(row);
      if (row.state !== "open" && row.state !== "approved") {
        this.#book.noteClosed(row.id);
        if (row.state !== "used") this.#callers.tell(row.id, { kind: "closed", row });
      }
      this.#watchers.tell(hold);
      try {
        this.#options.onChange?.(hold);
      } catch (error) {
        this.#options.log.error({ err: error, hold: hold.id }, "what listens to changes of holds failed");
      }
    }
  }
}

function savedRule(rule: string | undefined): string {
  return rule === undefined ? "" : "; its rule was saved nevertheless";
}
