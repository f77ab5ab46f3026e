import type { DatabaseSync } from "node:sqlite";

/** Every statement on `sessions_sessions`. */
export function statements(db: DatabaseSync) {
  return {
    get: db.prepare("SELECT * FROM sessions_sessions WHERE agent = ? AND session = ?"),
    newest: db.prepare("SELECT * FROM sessions_sessions ORDER BY ended_ms IS NOT NULL, seen_ms DESC LIMIT ?"),
    save: db.prepare(
      `INSERT INTO sessions_sessions (agent, session, cwd, workspace, pid, start_time, started_ms, seen_ms, ended_ms, details, name,
         first_prompt, pinned, archived, branch, activity)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (agent, session) DO UPDATE SET cwd = excluded.cwd, pid = excluded.pid, start_time = excluded.start_time,
         seen_ms = excluded.seen_ms, ended_ms = excluded.ended_ms, details = excluded.details, name = excluded.name,
         first_prompt = excluded.first_prompt, pinned = excluded.pinned, archived = excluded.archived, branch = excluded.branch,
         activity = excluded.activity`,
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
    byId: db.prepare(
      "SELECT agent, session FROM sessions_sessions WHERE session = ?1 AND (?2 IS NULL OR agent = ?2) LIMIT 9",
    ),
    // substr and not LIKE: an id may hold % and _, and capitals count.
    byPrefix: db.prepare(
      `SELECT agent, session FROM sessions_sessions WHERE substr(session, 1, length(?1)) = ?1 AND (?2 IS NULL OR agent = ?2)
       ORDER BY ended_ms IS NOT NULL, seen_ms DESC LIMIT 9`,
    ),
    search: db.prepare(
      `SELECT agent, session FROM sessions_sessions
       WHERE session LIKE ?1 ESCAPE '\\' OR name LIKE ?1 ESCAPE '\\' OR first_prompt LIKE ?1 ESCAPE '\\' OR cwd LIKE ?1 ESCAPE '\\'
         OR workspace LIKE ?1 ESCAPE '\\' OR branch LIKE ?1 ESCAPE '\\' OR agent LIKE ?1 ESCAPE '\\'
       ORDER BY pinned DESC, seen_ms DESC LIMIT ?2`,
    ),
    forget: db.prepare("DELETE FROM sessions_sessions WHERE agent = ? AND session = ?"),
  };
}
