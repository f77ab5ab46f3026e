import type { DatabaseSync } from "node:sqlite";
import type { NoteKind, NoteView } from "../protocol/operations/memory.ts";

/** A note with its marks and its project's path. */
export interface NoteRow {
  readonly seq: number;
  readonly id: string;
  readonly project: number;
  readonly path: string;
  readonly scope: string;
  readonly kind: NoteKind;
  readonly subject: string;
  readonly text: string;
  readonly parts: string;
  readonly tags: string;
  readonly agent: string;
  readonly session: string | null;
  readonly written_ms: number;
  readonly entry: number;
  readonly tainted: number;
  readonly sameness: string;
  readonly seen_again: number;
  readonly superseded_by: string | null;
  readonly superseded_ms: number | null;
}

/** Everything of a note, for `WHERE ...` after it; `n` the note, `m` its marks. */
export const selectNotes = `SELECT n.*, m.seen_again, m.superseded_by, m.superseded_ms, p.path FROM memory_notes n
  JOIN memory_marks m ON m.seq = n.seq JOIN memory_projects p ON p.id = n.project`;

export function viewOf(row: NoteRow): NoteView {
  return {
    id: row.id,
    project: row.project === 0 ? null : row.path,
    kind: row.kind,
    subject: row.subject,
    text: row.text,
    tags: JSON.parse(row.tags) as string[],
    agent: row.agent,
    session: row.session,
    writtenAt: new Date(row.written_ms).toISOString(),
    entry: row.entry,
    seenAgain: row.seen_again,
    tainted: row.tainted === 1,
    supersededBy: row.superseded_by,
    supersededAt: row.superseded_ms === null ? null : new Date(row.superseded_ms).toISOString(),
  };
}

/** The statements that are always the same; searches put theirs together. */
export function statements(db: DatabaseSync) {
  return {
    byId: db.prepare(`${selectNotes} WHERE n.id = ?`),
    bySeq: db.prepare(`${selectNotes} WHERE n.seq = ?`),
    // Weights of the columns scope, subject, text, parts, tags. Sorted inside the index, which is the quicker way (sqlite.org/fts5.html, 5.1.1).
    search: db.prepare(
      `SELECT rowid AS seq, rank FROM memory_words
       WHERE memory_words MATCH ? AND rank MATCH 'bm25(0.0, 4.0, 1.0, 0.5, 2.0)' ORDER BY rank LIMIT ?`,
    ),
    predecessors: db.prepare(`${selectNotes} WHERE m.superseded_by = ? ORDER BY n.seq LIMIT 64`),
    same: db.prepare(
      `${selectNotes} WHERE n.project = ? AND n.sameness = ? AND m.superseded_by IS NULL ORDER BY n.seq DESC`,
    ),
    newestOfKind: db.prepare(
      `${selectNotes} WHERE n.project = ? AND n.kind = ? AND m.superseded_by IS NULL ORDER BY n.seq DESC LIMIT ?`,
    ),
    insert: db.prepare(
      `INSERT INTO memory_notes (id, project, scope, kind, subject, text, parts, tags, agent, session, written_ms, entry, tainted, sameness)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    index: db.prepare("INSERT INTO memory_words (rowid, scope, subject, text, parts, tags) VALUES (?, ?, ?, ?, ?, ?)"),
    unindex: db.prepare(
      "INSERT INTO memory_words (memory_words, rowid, scope, subject, text, parts, tags) VALUES ('delete', ?, ?, ?, ?, ?, ?)",
    ),
    mark: db.prepare("INSERT INTO memory_marks (seq, seen_ms) VALUES (?, ?)"),
    seenAgain: db.prepare("UPDATE memory_marks SET seen_again = seen_again + 1, seen_ms = ? WHERE seq = ?"),
    supersede: db.prepare("UPDATE memory_marks SET superseded_by = ?, superseded_ms = ? WHERE seq = ?"),
    remove: db.prepare("DELETE FROM memory_notes WHERE seq = ?"),
    count: db.prepare("SELECT count(*) AS n FROM memory_notes WHERE project = ?"),
    countAll: db.prepare("SELECT count(*) AS n FROM memory_notes"),
    counts: db.prepare(
      `SELECT (SELECT count(*) FROM memory_notes) AS notes,
         (SELECT count(*) FROM memory_marks WHERE superseded_by IS NOT NULL) AS superseded,
         (SELECT count(DISTINCT project) FROM memory_notes WHERE project > 0) AS projects`,
    ),
    project: db.prepare("SELECT id FROM memory_projects WHERE path = ?"),
    addProject: db.prepare("INSERT INTO memory_projects (path) VALUES (?) RETURNING id"),
    key: db.prepare("SELECT note, fingerprint FROM memory_keys WHERE agent = ? AND session = ? AND key = ?"),
    addKey: db.prepare(
      "INSERT INTO memory_keys (agent, session, key, note, fingerprint, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    tombstone: db.prepare("SELECT at_ms, entry FROM memory_tombstones WHERE id = ?"),
    addTombstone: db.prepare("INSERT OR REPLACE INTO memory_tombstones (id, at_ms, entry) VALUES (?, ?, ?)"),
    unlink: db.prepare("DELETE FROM memory_links WHERE a = ?1 OR b = ?1"),
    link: db.prepare(
      `INSERT INTO memory_links (a, b, weight, linked_ms, decayed_ms) VALUES (?1, ?2, 0.1, ?3, ?3)
       ON CONFLICT (a, b) DO UPDATE SET weight = min(10, weight + 0.1), linked_ms = ?3, decayed_ms = ?3 RETURNING weight`,
    ),
    linked: db.prepare(
      `SELECT CASE a WHEN ?1 THEN b ELSE a END AS id, weight FROM memory_links WHERE a = ?1 OR b = ?1
       ORDER BY weight DESC, id LIMIT ?2`,
    ),
    knobs: db.prepare("SELECT knob, value FROM memory_knobs ORDER BY knob"),
    setKnob: db.prepare(
      "INSERT INTO memory_knobs (knob, value, at_ms) VALUES (?, ?, ?) ON CONFLICT (knob) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms",
    ),
  };
}

export type Statements = ReturnType<typeof statements>;

/** Takes a note out of the table and the index; the caller has entered why. */
export function erase(sql: Statements, row: NoteRow): void {
  sql.unindex.run(row.seq, row.scope, row.subject, row.text, row.parts, row.tags);
  sql.unlink.run(row.id);
  sql.remove.run(row.seq);
}
