import type { Clock } from "../kit/clock.ts";
import type { Json } from "../kit/canonical.ts";
import type { Log } from "../kit/log.ts";
import type { Verdict } from "../protocol/effects.ts";
import type { SessionPlace } from "../protocol/session-place.ts";
import type { SessionState, SessionView } from "../protocol/session-view.ts";
import type { Store } from "../store/index.ts";
import type { Evidence } from "./evidence.ts";
import type { Reader, SessionsChanged } from "./hub.ts";
import type { Known } from "./known.ts";
import type { OpenHold } from "./state.ts";

/** The same shape as the gate's `Workspace`. */
export interface Workspace {
  readonly root: string;
  readonly added: readonly string[];
  readonly ordinary: boolean;
}

export interface ProcessId {
  readonly pid: number;
  readonly startTime: number;
}

/** One event of a host, or a `gate/request`. */
export interface SessionEvent {
  readonly agent: string;
  readonly session: string;
  /** The host's own name (`SessionStart`, `PreToolUse`, `beforeTool`) or an operation's. */
  readonly event: string;
  /** `ended` on the host's SessionEnd. */
  readonly phase?: "started" | "ended" | undefined;
  /** Absolute; without it, the last one that is known. */
  readonly cwd?: string | undefined;
  /** The agent's process: the hook's parent. */
  readonly pid?: number | undefined;
  /** What the event says of what the session does, and of the session. */
  readonly evidence?: readonly Evidence[] | undefined;
  readonly known?: Known | undefined;
  /** Fields of the session that we don't know yet (model, transcript path): kept as they are, bounded. */
  readonly details?: Readonly<Record<string, Json>> | undefined;
}

export interface Session {
  readonly id: string;
  readonly agent: string;
  readonly cwd: string;
  /** Found at the first event; it does not move. */
  readonly workspace: Workspace;
  readonly process: ProcessId | undefined;
  readonly startedAtMs: number;
  readonly lastSeenAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly toolCalls: number;
  readonly ungated: string | undefined;
}

export interface SessionKey {
  readonly agent: string;
  readonly session: string;
}

export interface JudgedCall extends SessionKey {
  readonly toolCallId?: string | undefined;
  readonly tool: string;
  /** Keyed hash of the canonical input that would run. */
  readonly fingerprint: string;
  readonly verdict: Verdict;
  /** Sequence number of the verdict's ledger entry. */
  readonly entry: number;
}

/** One step by which a session came to what it knows (the gate's taint): `leg` and `what` are the gate's words. */
export interface TrailStep {
  readonly leg: string;
  readonly what: string;
  /** The verdict's ledger entry. */
  readonly entry: number;
}

export interface Outcome extends SessionKey {
  readonly toolCallId?: string | undefined;
  readonly tool?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly status: "done" | "failed" | "refused";
}

export interface Pairing {
  /** The verdict's ledger entry; null when this call was never judged. */
  readonly verdictEntry: number | null;
  /** What the verdict was. */
  readonly verdict: Verdict | null;
  /** True when an outcome of this call was already paired (hosts that report a call twice). */
  readonly again: boolean;
  /** Set when this outcome shows that the session runs tools past the gate, the first time only. */
  readonly ungated: string | undefined;
}

interface Written {
  readonly seq: number;
  readonly atMs: number;
}

export interface SessionsOptions {
  readonly store: Pick<Store, "db" | "durably" | "onRollback">;
  readonly clock: Clock;
  /** `ledger.write` */
  readonly write: (entry: {
    kind: string;
    agent?: string | null;
    session?: string | null;
    payload: Readonly<Record<string, Json>>;
  }) => Written;
  readonly limits: SessionLimits;
  /** Names this run of the daemon in cursors. */
  readonly epoch: string;
  readonly log: Log;
  readonly workspaceAt: (cwd: string) => Promise<Workspace>;
  /** The repository that a folder belongs to, whichever of its worktrees it is in; null when that can't be said. */
  readonly projectAt: (cwd: string) => Promise<string | null>;
  /** The agent's process at or above that pid right now, if it runs (facts: /proc). */
  readonly processOf: (pid: number) => ProcessId | undefined;
  /** Oldest first. */
  readonly openHolds: (key: SessionKey) => readonly OpenHold[];
  /** Called after a session's end is on disk, however it ended: its holds and grants end with it. */
  readonly onEnded?: (key: SessionKey) => void | Promise<void>;
}

/** An agent's process that no session of ours runs in. */
export interface Discovered extends SessionKey {
  readonly process: ProcessId;
  readonly cwd: string;
  readonly workspace: string;
  readonly startedAtMs: number;
  /** It used the processor lately. */
  readonly busy: boolean;
  readonly known: Known;
}

