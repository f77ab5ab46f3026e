import type { DatabaseSync } from "node:sqlite";
import type { UpkeepCommandView, UpkeepState } from "../protocol/operations/upkeep.ts";
import type { Migration } from "../store/index.ts";

/** Times are epoch milliseconds of the wall clock. */
export const upkeepMigrations: readonly Migration[] = [
  {
    room: "upkeep",
    version: 1,
    sql: `
      CREATE TABLE upkeep_state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        state TEXT NOT NULL,
        since_ms INTEGER NOT NULL,
        paused_until_ms INTEGER,
        -- The task at which a round stands that has begun and not ended.
        at_task TEXT
      ) STRICT;
      CREATE TABLE upkeep_tasks (
        name TEXT PRIMARY KEY,
        ended_ms INTEGER NOT NULL,
        done_ms INTEGER,
        outcome TEXT NOT NULL,
        failures INTEGER NOT NULL,
        rests_until_ms INTEGER,
        result TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE upkeep_commands (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        by TEXT NOT NULL,
        asked_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        note TEXT
      ) STRICT;
    `,
  },
];

export interface StateRow {
  readonly state: UpkeepState;
  readonly since_ms: number;
  readonly paused_until_ms: number | null;
  readonly at_task: string | null;
}

export interface TaskRow {
  readonly name: string;
  readonly ended_ms: number;
  readonly done_ms: number | null;
  readonly outcome: "done" | "failed" | "interrupted";
  readonly failures: number;
  readonly rests_until_ms: number | null;
  readonly result: string | null;
}

export interface CommandRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: UpkeepCommandView["kind"];
  readonly state: UpkeepCommandView["state"];
  readonly reason: string;
  readonly by: string;
  readonly asked_ms: number;
  readonly ended_ms: number | null;
  readonly note: string | null;
}

export function statements(db: DatabaseSync) {
  return {
    state: db.prepare("SELECT state, since_ms, paused_until_ms, at_task FROM upkeep_state WHERE one = 1"),
    save: db.prepare(
      `INSERT INTO upkeep_state (one, state, since_ms, paused_until_ms, at_task) VALUES (1, ?, ?, ?, ?)
       ON CONFLICT (one) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms,
         paused_until_ms = excluded.paused_until_ms, at_task = excluded.at_task`,
    ),
    task: db.prepare("SELECT * FROM upkeep_tasks WHERE name = ?"),
    saveTask: db.prepare(
      `INSERT INTO upkeep_tasks (name, ended_ms, done_ms, outcome, failures, rests_until_ms, result) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET ended_ms = excluded.ended_ms, done_ms = excluded.done_ms, outcome = excluded.outcome,
         failures = excluded.failures, rests_until_ms = excluded.rests_until_ms, result = excluded.result`,
    ),
    addCommand: db.prepare(
      "INSERT INTO upkeep_commands (id, kind, state, reason, by, asked_ms, ended_ms, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    endCommand: db.prepare("UPDATE upkeep_commands SET state = ?, ended_ms = ?, note = ? WHERE id = ?"),
    queued: db.prepare("SELECT * FROM upkeep_commands WHERE state IN ('queued', 'running') ORDER BY seq"),
    newest: db.prepare("SELECT * FROM upkeep_commands ORDER BY seq DESC LIMIT ?"),
    command: db.prepare("SELECT * FROM upkeep_commands WHERE id = ?"),
    trim: db.prepare(
      `DELETE FROM upkeep_commands WHERE state NOT IN ('queued', 'running')
         AND seq <= (SELECT seq FROM upkeep_commands ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
    ),
  };
}

export type Statements = ReturnType<typeof statements>;

export function commandView(row: CommandRow): UpkeepCommandView {
  const { id, kind, state, reason, by, note } = row;
  return { id, kind, state, reason, by, note, askedAt: iso(row.asked_ms), endedAt: isoOrNull(row.ended_ms) };
}

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : iso(ms);
