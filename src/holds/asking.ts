import type { Json } from "../kit/canonical.ts";
import type { HoldId } from "../protocol/ids.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Book, Taken } from "./book.ts";
import type { Caller, Callers, News } from "./callers.ts";
import { type Row, effectsOf } from "./rows.ts";
import type { Answer, AskOptions, HeldCall, HoldsOptions } from "./types.ts";

export interface AskingParts {
  readonly options: HoldsOptions;
  readonly book: Book;
  readonly callers: Callers;
  readonly announce: (rows: readonly Row[]) => void;
}

/** Facts that change at every look would hold a call for ever; after so many looks it is denied. */
const roundsMax = 8;
const startGraceMsDefault = 10_000;

type Ended = News | { readonly kind: "deadline" } | { readonly kind: "lost"; readonly reason: unknown };

/** What a caller may run at this moment: the call as asked, or as the operator edited it. */
interface Current {
  readonly call: HeldCall;
  readonly edited: boolean;
}

/** The life of one asking: take an approval or a hold, wait, judge again, use, and over again while facts change. */
export class Asking {
  readonly #parts: AskingParts;
  readonly #startedMs: number;
  #draining = false;

  constructor(parts: AskingParts) {
    this.#parts = parts;
    this.#startedMs = parts.options.clock.monotonicMs();
  }

  drain(): void {
    this.#draining = true;
    this.#parts.callers.tellAll({ kind: "draining" });
  }

  async ask(asked: HeldCall, ask: AskOptions): Promise<Answer> {
    const { options, book, announce } = this.#parts;
    const { clock, store, limits } = options;
    const startMs = clock.monotonicMs();
    const deadlineMs = startMs + Math.min(Math.max(0, ask.waitMs ?? limits.holdWaitMs), limits.holdWaitMs);
    let current: Current = { call: asked, edited: false };
    /** An approval that this very caller was told of, to be used before anything else is looked for. */
    let approved: HoldId | undefined;
    for (let round = 0; round < roundsMax; round += 1) {
      const { call } = current;
      const identity = book.identityOf(call);
      if (call.judged.verdict !== "hold" && approved === undefined) return this.#asJudged(current, ask);
      const using = approved;
      const { input } = call;
      const writeVerdict: AskOptions["writeVerdict"] = current.edited
        ? (record) => ask.writeVerdict({ ...record, input })
        : ask.writeVerdict;
      const taken: Taken = await store.durably(() =>
        using === undefined ? book.take(call, identity, writeVerdict) : book.use(using, call, identity, writeVerdict),
      );
      approved = undefined;
      if (taken.kind !== "held") {
        announce(taken.closed);
        if (taken.kind === "released" && "state" in taken.by) announce([taken.by]);
        if (taken.kind === "again") {
          // An edit goes with the approval that is gone.
          current = { call: { ...asked, judged: await ask.judgeAgain(asked.input) }, edited: false };
          continue;
        }
        return this.#answer(taken, current);
      }
      if (!ask.wait) {
        if (ask.returns === true) announce([...taken.closed, taken.row]);
        else await this.#keepFrom(taken, 0);
        return held(taken.row, taken.entry);
      }
      const ended = await this.#wait(taken, call, deadlineMs, ask.signal);
      if (ended.kind === "lost") throw ended.reason;
      if (ended.kind === "draining") throw draining();
      if (ended.kind === "deadline") {
        const kept = await store.durably(() => book.keep(taken.row.id, clock.monotonicMs() - startMs));
        if (kept !== undefined) return stillHeld(taken.row, kept.entry, clock.monotonicMs() - startMs);
        // Decided in this very moment.
        const row = book.get(taken.row.id);
        if (row?.state === "approved") approved = row.id;
        else return closedAnswer(row ?? taken.row);
      } else if (ended.kind === "closed") {
        // Withdrawn under a caller that waits: another one replaced it, because the facts changed.
        if (ended.row.state !== "withdrawn") return closedAnswer(ended.row);
      } else {
        if (ended.edited !== undefined) current = { call: { ...call, ...ended.edited }, edited: true };
        approved = taken.row.id;
      }
      current = { ...current, call: { ...current.call, judged: await ask.judgeAgain(current.call.input) } };
    }
    return this.#unsettled(current, ask);
  }

