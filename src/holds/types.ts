import type { Clock } from "../kit/clock.ts";
import type { Json } from "../kit/canonical.ts";
import type { Log } from "../kit/log.ts";
import type { Effect, Verdict } from "../protocol/effects.ts";
import type { GrantId, HoldId } from "../protocol/ids.ts";
import type { GrantView, HoldDecision, HoldState, HoldView } from "../protocol/operations/holds.ts";
import type { Store } from "../store/index.ts";

export type Input = Readonly<Record<string, Json>>;

/** What the gate said about a call, as far as a hold needs it. Facts are those that the verdict rests on, each in a short form
 * that changes when the fact does: a state, a resolved path, a hash. */
export interface Judged {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly reason: string;
  readonly effects: readonly Effect[];
  /** By fact key (`path:/x`, `script:/y/run.sh`), at most `factsMax`. */
  readonly facts: Readonly<Record<string, string>>;
}

/** The process of the agent: a pid alone may be another process by now. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: number;
}

/** A tool call that the gate holds. */
export interface HeldCall {
  readonly agent: string;
  readonly session: string;
  readonly cwd: string;
  readonly tool: string;
  readonly toolCallId?: string | undefined;
  /** The hook's random key: a caller that comes back with the same key is the same caller. */
  readonly requestKey?: string | undefined;
  /** Whole, as it would run: kept in memory only, and only while its caller waits. */
  readonly input: Input;
  /** What is stored and shown. */
  readonly redactedInput: Input;
  readonly judged: Judged;
  readonly process?: ProcessId | undefined;
  /** True when the host shows its own dialog at the same time (PermissionRequest): its later events may settle the hold. */
  readonly askedInHost?: boolean | undefined;
}

/** What the verdict's own ledger entry must say; `write` is called inside the transaction that changes the hold. */
export interface VerdictRecord {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly reason: string;
  readonly effects: readonly Effect[];
  readonly hold?: HoldId | undefined;
  /** True when a person's approval or grant released it. */
  readonly granted: boolean;
  /** Whole, when the operator edited the call: what will run instead of what was asked. Redact it before it is stored. */
  readonly input?: Input | undefined;
}

export interface Written {
  readonly seq: number;
  readonly atMs: number;
}

export interface LedgerEntry {
  readonly kind: string;
  readonly agent?: string | null;
  readonly session?: string | null;
  readonly payload: Readonly<Record<string, Json>>;
}

export interface AskOptions {
  /** Writes the verdict's entry. Runs inside the store's work: synchronous, and perhaps more than once. */
  readonly writeVerdict: (record: VerdictRecord) => Written;
  /** Judges again at use, with facts found anew; `input` is what would run (edited or not). */
  readonly judgeAgain: (input: Input) => Promise<Judged>;
  /** False: answer `hold` at once and leave it open. */
  readonly wait: boolean;
  /** It does not wait now, but comes back at once to do so: the hold is not one that was left open on purpose. */
  readonly returns?: boolean | undefined;
  /** The caller's own deadline, at most `holdWaitMs`. */
  readonly waitMs?: number | undefined;
  /** Aborts when nobody waits any more; a Refusal DRAINING as reason leaves the hold open, anything else withdraws it. */
  readonly signal: AbortSignal;
}

/** The answer for the agent, in the form of `GateVerdict`. */
export interface Answer {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rule: string;
  readonly effects: readonly Effect[];
  readonly entry: number;
  readonly hold?: HoldId;
  /** What must run instead of what was asked: the operator edited it. */
  readonly input?: Record<string, Json>;
  readonly granted?: boolean;
}

/** Who decided, for the record: level of presence, uid, terminal, process. Never a secret. */
export type Decider = Readonly<Record<string, Json>>;

export interface Settlement {
  readonly agent: string;
  readonly session: string;
  readonly by: "PostToolUse" | "Stop" | "SessionEnd";
  readonly toolCallId?: string | undefined;
  readonly tool?: string | undefined;
  readonly cwd?: string | undefined;
  readonly input?: Input | undefined;
}

