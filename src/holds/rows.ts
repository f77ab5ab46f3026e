import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Effect } from "../protocol/effects.ts";
import type { HoldId } from "../protocol/ids.ts";
import type { HoldState, HoldView } from "../protocol/operations/holds.ts";
import type { Migration } from "../store/index.ts";

/** Times are epoch milliseconds of the wall clock. `identity` is a keyed hash: agent, session, cwd, tool and whole input. */
export const holdsMigrations: readonly Migration[] = [
  {
    room: "holds",
    version: 1,
    sql: `
      CREATE TABLE holds_holds (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'used', 'expired', 'withdrawn', 'settled')),
        identity TEXT NOT NULL,
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        cwd TEXT NOT NULL,
        tool TEXT NOT NULL,
        tool_call_id TEXT,
        pid INTEGER,
        start_time INTEGER,
        asked_in_host INTEGER NOT NULL,
        -- 1 once a caller left it open on purpose: then no lost connection withdraws it.
        kept INTEGER NOT NULL DEFAULT 0,
        input TEXT NOT NULL,
        rule TEXT NOT NULL,
        reason TEXT NOT NULL,
        effects TEXT NOT NULL,
        facts TEXT NOT NULL,
        undoable INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        opened_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL,
        decided_ms INTEGER,
        decided_entry INTEGER,
        words TEXT,
        -- Identity of what was approved: the call's own or, when the operator edited it, the edited call's.
        bound TEXT,
        use_expires_ms INTEGER,
        used_key TEXT,
        used_entry INTEGER,
        -- 1 once the host reported an outcome for the use.
        outcome_seen INTEGER NOT NULL DEFAULT 0,
        closed_ms INTEGER
      ) STRICT;
      CREATE UNIQUE INDEX holds_open ON holds_holds (identity) WHERE state = 'open';
      CREATE INDEX holds_identity ON holds_holds (identity, state);
      CREATE INDEX holds_bound ON holds_holds (bound) WHERE state = 'approved';
      CREATE INDEX holds_session ON holds_holds (agent, session, state);
      CREATE INDEX holds_state ON holds_holds (state, seq);
      CREATE INDEX holds_closed ON holds_holds (closed_ms) WHERE closed_ms IS NOT NULL;
      CREATE TABLE holds_grants (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        hold TEXT NOT NULL,
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        tool TEXT NOT NULL,
        rule TEXT NOT NULL,
        covers TEXT NOT NULL,
        scripts TEXT NOT NULL,
        pid INTEGER,
        start_time INTEGER,
        granted_ms INTEGER NOT NULL,
        expires_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX holds_grants_session ON holds_grants (agent, session);
    `,
  },
];

export interface Row {
  readonly id: HoldId;
  readonly state: HoldState;
  readonly identity: string;
  readonly agent: string;
  readonly session: string;
  readonly cwd: string;
  readonly tool: string;
  readonly tool_call_id: string | null;
  readonly pid: number | null;
  readonly start_time: number | null;
  readonly asked_in_host: number;
  readonly kept: number;
  readonly input: string;
  readonly rule: string;
  readonly reason: string;
  readonly effects: string;
  readonly facts: string;
  readonly undoable: number;
  readonly entry: number;
  readonly opened_ms: number;
  readonly expires_ms: number;
  readonly decided_ms: number | null;
  readonly decided_entry: number | null;
  readonly words: string | null;
  readonly bound: string | null;
  readonly use_expires_ms: number | null;
  readonly used_key: string | null;
  readonly used_entry: number | null;
  readonly outcome_seen: number;
  readonly closed_ms: number | null;
}

/** What only memory knows of a hold. */
export interface Presence {
  readonly waiting: number;
  readonly editable: boolean;
}

export function viewOf(row: Row, presence: Presence): HoldView {
  const open = row.state === "open";
  return {
    id: row.id,
    state: row.state,
    agent: row.agent,
    session: row.session,
    cwd: row.cwd,
    tool: row.tool,
    ...(row.tool_call_id === null ? {} : { toolCallId: row.tool_call_id }),
    input: JSON.parse(row.input) as HoldView["input"],
    reason: row.reason,
    rule: row.rule,
    effects: effectsOf(row),
    openedAt: new Date(row.opened_ms).toISOString(),
    expiresAt: new Date(row.use_expires_ms ?? row.expires_ms).toISOString(),
    decidedAt: row.decided_ms === null ? null : new Date(row.decided_ms).toISOString(),
    words: row.words,
    waiting: open ? presence.waiting : 0,
    editable: open && presence.editable,
    undoable: row.undoable === 1,
    entry: row.entry,
  };
}

export const effectsOf = (row: Row): Effect[] => JSON.parse(row.effects) as Effect[];
export const factsOf = (row: Row): Record<string, string> => JSON.parse(row.facts) as Record<string, string>;

/** The statements of this room, each prepared once; `first` and `all` give rows in the caller's word for their shape. */
export function prepare(db: DatabaseSync, sql: string) {
  const statement = db.prepare(sql);
  return {
    first: <T = Row>(...values: SQLInputValue[]): T | undefined => statement.get(...values) as T | undefined,
    all: <T = Row>(...values: SQLInputValue[]): T[] => statement.all(...values) as T[],
    /** @returns how many rows it changed */
    run: (...values: SQLInputValue[]): number => Number(statement.run(...values).changes),
  };
}