  /** Registers the caller, then announces the hold, then waits for news, the deadline or the caller's end. */
  async #wait(
    taken: Taken & { kind: "held" },
    call: HeldCall,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<Ended> {
    const { options, book, callers, announce } = this.#parts;
    const { id } = taken.row;
    const caller = callers.join(id, call.input);
    announce([...taken.closed, book.get(id) ?? taken.row]);
    if (caller === undefined) return { kind: "deadline" };
    const stop = new AbortController();
    try {
      const now = book.get(id);
      // It may have been decided between the commit and this line: news that came before the registration.
      if (now !== undefined && now.state === "approved") return { kind: "approved" };
      if (now === undefined || now.state !== "open") return { kind: "closed", row: now ?? taken.row };
      if (this.#draining) return { kind: "draining" };
      const pause = deadlineMs - options.clock.monotonicMs();
      const ended = await Promise.race([caller.news, this.#pause(pause, stop.signal), aborted(signal, stop.signal)]);
      if (ended.kind === "lost") return await this.#lost(id, caller, ended.reason);
      return ended;
    } finally {
      stop.abort(new Error("the wait is over"));
      caller.leave();
      const row = book.get(id);
      if (row?.state === "open") announce([row]); // one fewer waits for it
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<Ended> {
    if (ms <= 0) return { kind: "deadline" };
    await this.#parts.options.clock.sleep(ms, { signal }).catch(() => {}); // woken early only when the wait is over anyway
    return { kind: "deadline" };
  }

  /** Nobody waits any more: the hold is withdrawn, unless the daemon drains, has just started, or others wait or will. */
  async #lost(id: HoldId, caller: Caller, reason: unknown): Promise<Ended> {
    const { options, book, announce } = this.#parts;
    const others = caller.leave();
    const starting = options.clock.monotonicMs() < this.#startedMs + (options.startGraceMs ?? startGraceMsDefault);
    const drains = this.#draining || (reason instanceof Refusal && reason.code === "DRAINING");
    if (others > 0 || starting || drains) return { kind: "lost", reason };
    try {
      const row = await options.store.durably(() => book.withdraw(id, "its caller went away before a decision"));
      if (row !== undefined) announce([row]);
    } catch (error) {
      // The caller is gone either way; the hold stays open and expires by its time.
      options.log.error({ err: error, hold: id }, "a hold whose caller went away could not be withdrawn");
    }
    return { kind: "lost", reason };
  }

  /** One that never waits leaves the hold open, whoever else comes and goes. */
  async #keepFrom(taken: Taken & { kind: "held" }, waitedMs: number): Promise<void> {
    const { options, book, announce } = this.#parts;
    if (taken.row.kept === 0) await options.store.durably(() => book.keep(taken.row.id, waitedMs));
    announce([...taken.closed, book.get(taken.row.id) ?? taken.row]);
  }

  #answer(taken: Exclude<Taken, { kind: "held" | "again" }>, current: Current): Answer {
    const { effects, rule, reason } = current.call.judged;
    const input = this.#editedInput(current);
    switch (taken.kind) {
      case "allowed":
        return { verdict: "allow", reason, rule, effects, entry: taken.entry, ...input };
      case "refused":
        return { verdict: "deny", reason: taken.reason, rule: taken.rule, effects, entry: taken.entry };
      case "released": {
        const hold = "state" in taken.by ? taken.by.id : undefined;
        const released = {
          verdict: "allow",
          reason: taken.reason,
          rule,
          effects,
          entry: taken.entry,
          granted: true,
        } as const;
        return { ...released, ...(hold === undefined ? {} : { hold }), ...input };
      }
    }
  }

  async #asJudged(current: Current, ask: AskOptions): Promise<Answer> {
    const { verdict, reason, rule, effects } = current.call.judged;
    const { seq } = await this.#parts.options.store.durably(() =>
      ask.writeVerdict({ verdict, reason, rule, effects, granted: false, ...this.#editedInput(current) }),
    );
    return { verdict, reason, rule, effects, entry: seq, ...this.#editedInput(current) };
  }

  #editedInput({ call, edited }: Current): { input?: Record<string, Json> } {
    return edited ? { input: { ...call.input } } : {};
  }

  async #unsettled(current: Current, ask: AskOptions): Promise<Answer> {
    const { rule, effects } = current.call.judged;
    const reason = `What this call rests on changed ${roundsMax} times while it was being decided, so it is denied. Let what changes it come to an end first.`;
    const { seq } = await this.#parts.options.store.durably(() =>
      ask.writeVerdict({ verdict: "deny", rule, reason, effects, granted: false }),
    );
    return { verdict: "deny", reason, rule, effects, entry: seq };
  }
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const lost = () => resolve({ kind: "lost", reason: signal.reason });
    if (signal.aborted) return lost();
    signal.addEventListener("abort", lost, { once: true });
    over.addEventListener("abort", () => signal.removeEventListener("abort", lost), { once: true });
  });
}

function draining(): Refusal {
  return new Refusal("DRAINING", "the daemon is stopping; the hold stays open", "try again with the same request key");
}

function held(row: Row, entry: number): Answer {
  return { verdict: "hold", reason: row.reason, rule: row.rule, effects: effectsOf(row), entry, hold: row.id };
}

/** The words name no command of ours: the agent must not run them, and the operator knows. */
function stillHeld(row: Row, entry: number, waitedMs: number): Answer {
  const reason = `${row.reason} Still held as ${row.id}: nobody decided within ${Math.round(waitedMs / 1_000)} s. Go on with other work or ask the person to decide ${row.id}, then retry exactly this call; do not work around it.`;
  return { verdict: "deny", reason, rule: row.rule, effects: effectsOf(row), entry, hold: row.id };
}

function closedAnswer(row: Row): Answer {
  const words = row.words === null || row.words === "" ? "" : `: ${row.words}`;
  const reason =
    row.state === "denied"
      ? `The operator denied this (${row.id})${words}. Do not retry it or work around it; do something else or ask the person.`
      : `${row.id} was closed without an approval (${row.state}${words}). If it is still needed, ask again.`;
  const entry = row.decided_entry ?? row.entry;
  return { verdict: "deny", reason, rule: row.rule, effects: effectsOf(row), entry, hold: row.id };
}
