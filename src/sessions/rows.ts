import type { Verdict } from "../protocol/effects.ts";
import type { Migration } from "../store/index.ts";

/** Times are epoch milliseconds of the wall clock; `workspace` and `details` are JSON. */
export const sessionsMigrations: readonly Migration[] = [
  {
    room: "sessions",
    version: 1,
    sql: `
      CREATE TABLE sessions_sessions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        cwd TEXT NOT NULL,
        workspace TEXT NOT NULL,
        pid INTEGER,
        start_time INTEGER,
        started_ms INTEGER NOT NULL,
        seen_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        tool_calls INTEGER NOT NULL DEFAULT 0,
        ungated TEXT,
        details TEXT NOT NULL,
        UNIQUE (agent, session)
      ) STRICT;
      CREATE INDEX sessions_seen ON sessions_sessions (seen_ms);
      -- Verdicts, until their session's end is long past: what the outcome is paired with.
      CREATE TABLE sessions_calls (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        tool_call_id TEXT,
        tool TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        verdict TEXT NOT NULL,
        entry INTEGER NOT NULL,
        judged_ms INTEGER NOT NULL,
        -- 0 no outcome yet, 1 paired, 2 entered as unfinished
        outcome INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX sessions_calls_id ON sessions_calls (agent, session, tool_call_id) WHERE tool_call_id IS NOT NULL;
      CREATE INDEX sessions_calls_input ON sessions_calls (agent, session, tool, fingerprint);
      -- An answered hold is looked for at every verdict, and there are hardly any: without this, a call repeated often costs ever more.
      CREATE INDEX sessions_calls_held ON sessions_calls (agent, session, tool, fingerprint) WHERE verdict = 'hold' AND outcome = 0;
      CREATE INDEX sessions_calls_open ON sessions_calls (judged_ms) WHERE outcome = 0;
      CREATE INDEX sessions_calls_done ON sessions_calls (outcome, judged_ms) WHERE outcome > 0;
      CREATE TABLE sessions_made (
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (agent, session, path)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    room: "sessions",
    version: 2,
    sql: `
      -- What a session brought in and read, by the verdict's entry. ran: 1 let through or seen to run, 0 neither (yet).
      CREATE TABLE sessions_trail (
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        ran INTEGER NOT NULL,
        leg TEXT NOT NULL,
        entry INTEGER NOT NULL,
        what TEXT NOT NULL,
        PRIMARY KEY (agent, session, ran, leg, entry)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    room: "sessions",
    version: 3,
    sql: `
      ALTER TABLE sessions_sessions ADD COLUMN name TEXT;
      ALTER TABLE sessions_sessions ADD COLUMN first_prompt TEXT;
      ALTER TABLE sessions_sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE sessions_sessions ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE sessions_sessions ADD COLUMN branch TEXT;
      -- JSON of what it does and what its host told of it.
      ALTER TABLE sessions_sessions ADD COLUMN activity TEXT NOT NULL DEFAULT '{}';
    `,
  },
];

export interface SessionRow {
  readonly agent: string;
  readonly session: string;
  readonly cwd: string;
  readonly workspace: string;
  readonly pid: number | null;
  readonly start_time: number | null;
  readonly started_ms: number;
  readonly seen_ms: number;
  readonly ended_ms: number | null;
  readonly tool_calls: number;
  readonly ungated: string | null;
  readonly details: string;
  readonly name: string | null;
  readonly first_prompt: string | null;
  readonly pinned: number;
  readonly archived: number;
  readonly branch: string | null;
  readonly activity: string;
}

export interface CallRow {
  readonly seq: number;
  readonly agent: string;
  readonly session: string;
  readonly tool: string;
  readonly tool_call_id: string | null;
  readonly verdict: Verdict;
  readonly entry: number;
  readonly outcome: number;
}
