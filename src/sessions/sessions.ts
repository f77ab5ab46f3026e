import type { DatabaseSync } from "node:sqlite";
import type { Json } from "../kit/canonical.ts";
import type { Verdict } from "../protocol/effects.ts";
import type { SessionView } from "../protocol/operations/sessions.ts";
import { Calls } from "./calls.ts";
import { Made } from "./made.ts";
import type { SessionRow } from "./rows.ts";
import type {
  JudgedCall,
  Outcome,
  Pairing,
  ProcessId,
  Session,
  SessionEvent,
  SessionKey,
  Sessions,
  SessionsOptions,
  Workspace,
} from "./types.ts";

/** Unknown fields of one session, as JSON; what does not fit is left out. */
export const detailsBytesMax = 8 * 1024;
const sweepBatch = 512;

/** What memory knows; written when new, ended or ungated, and else by the sweep. */
interface Live {
  readonly id: string;
  readonly agent: string;
  cwd: string;
  readonly workspace: Workspace;
  process: ProcessId | undefined;
  readonly startedAtMs: number;
  lastSeenAtMs: number;
  endedAtMs: number | undefined;
  toolCalls: number;
  ungated: string | undefined;
  details: Record<string, Json>;
  changed: boolean;
}

export function createSessions(options: SessionsOptions): Sessions {
  return new Registry(options);
}

const keyOf = ({ agent, session }: SessionKey): string => `${agent}\0${session}`;
const sessionKey = (live: Live): SessionKey => ({ agent: live.agent, session: live.id });

class Registry implements Sessions {
  readonly #options: SessionsOptions;
  readonly #calls: Calls;
  readonly #made: Made;
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
    const rows = this.#sql.newest.all(options.limits.sessionsMax) as unknown as SessionRow[];
    for (const row of rows.reverse()) this.#live.set(keyOf(row), liveOf(row));
  }

  async observe(event: SessionEvent): Promise<Session> {
    const key = keyOf(event);
    const live = this.#live.get(key) ?? (await this.#start(event));
    live.lastSeenAtMs = this.#options.clock.nowMs();
    live.changed = true;
    if (event.cwd !== undefined) live.cwd = event.cwd;
    if (event.details !== undefined) live.details = merge(live.details, event.details);
    if (event.pid !== undefined && live.process?.pid !== event.pid)
      live.process = this.#options.processOf(event.pid) ?? live.process;
    this.#live.delete(key);
    this.#live.set(key, live);
    if (event.phase === "ended") await this.#end(live, "its host said so");
    else if (live.endedAtMs !== undefined) live.endedAtMs = undefined; // resumed
    return sessionOf(live);
  }

  find(key: SessionKey): Session | undefined {
    const live = this.#live.get(keyOf(key));
    return live === undefined ? undefined : sessionOf(live);
  }

  list({ ended, limit }: { ended: boolean; limit: number }): SessionView[] {
    const views: SessionView[] = [];
    for (const live of [...this.#live.values()].reverse()) {
      if (live.endedAtMs !== undefined && !ended) continue;
      if (views.length >= limit) break;
      views.push(this.#view(live));
    }
    return views;
  }

  recordVerdict(call: JudgedCall): void {
    this.#calls.record(call);
    this.#sql.countCall.run(call.agent, call.session);
  }

  pairOutcome(outcome: Outcome): Pairing {
    const { call, again } = this.#calls.pair(outcome);
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

  async markUngated(key: SessionKey, why: string): Promise<void> {
    await this.#options.store.durably(() => this.#enterUngated(key, why));
    const live = this.#live.get(keyOf(key));
    if (live !== undefined) this.#refresh(live);
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

  async sweep(): Promise<void> {
    for (const live of this.#live.values()) {
      if (live.endedAtMs !== undefined || live.process === undefined) continue;
      if (this.#options.processOf(live.process.pid)?.startTime !== live.process.startTime)
        await this.#end(live, "its process is gone");
    }
    const changed = [...this.#live.values()].filter((live) => live.changed);
    for (let from = 0; from < changed.length; from += sweepBatch) {
      const batch = changed.slice(from, from + sweepBatch);
      await this.#options.store.durably(() => {
        for (const live of batch) this.#save(live);
      });
      for (const live of batch) live.changed = false;
    }
    await this.#untilDone(() => this.#calls.endOld(sweepBatch));
    await this.#options.store.durably(() => {
      this.#calls.forget();
      this.#forget();
    });
    this.#evict();
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
    const live: Live = {
      id: event.session,
      agent: event.agent,
      cwd,
      workspace: await this.#options.workspaceAt(cwd),
      process: event.pid === undefined ? undefined : this.#options.processOf(event.pid),
      startedAtMs: now,
      lastSeenAtMs: now,
      endedAtMs: undefined,
      toolCalls: 0,
      ungated: undefined,
      details: merge({}, event.details ?? {}),
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
    this.#sql.save.run(
      live.agent,
      live.id,
      live.cwd,
      JSON.stringify(live.workspace),
      live.process?.pid ?? null,
      live.process?.startTime ?? null,
      live.startedAtMs,
      live.lastSeenAtMs,
      live.endedAtMs ?? null,
      JSON.stringify(live.details),
    );
  }

  /** Memory holds `sessionsMax`: those that ended go first, then the longest silent; their rows stay. */
  #evict(): void {
    const surplus = () => this.#live.size - this.#options.limits.sessionsMax;
    if (surplus() <= 0) return;
    for (const ended of [true, false])
      for (const [key, live] of this.#live) {
        if (surplus() <= 0) return;
        if ((live.endedAtMs !== undefined) === ended) this.#live.delete(key);
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
      this.#sql.forget.run(agent, session);
    }
  }

  #view(live: Live): SessionView {
    this.#refresh(live);
    return {
      id: live.id,
      agent: live.agent,
      cwd: live.cwd,
      workspace: live.workspace.root,
      pid: live.process?.pid ?? null,
      startedAt: new Date(live.startedAtMs).toISOString(),
      lastSeenAt: new Date(live.lastSeenAtMs).toISOString(),
      endedAt: live.endedAtMs === undefined ? null : new Date(live.endedAtMs).toISOString(),
      toolCalls: live.toolCalls,
      openHolds: this.#options.openHolds(sessionKey(live)),
      ungated: live.ungated ?? null,
    };
  }
}

