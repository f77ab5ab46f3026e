import type { Migration } from "../store/index.ts";

/**
 * Tables of the ledger; only this room writes them.
 * `ledger_entries.body` is the exact text that is hashed; kind, session, agent and at are copies for searching, and `verify`
 * compares them. `ledger_hashes` keeps Merkle nodes at levels that are multiples of 8 only (the shape of C2SP tlog-tiles), so an
 * append is one insert and every 256th is two.
 */
export const ledgerMigrations: readonly Migration[] = [
  {
    room: "ledger",
    version: 1,
    sql: `
      CREATE TABLE ledger_entries (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        agent TEXT,
        session TEXT,
        body TEXT NOT NULL,
        salt TEXT,
        payload TEXT
      ) STRICT;
      CREATE INDEX ledger_entries_kind ON ledger_entries (kind, seq);
      CREATE INDEX ledger_entries_session ON ledger_entries (session, seq) WHERE session IS NOT NULL;
      CREATE TABLE ledger_hashes (
        level INTEGER NOT NULL,
        position INTEGER NOT NULL,
        hash TEXT NOT NULL,
        PRIMARY KEY (level, position)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE ledger_keys (
        epoch INTEGER PRIMARY KEY,
        vkey TEXT NOT NULL,
        size INTEGER NOT NULL,
        handover TEXT
      ) STRICT;
      CREATE TABLE ledger_checkpoints (
        id INTEGER PRIMARY KEY,
        size INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        at INTEGER NOT NULL,
        note TEXT NOT NULL
      ) STRICT;
    `,
  },
];