export interface HoldLimits {
  readonly holdsPerSessionMax: number;
  readonly holdsMax: number;
  readonly holdWaitMs: number;
  readonly holdAgeMsMax: number;
  readonly approvalAgeMsMax: number;
  readonly sessionGrantAgeMsMax: number;
}

export interface HoldsOptions {
  readonly store: Pick<Store, "db" | "durably">;
  readonly clock: Clock;
  /** `ledger.write`: callable inside a work of the store, so that row and entry are one transaction. */
  readonly write: (entry: LedgerEntry) => Written;
  readonly limits: HoldLimits;
  readonly log: Log;
  /** Keyed hash (HMAC) of a text, so that stored hashes of inputs can't be guessed back. */
  readonly fingerprint: (text: string) => string;
  /** Whether that very process still runs. */
  readonly alive: (process: ProcessId) => boolean;
  /** Judges and redacts an edited input before it is approved. */
  readonly judgeEdited: (
    hold: HoldView,
    input: Input,
  ) => Promise<{ readonly judged: Judged; readonly redactedInput: Input }>;
  /** The narrow rule that "approve as a rule" would save, as TOML. Throws a Refusal CONFLICT when there is none. */
  readonly proposeRule: (hold: HoldView) => string;
  /** Saves that rule and returns it; throws a Refusal when the policy file refuses it. */
  readonly saveRule: (hold: HoldView, rule: string) => Promise<string>;
  /** Called after each change is on disk; must not throw. */
  readonly onChange?: (hold: HoldView) => void;
  /** After the start, a lost connection withdraws nothing for this long: hooks are coming back. Default 10 s. */
  readonly startGraceMs?: number;
}

export interface Watch {
  /** Open holds at the moment of attaching, oldest first; each later change reaches the listener. */
  readonly holds: readonly HoldView[];
  stop(): void;
}

/** The one queue of tool calls that await a person. `index.ts` says what it promises. */
export interface Holds {
  /**
   * Takes a call that the gate holds through its whole life: an approval or a session grant that covers it is used, else it
   * joins or opens the hold and, if it waits, is answered when it was decided and judged again.
   * @throws StoreFault  the disk failed: answer deny
   */
  ask(call: HeldCall, options: AskOptions): Promise<Answer>;
  list(query: { state: HoldState | "all"; session?: string | undefined; limit: number }): HoldView[];
  /** @throws Refusal NOT_FOUND */
  get(id: HoldId): HoldView;
  /**
   * Decides an open hold, once.
   * @throws Refusal NOT_FOUND, CONFLICT (decided already, not editable, not to be approved this way), EXPIRED
   */
  decide(id: HoldId, decision: HoldDecision, by: Decider): Promise<{ hold: HoldView; rule?: string }>;
  /** @throws Refusal NOT_FOUND, CONFLICT */
  rule(id: HoldId): string;
  /** What is approved for whole sessions, newest first. */
  grants(query: { session?: string | undefined; limit: number }): GrantView[];
  /** Ends a grant, on record. @throws Refusal NOT_FOUND */
  revoke(id: GrantId, by: Decider): Promise<GrantView>;
  /** A later event of the host closes what it settles. @returns the holds that it closed */
  settle(settlement: Settlement): Promise<HoldView[]>;
  /** Expires what is due and forgets what was closed long ago; called by upkeep. */
  sweep(): Promise<{ readonly expired: number; readonly forgotten: number }>;
  /** The listener answers false to be taken off. @throws Refusal BUSY  `watchersMax` are attached */
  watch(listener: (hold: HoldView) => boolean): Watch;
  /** Waiters are told that the daemon drains; holds stay open in the store. */
  drain(): void;
  openCount(session?: { agent: string; session: string }): number;
  readonly watchers: number;
}
