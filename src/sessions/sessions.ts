import type { Verdict } from "../protocol/effects.ts";
import type { SessionView } from "../protocol/session-view.ts";
import type { SessionPlace } from "../protocol/session-place.ts";
import { newActivity, withEvidence } from "./activity.ts";
import { Board } from "./board.ts";
import { Calls } from "./calls.ts";
import type { Evidence } from "./evidence.ts";
import { Finder } from "./finder.ts";
import type { Reader, SessionsChanged } from "./hub.ts";
import { keyOf } from "./keys.ts";
import { type Known, learned } from "./known.ts";
import { type Live, liveOf, merge, observedOf, placeOf, sessionOf, unknownYet, valuesOf } from "./live.ts";
import { Made } from "./made.ts";
import type { SessionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import { Trails } from "./trails.ts";
import type {
  Discovered,
  JudgedCall,
  Observed,
  Outcome,
  Pairing,
  ProcessId,
  Session,
  SessionEvent,
  SessionFilter,
  SessionKey,
  SessionName,
  Sessions,
  SessionsOptions,
  TrailStep,
} from "./types.ts";
import { matches } from "./view.ts";

const sweepBatch = 512;
/** Older processes of one session that are remembered. */
const othersMax = 4;

export function createSessions(options: SessionsOptions): Sessions {
  return new Registry(options);
}

const sessionKey = (live: Live): SessionKey => ({ agent: live.agent, session: live.id });

class Registry implements Sessions {
  readonly #options: SessionsOptions;
  readonly #calls: Calls;
  readonly #made: Made;
  readonly #trails: Trails;
  readonly #finder: Finder;
  readonly #board: Board;
  readonly #sql;
  /** In the order in which they were last seen. */
  readonly #live = new Map<string, Live>();
  /** First events whose workspace is being found: the events of a session must agree on it. */
  readonly #starting = new Map<string, Promise<Live>>();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#sql = statements(options.store.db);
    this.#calls = new Calls(options.store.db, options.clock, options.write);
    this.#made = new Made(options.store.db);
    this.#trails = new Trails(options.store.db);
    options.store.onRollback(() => this.#trails.rolledBack());
    this.#finder = new Finder(this.#sql);
    this.#board = new Board({ ...options, lives: this.#live, refresh: (live) => this.#refresh(live) });
    const rows = this.#sql.newest.all(options.limits.sessionsMax) as unknown as SessionRow[];
    for (const row of rows.reverse()) {
      const live = liveOf(row);
      this.#live.set(keyOf(row), live);
      this.#board.adopt(live, undefined);
    }
  }

  async observe(event: SessionEvent): Promise<Session> {
    const key = keyOf(event);
    const live = this.#live.get(key) ?? (await this.#start(event));
    live.lastSeenAtMs = this.#options.clock.nowMs();
    live.changed = true;
    if (event.cwd !== undefined) live.cwd = event.cwd;
    if (event.details !== undefined) live.details = merge(live.details, event.details);
    const before = live.process;
    if (event.pid !== undefined && live.process?.pid !== event.pid) this.#joined(live, event.pid);
    this.#live.delete(key);
    this.#live.set(key, live);
    live.archived = false;
    if (event.known !== undefined) this.#learn(live, event.known);
    for (const evidence of event.evidence ?? []) this.#take(live, evidence);
    if (event.phase === "ended") await this.#left(live, before, event.pid);
    else if (live.endedAtMs !== undefined && (event.evidence === undefined || live.activity.gone === null))
      this.#resume(live);
    this.#board.changed(live);
    return sessionOf(live);
  }

  tell(key: SessionKey, ...evidence: readonly Evidence[]): void {
    const live = this.#live.get(keyOf(key));
    if (live === undefined) return;
    for (const one of evidence) this.#take(live, one);
    live.changed = true;
    this.#board.changed(live);
  }

  learn(key: SessionKey, known: Known): void {
    const live = this.#live.get(keyOf(key));
    if (live === undefined || !this.#learn(live, known)) return;
    live.changed = true;
    this.#board.changed(live);
  }

  observed(): Observed[] {
    return [...this.#live.values()].filter(({ endedAtMs }) => endedAtMs === undefined).map(observedOf);
  }

  places(): SessionPlace[] {
    return [...this.#live.values()].filter(({ endedAtMs }) => endedAtMs === undefined).map(placeOf);
  }

  discover(found: readonly Discovered[]): void {
    this.#board.discover(found);
  }

  get watchers(): number {
    return this.#board.watchers;
  }

  find(key: SessionKey): Session | undefined {
    const live = this.#live.get(keyOf(key));
    return live === undefined ? undefined : sessionOf(live);
  }

  list(query: SessionFilter & { ended: boolean; archived: boolean; limit: number }): SessionView[] {
    const views: SessionView[] = [];
    for (const live of [...this.#live.values()].reverse()) {
      if ((live.endedAtMs !== undefined && !query.ended) || (live.archived && !query.archived)) continue;
      if (views.length >= query.limit) break;
      const view = this.#board.view(live);
      if (matches(query, view)) views.push(view);
    }
    for (const view of this.#board.discovered())
      if (views.length < query.limit && matches(query, view)) views.push(view);
    return views;
  }

  live(): Session[] {
    return [...this.#live.values()]
      .reverse()
      .filter(({ endedAtMs }) => endedAtMs === undefined)
      .map(sessionOf);
  }

  show(name: SessionName): SessionView {
    return this.#board.findDiscovered(name) ?? this.#board.view(this.#recall(name));
  }

  search({ query, limit }: { query: string; limit: number }): SessionView[] {
    return this.#finder.search(query, limit).map((key) => this.#board.view(this.#recall(key)));
  }

  rename(name: SessionName, to: string): Promise<SessionView> {
    return this.#change(name, (live) => {
      live.name = to.trim() === "" ? undefined : to.trim();
    });
  }

  pin(name: SessionName, pinned: boolean): Promise<SessionView> {
    return this.#change(name, (live) => {
      live.pinned = pinned;
    });
  }

  archive(name: SessionName, archived: boolean): Promise<SessionView> {
    return this.#change(name, (live) => {
      live.archived = archived;
    });
  }

  seen(name: SessionName): Promise<SessionView> {
    return this.#change(name, (live) => this.#take(live, { kind: "seen" }));
  }

  watch(query: SessionFilter & { after?: string | undefined }, reader: Reader): SessionsChanged {
    return this.#board.watch(query, reader);
  }

  changed(key: SessionKey): void {
    const live = this.#live.get(keyOf(key));
    if (live !== undefined) this.#board.changed(live);
  }

  holdsChanged(key: SessionKey): void {
    const live = this.#live.get(keyOf(key));
    if (live !== undefined) this.#board.holdsChanged(live);
  }

  below(processes: readonly ProcessId[]): (SessionKey & { readonly running: boolean }) | undefined {
    let nearest: Live | undefined;
    let at = processes.length;
    for (const live of this.#live.values()) {
      const { process } = live;
      if (live.endedAtMs !== undefined || process === undefined) continue;
      const index = processes.findIndex(({ pid, startTime }) => pid === process.pid && startTime === process.startTime);
      // Of two sessions in one process the later is the one that runs.
      if (index >= 0 && index <= at) [nearest, at] = [live, index];
    }
    if (nearest === undefined) return undefined;
    const key = sessionKey(nearest);
    return { ...key, running: this.#calls.running(key) };
  }

  recordVerdict(call: JudgedCall): void {
    this.#calls.record(call);
    this.#sql.countCall.run(call.agent, call.session);
  }

  pairOutcome(outcome: Outcome): Pairing {
    const { call, again } = this.#calls.pair(outcome);
    if (call !== undefined && call.verdict !== "allow" && outcome.status !== "refused")
      this.#trails.ran(outcome, call.entry);
    const why =
      call === undefined
        ? unjudged(outcome)
        : outcome.status === "done" && !again
          ? pastDenial(call.verdict, outcome)
          : undefined;
    const ungated = why !== undefined && this.#enterUngated(outcome, why) ? why : undefined;
    return { verdictEntry: call?.entry ?? null, verdict: call?.verdict ?? null, again, ungated };
  }

  verdictOf(call: Omit<JudgedCall, "verdict" | "entry">): { verdict: Verdict; entry: number } | undefined {
    const row = this.#calls.find(call);
    return row === undefined ? undefined : { verdict: row.verdict, entry: row.entry };
  }

  recordMade(key: SessionKey, paths: readonly string[]): void {
    this.#made.add(key, paths);
  }

  made(key: SessionKey, path: string): boolean {
    return this.#made.has(key, path);
  }

  recordTrail(key: SessionKey, steps: readonly TrailStep[], ran: boolean): void {
    this.#trails.add(key, steps, ran);
  }

  trail(key: SessionKey): readonly TrailStep[] {
    return this.#trails.of(key);
  }

  async markUngated(key: SessionKey, why: string): Promise<void> {
    await this.#options.store.durably(() => this.#enterUngated(key, why));
    this.changed(key);
  }

  ungated(): { session: string; agent: string; why: string }[] {
    const rows = this.#sql.ungated.all() as { session: string; agent: string; ungated: string }[];
    return rows.map(({ session, agent, ungated }) => ({ session, agent, why: ungated }));
  }

  liveCount(): number {
    let count = 0;
    for (const live of this.#live.values()) if (live.endedAtMs === undefined) count += 1;
    return count;
  }

  async save(): Promise<void> {
    const changed = [...this.#live.values()].filter((live) => live.changed);
    for (let from = 0; from < changed.length; from += sweepBatch) {
      const batch = changed.slice(from, from + sweepBatch);
      await this.#options.store.durably(() => {
        for (const live of batch) this.#save(live);
      });
      for (const live of batch) live.changed = false;
    }
  }

  async sweep(): Promise<void> {
    for (const live of this.#live.values()) {
      if (live.endedAtMs !== undefined) continue;
      if (live.process === undefined) {
        // Else it would count as running for ever, and every terminal that is opened later as younger than it.
        if (this.#silent(live)) await this.#end(live, "nothing was heard of it for long, and its process is not known");
        continue;
      }
      if (this.#options.processOf(live.process.pid)?.startTime !== live.process.startTime) {
        const other = this.#otherOf(live);
        if (other === undefined) await this.#end(live, "its process is gone");
        else this.#handOver(live, other, live.process);
        this.#board.changed(live);
      }
    }
    this.#board.sweep();
    await this.save();
    await this.#untilDone(() => this.#calls.endOld(sweepBatch));
    await this.#untilDone(() => this.#calls.forget(sweepBatch));
    await this.#options.store.durably(() => this.#forget());
    this.#evict();
  }

  #silent(live: Live): boolean {
    const { clock, limits, openHolds } = this.#options;
    return clock.nowMs() - live.lastSeenAtMs > limits.silentSessionMsMax && openHolds(sessionKey(live)).length === 0;
  }

  async #start(event: SessionEvent): Promise<Live> {
    const key = keyOf(event);
    const running = this.#starting.get(key);
    if (running !== undefined) return running;
    const starting = this.#found(event);
    this.#starting.set(key, starting);
    try {
      const live = await starting;
      this.#live.set(key, live);
      this.#evict();
      return live;
    } finally {
      this.#starting.delete(key);
    }
  }

  /** A session that memory forgot is found in its row; a new one is written before anything is answered to it. */
  async #found(event: SessionEvent): Promise<Live> {
    const row = this.#sql.get.get(event.agent, event.session) as SessionRow | undefined;
    if (row !== undefined) return liveOf(row);
    const now = this.#options.clock.nowMs();
    const cwd = event.cwd ?? "/";
    const [workspace, project] = await Promise.all([this.#options.workspaceAt(cwd), this.#options.projectAt(cwd)]);
    const live: Live = {
      id: event.session,
      agent: event.agent,
      cwd,
      workspace,
      process: event.pid === undefined ? undefined : this.#options.processOf(event.pid),
      startedAtMs: now,
      lastSeenAtMs: now,
      endedAtMs: undefined,
      toolCalls: 0,
      ungated: undefined,
      details: merge({}, event.details ?? {}),
      ...unknownYet,
      activity: newActivity(now),
      known: project === null ? {} : { project },
      came: { state: "idle", waitingFor: null, atMs: now },
      others: [],
      changed: false,
    };
    await this.#options.store.durably(() => {
      this.#save(live);
      const payload = { cwd, workspace: live.workspace.root, ordinary: live.workspace.ordinary, event: event.event };
      this.#options.write({ kind: "session/started", agent: live.agent, session: live.id, payload });
    });
    return live;
  }

  async #end(live: Live, why: string): Promise<void> {
    if (live.endedAtMs !== undefined) return;
    const endedAtMs = this.#options.clock.nowMs();
    live.endedAtMs = endedAtMs;
    live.activity = withEvidence(live.activity, { kind: "ended", why }, endedAtMs);
    const key = sessionKey(live);
    await this.#untilDone(() => this.#calls.endSession(key, sweepBatch));
    await this.#options.store.durably(() => {
      this.#save(live);
      this.#options.write({ kind: "session/ended", agent: live.agent, session: live.id, payload: { why } });
    });
    try {
      await this.#options.onEnded?.(key);
    } catch (error) {
      this.#options.log.error({ err: error, ...key }, "what ends with a session could not be ended");
    }
  }

  async #untilDone(work: () => number): Promise<void> {
    while ((await this.#options.store.durably(work)) === sweepBatch);
  }

  /** In a work of the store: the first reason stays. @returns whether this was it */
  #enterUngated(key: SessionKey, why: string): boolean {
    if (Number(this.#sql.markUngated.run(why, key.agent, key.session).changes) === 0) return false;
    this.#options.write({ kind: "session/ungated", agent: key.agent, session: key.session, payload: { why } });
    return true;
  }

  /** Calls and reasons are counted in the row, inside the works that enter them. */
  #refresh(live: Live): void {
    const row = this.#sql.get.get(live.agent, live.id) as SessionRow | undefined;
    live.toolCalls = row?.tool_calls ?? live.toolCalls;
    live.ungated = row?.ungated ?? live.ungated;
  }

  #save(live: Live): void {
    this.#sql.save.run(...valuesOf(live));
  }

  /** Memory holds `sessionsMax`: those that ended go first, then the longest silent; their rows stay. */
  #evict(): void {
    const surplus = () => this.#live.size - this.#options.limits.sessionsMax;
    if (surplus() <= 0) return;
    for (const ended of [true, false])
      for (const [key, live] of this.#live) {
        if (surplus() <= 0) return;
        if ((live.endedAtMs !== undefined) !== ended) continue;
        this.#live.delete(key);
        this.#board.left(live);
      }
  }

  /** The table holds four times what memory does, the longest silent go first with what they made. */
  #forget(): void {
    const rows = this.#sql.surplus.all(this.#options.limits.sessionsMax * 4, sweepBatch) as {
      agent: string;
      session: string;
    }[];
    for (const { agent, session } of rows) {
      this.#made.forget({ agent, session });
      this.#trails.forget({ agent, session });
      this.#sql.forget.run(agent, session);
    }
  }

  #take(live: Live, evidence: Evidence): void {
    if (evidence.kind === "prompted") live.firstPrompt ??= evidence.text === "" ? undefined : evidence.text;
    const running = live.activity.calls.length;
    live.activity = withEvidence(live.activity, evidence, this.#options.clock.nowMs());
    if (live.activity.calls.length < running) live.callsEndedMs = this.#options.clock.monotonicMs();
  }

  /** @returns whether anything is new */
  #learn(live: Live, known: Known): boolean {
    const before = live.known;
    live.known = learned(before, known);
    if (live.known === before) return false;
    live.branch = live.known.git?.branch ?? live.branch;
    this.#board.adopt(live, before.parent);
    return true;
  }

  /** It had ended and is back: resumed, or its end was somebody else's. */
  #resume(live: Live): void {
    live.endedAtMs = undefined;
    if (live.activity.gone !== null)
      live.activity = { ...newActivity(live.activity.gone.atMs), began: live.activity.began };
  }

  /** Its newest process; an older one that still runs is remembered, so that the end of either is not the end of both. */
  #joined(live: Live, pid: number): void {
    const process = this.#options.processOf(pid);
    if (process === undefined || process.pid === live.process?.pid) return;
    const others = live.process === undefined ? live.others : [live.process, ...live.others];
    live.others = others.filter((other) => other.pid !== process.pid).slice(0, othersMax);
    live.process = process;
  }

  /** One of its processes said that it ends: the session ends with the last one. @param before  the process that was heard of last before that */
  async #left(live: Live, before: ProcessId | undefined, pid: number | undefined): Promise<void> {
    const other = pid === undefined ? undefined : this.#otherOf(live);
    if (other === undefined) await this.#end(live, "its host said that it ended");
    else this.#handOver(live, other, before);
  }

  /** Another process that runs this session too (resumed twice) and still does. */
  #otherOf({ others }: Live): ProcessId | undefined {
    return others.find(({ pid, startTime }) => this.#options.processOf(pid)?.startTime === startTime);
  }

  /** Its process has ended, another one goes on. What was going on in the one that was heard of last is over if that is the one. */
  #handOver(live: Live, other: ProcessId, heardLast: ProcessId | undefined): void {
    const over = live.process?.pid === heardLast?.pid;
    live.process = other;
    live.others = live.others.filter(({ pid }) => pid !== other.pid);
    if (over && live.activity.turn !== null)
      this.#take(live, { kind: "interrupted", text: "the process in which it worked is gone" });
    live.changed = true;
  }

  /** From memory, else from its row. */
  #recall(name: SessionName): Live {
    const key = this.#finder.resolve(name);
    return this.#live.get(keyOf(key)) ?? liveOf(this.#sql.get.get(key.agent, key.session) as unknown as SessionRow);
  }

  async #change(name: SessionName, change: (live: Live) => void): Promise<SessionView> {
    const live = this.#recall(name);
    change(live);
    await this.#options.store.durably(() => this.#save(live));
    this.#board.changed(live);
    return this.#board.view(live);
  }
}

function unjudged({ tool, toolCallId }: Outcome): string {
  return `it ran ${tool ?? "a tool"}${toolCallId === undefined ? "" : ` (${toolCallId})`} without asking the gate`;
}

function pastDenial(verdict: Verdict, { tool }: Outcome): string | undefined {
  return verdict === "deny" ? `it ran ${tool ?? "a tool"} although the gate had denied it` : undefined;
}