/** A live session, as far as looking at the machine can tell more of it. */
export interface Observed extends SessionKey {
  readonly process: ProcessId | undefined;
  readonly workspace: string;
  readonly cwd: string;
  readonly lastSeenAtMs: number;
  readonly transcript: string | undefined;
  /** The host's own dialog about a call has been open since then. */
  readonly askedSinceMs: number | undefined;
  /** A turn runs, and the newest thing that is known of it began then: a break that its transcript tells of after that is one of it. */
  readonly turnSinceMs: number | undefined;
  /** Its host's status line tells model, context and cost: better than what a transcript holds. */
  readonly stated: boolean;
  readonly terminal: boolean;
}

export interface SessionLimits {
  readonly sessionsMax: number;
  readonly endedSessionShownMs: number;
  readonly silentSessionMsMax: number;
  readonly sessionWatchersMax: number;
  readonly sessionsBehindMax: number;
}

export interface SessionFilter {
  readonly state?: SessionState | undefined;
  readonly agent?: string | undefined;
  /** Its workspace is this folder or below it. */
  readonly project?: string | undefined;
}

/** Names a session as a person does: the agent is needed only where two have the id, and a prefix of the id is enough where it is the only one. */
export interface SessionName {
  readonly session: string;
  readonly agent?: string | undefined;
}

/** Which sessions there are, and what became of the tool calls that were judged. `index.ts` says what it promises. */
export interface Sessions {
  /** Notes an event; a session's first one finds its workspace and is durable, later ones are written by `sweep`. */
  observe(event: SessionEvent): Promise<Session>;
  /** Evidence beside an event that was observed; a session that is not known is passed over. */
  tell(key: SessionKey, ...evidence: readonly Evidence[]): void;
  /** What its host, its processes or its folder say of a session; what is not said stays as it was. */
  learn(key: SessionKey, known: Known): void;
  find(key: SessionKey): Session | undefined;
  list(query: SessionFilter & { ended: boolean; archived: boolean; limit: number }): SessionView[];
  /** Sessions that have not ended, latest first. */
  live(): Session[];
  /** @throws Refusal NOT_FOUND, CONFLICT (the name fits several) */
  show(name: SessionName): SessionView;
  /** By id, name, first prompt, folder, branch or agent, of all time. */
  search(query: { query: string; limit: number }): SessionView[];
  /** @throws Refusal as `show` */
  rename(name: SessionName, to: string): Promise<SessionView>;
  pin(name: SessionName, pinned: boolean): Promise<SessionView>;
  archive(name: SessionName, archived: boolean): Promise<SessionView>;
  /** Somebody looked at it: finished-unseen becomes idle. */
  seen(name: SessionName): Promise<SessionView>;
  /** Its first answer, then pushes to the reader. @throws Refusal BUSY */
  watch(query: SessionFilter & { after?: string | undefined }, reader: Reader): SessionsChanged;
  /** What looking at the machine can add to. */
  observed(): Observed[];
  /** Where those that have not ended work. */
  places(): SessionPlace[];
  /** All agents' processes that are no session's, as they are now. */
  discover(found: readonly Discovered[]): void;
  /** Streams of sessions that somebody looks at: the machine is looked at for them. */
  readonly watchers: number;
  /** A hold of it was opened or closed. */
  holdsChanged(key: SessionKey): void;
  /** Something else that its view shows and the room does not keep in memory has changed: the count of its calls. */
  changed(key: SessionKey): void;
  /**
   * The live session whose agent is the nearest of these processes (nearest first), and whether a tool call of its was let through within
   * `callMsMax` and has no outcome yet, so that what runs below it is that call's.
   */
  below(processes: readonly ProcessId[]): (SessionKey & { readonly running: boolean }) | undefined;
  /** Inside a work of the store, with the verdict's entry: remembers the call until its outcome comes. */
  recordVerdict(call: JudgedCall): void;
  /** Inside a work of the store, with the outcome's entry: finds the verdict by id, else by order and input. Observe first. */
  pairOutcome(outcome: Outcome): Pairing;
  /** The newest verdict for this very call: a PermissionRequest joins it. */
  verdictOf(call: Omit<JudgedCall, "verdict" | "entry">): { verdict: Verdict; entry: number } | undefined;
  /** Inside a work of the store: paths that did not exist before this session's allowed call made them. */
  recordMade(key: SessionKey, paths: readonly string[]): void;
  /** Whether the session made the path or a folder above it. */
  made(key: SessionKey, path: string): boolean;
  /** Inside a work of the store, with the verdict's entry: what the call adds to its session's trail. `ran` false: only if its outcome shows that it ran. */
  recordTrail(key: SessionKey, steps: readonly TrailStep[], ran: boolean): void;
  /** What the session brought in and read so far, oldest first. */
  trail(key: SessionKey): readonly TrailStep[];
  /** Enters a reason to think that the session runs tools past the gate, once. */
  markUngated(key: SessionKey, why: string): Promise<void>;
  ungated(): { session: string; agent: string; why: string }[];
  /** Sessions that have not ended and whose process, where known, still runs. */
  liveCount(): number;
  /** Writes what was seen. */
  save(): Promise<void>;
  /** Writes what was seen, ends sessions whose process is gone, enters verdicts without outcome, forgets the oldest. */
  sweep(): Promise<void>;
}
