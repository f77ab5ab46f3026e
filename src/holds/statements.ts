import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./rows.ts";

/** Every statement on `holds_holds`. Each change of state names the state that it expects: that is the compare-and-set. */
export function statements(db: DatabaseSync) {
  const of = (sql: string) => prepare(db, sql);
  return {
    get: of("SELECT * FROM holds_holds WHERE id = ?"),
    listOpen: of("SELECT * FROM holds_holds WHERE state = 'open' AND (? IS NULL OR session = ?) ORDER BY seq LIMIT ?"),
    listNewest: of(
      "SELECT * FROM holds_holds WHERE (? IS NULL OR state = ?) AND (? IS NULL OR session = ?) ORDER BY seq DESC LIMIT ?",
    ),
    countOpen: of("SELECT count(*) AS n FROM holds_holds WHERE state = 'open'"),
    countOpenOf: of("SELECT count(*) AS n FROM holds_holds WHERE agent = ? AND session = ? AND state = 'open'"),
    openIdentity: of("SELECT * FROM holds_holds WHERE identity = ? AND state = 'open'"),
    approvals: of("SELECT * FROM holds_holds WHERE bound = ? AND state = 'approved' ORDER BY seq"),
    usedBy: of("SELECT * FROM holds_holds WHERE identity = ? AND state = 'used' AND used_key = ? AND bound = identity"),
    insert: of(
      `INSERT INTO holds_holds (id, state, identity, agent, session, cwd, tool, tool_call_id, pid, start_time, asked_in_host, input, rule, reason,
         effects, facts, undoable, entry, opened_ms, expires_ms)
       VALUES (?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    approve: of(
      `UPDATE holds_holds SET state = 'approved', decided_ms = ?, decided_entry = ?, words = ?, bound = ?, facts = ?,
         use_expires_ms = ? WHERE id = ? AND state = 'open'`,
    ),
    deny: of(
      `UPDATE holds_holds SET state = 'denied', decided_ms = ?, decided_entry = ?, words = ?, closed_ms = ?
       WHERE id = ? AND state = 'open'`,
    ),
    use: of(
      `UPDATE holds_holds SET state = 'used', used_key = ?, used_entry = ?, closed_ms = ? WHERE id = ? AND state = 'approved'`,
    ),
    keep: of("UPDATE holds_holds SET kept = 1 WHERE id = ? AND state = 'open'"),
    close: of("UPDATE holds_holds SET state = ?, words = ?, closed_ms = ? WHERE id = ? AND state = ?"),
    ofSession: of(
      "SELECT * FROM holds_holds WHERE agent = ? AND session = ? AND state IN ('open', 'approved') ORDER BY seq",
    ),
    ofToolCall: of(
      `SELECT * FROM holds_holds WHERE agent = ? AND session = ? AND tool_call_id = ? AND state IN ('open', 'approved')
       ORDER BY seq`,
    ),
    unsettled: of(
      `SELECT 1 FROM holds_holds WHERE agent = ? AND session = ?
         AND (state IN ('open', 'approved') OR (state = 'used' AND outcome_seen = 0)) LIMIT 1`,
    ),
    usedWithoutOutcome: of(
      "SELECT * FROM holds_holds WHERE identity = ? AND state = 'used' AND outcome_seen = 0 ORDER BY seq LIMIT 1",
    ),
    outcomeSeen: of("UPDATE holds_holds SET outcome_seen = 1 WHERE id = ?"),
    waitingFor: of(
      "SELECT * FROM holds_holds WHERE identity = ? AND state IN ('open', 'approved') ORDER BY seq LIMIT 1",
    ),
    dueOpen: of("SELECT * FROM holds_holds WHERE state = 'open' AND expires_ms <= ? ORDER BY seq LIMIT ?"),
    approved: of("SELECT * FROM holds_holds WHERE state = 'approved' ORDER BY seq LIMIT ?"),
    forgetOld: of(
      "DELETE FROM holds_holds WHERE seq IN (SELECT seq FROM holds_holds WHERE closed_ms IS NOT NULL AND closed_ms < ? LIMIT ?)",
    ),
    forgetMany: of(
      `DELETE FROM holds_holds WHERE seq IN
         (SELECT seq FROM holds_holds WHERE closed_ms IS NOT NULL ORDER BY seq DESC LIMIT -1 OFFSET ?1) AND seq IN
         (SELECT seq FROM holds_holds WHERE closed_ms IS NOT NULL ORDER BY seq LIMIT ?2)`,
    ),
  };
}