function unjudged({ tool, toolCallId }: Outcome): string {
  return `it ran ${tool ?? "a tool"}${toolCallId === undefined ? "" : ` (${toolCallId})`} without asking the gate`;
}

function pastDenial(verdict: Verdict, { tool }: Outcome): string | undefined {
  return verdict === "deny" ? `it ran ${tool ?? "a tool"} although the gate had denied it` : undefined;
}

/** New fields win; a field that would take the whole over its limit is left out. */
function merge(before: Readonly<Record<string, Json>>, more: Readonly<Record<string, Json>>): Record<string, Json> {
  const merged = { ...before };
  let bytes = Buffer.byteLength(JSON.stringify(merged));
  for (const [key, value] of Object.entries(more)) {
    const before = Object.hasOwn(merged, key) ? Buffer.byteLength(JSON.stringify({ [key]: merged[key] })) : 0;
    const after = bytes - before + Buffer.byteLength(JSON.stringify({ [key]: value }));
    if (after > detailsBytesMax) continue;
    merged[key] = value;
    bytes = after;
  }
  return merged;
}

function liveOf(row: SessionRow): Live {
  return {
    id: row.session,
    agent: row.agent,
    cwd: row.cwd,
    workspace: JSON.parse(row.workspace) as Workspace,
    process: row.pid === null || row.start_time === null ? undefined : { pid: row.pid, startTime: row.start_time },
    startedAtMs: row.started_ms,
    lastSeenAtMs: row.seen_ms,
    endedAtMs: row.ended_ms ?? undefined,
    toolCalls: row.tool_calls,
    ungated: row.ungated ?? undefined,
    details: JSON.parse(row.details) as Record<string, Json>,
    changed: false,
  };
}

function sessionOf(live: Live): Session {
  const { id, agent, cwd, workspace, process, startedAtMs, lastSeenAtMs, endedAtMs, toolCalls, ungated } = live;
  return { id, agent, cwd, workspace, process, startedAtMs, lastSeenAtMs, endedAtMs, toolCalls, ungated };
}

function statements(db: DatabaseSync) {
  return {
    get: db.prepare("SELECT * FROM sessions_sessions WHERE agent = ? AND session = ?"),
    newest: db.prepare("SELECT * FROM sessions_sessions ORDER BY ended_ms IS NOT NULL, seen_ms DESC LIMIT ?"),
    save: db.prepare(
      `INSERT INTO sessions_sessions (agent, session, cwd, workspace, pid, start_time, started_ms, seen_ms, ended_ms, details)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (agent, session) DO UPDATE SET cwd = excluded.cwd, pid = excluded.pid, start_time = excluded.start_time,
         seen_ms = excluded.seen_ms, ended_ms = excluded.ended_ms, details = excluded.details`,
    ),
    countCall: db.prepare("UPDATE sessions_sessions SET tool_calls = tool_calls + 1 WHERE agent = ? AND session = ?"),
    markUngated: db.prepare(
      "UPDATE sessions_sessions SET ungated = ? WHERE agent = ? AND session = ? AND ungated IS NULL",
    ),
    ungated: db.prepare(
      `SELECT agent, session, ungated FROM sessions_sessions WHERE ungated IS NOT NULL AND ended_ms IS NULL
       ORDER BY seen_ms DESC LIMIT 100`,
    ),
    surplus: db.prepare("SELECT agent, session FROM sessions_sessions ORDER BY seen_ms DESC LIMIT ?2 OFFSET ?1"),
    forget: db.prepare("DELETE FROM sessions_sessions WHERE agent = ? AND session = ?"),
  };
}
