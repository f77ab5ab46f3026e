import type { Migration } from "../store/index.ts";

/**
 * Tables of the memory. Times are epoch milliseconds of the wall clock. `scope` is `p` and the project's number, one plain word, so
 * that the index narrows a search to a project before it ranks. What may change about a note is beside its text, in `memory_marks`.
 */
export const memoryMigrations: readonly Migration[] = [
  {
    room: "memory",
    version: 1,
    sql: `
      -- Project 0 is "everywhere".
      CREATE TABLE memory_projects (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE
      ) STRICT;
      INSERT INTO memory_projects (id, path) VALUES (0, '');
      CREATE TABLE memory_notes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        project INTEGER NOT NULL REFERENCES memory_projects (id),
        scope TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        -- Words that the index would not find in the text by itself: parts of camelCase names, pairs of CJK characters.
        parts TEXT NOT NULL,
        -- A JSON array of texts.
        tags TEXT NOT NULL,
        agent TEXT NOT NULL,
        session TEXT,
        written_ms INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        tainted INTEGER NOT NULL,
        -- Hash of kind and text, spacing and case aside: what consolidation calls the same.
        sameness TEXT NOT NULL
      ) STRICT;
      CREATE INDEX memory_notes_project ON memory_notes (project, kind, seq);
      CREATE INDEX memory_notes_sameness ON memory_notes (project, sameness);
      CREATE TABLE memory_marks (
        seq INTEGER PRIMARY KEY REFERENCES memory_notes (seq) ON DELETE CASCADE,
        seen_again INTEGER NOT NULL DEFAULT 0,
        seen_ms INTEGER NOT NULL,
        -- The successor's id; it may have been forgotten since, and then this note stays superseded.
        superseded_by TEXT,
        superseded_ms INTEGER
      ) STRICT;
      CREATE INDEX memory_marks_superseded ON memory_marks (superseded_by) WHERE superseded_by IS NOT NULL;
      CREATE VIRTUAL TABLE memory_words USING fts5 (
        scope, subject, text, parts, tags,
        content = 'memory_notes', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
      );
      -- A deleted note's words leave the index's pages, not only its answers (sqlite.org/fts5.html, secure-delete).
      INSERT INTO memory_words (memory_words, rank) VALUES ('secure-delete', 1);
      CREATE TABLE memory_keys (
        agent TEXT NOT NULL,
        session TEXT NOT NULL,
        key TEXT NOT NULL,
        note TEXT NOT NULL,
        -- Keyed hash of the text that came with it.
        fingerprint TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (agent, session, key)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX memory_keys_age ON memory_keys (at_ms);
      CREATE TABLE memory_tombstones (
        id TEXT PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        entry INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX memory_tombstones_age ON memory_tombstones (at_ms);
      -- Notes that were of use together; the smaller id first.
      CREATE TABLE memory_links (
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        weight REAL NOT NULL,
        linked_ms INTEGER NOT NULL,
        decayed_ms INTEGER NOT NULL,
        PRIMARY KEY (a, b)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX memory_links_b ON memory_links (b, a);
      CREATE INDEX memory_links_age ON memory_links (decayed_ms);
      -- What clients of iai keep about their user: knob and JSON value.
      CREATE TABLE memory_knobs (
        knob TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
