import type { DatabaseSync } from "node:sqlite";

/** Every statement on `sessions_sessions`. */
export function statements(db: DatabaseSync) {
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
