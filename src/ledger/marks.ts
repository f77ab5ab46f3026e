import type { DatabaseSync } from "node:sqlite";

/**
 * A number out of the payloads of one kind of the ledger's own entries (`ledger/redacted`, `ledger/retired`,
 * `ledger/archived`), which retention and redaction leave in place. A payload that can't be read counts for nothing: `verify`
 * finds it by its hash.
 */
export function marks(db: DatabaseSync, kind: string, member: string): number[] {
  const rows = db.prepare("SELECT payload FROM ledger_entries WHERE kind = ? ORDER BY seq").all(kind) as {
    payload: string | null;
  }[];
  return rows.flatMap(({ payload }) => {
    try {
      const value = (JSON.parse(payload ?? "{}") as Record<string, unknown>)[member];
      return typeof value === "number" ? [value] : [];
    } catch {
      return []; // see above
    }
  });
}

/** Entries below this are in the archive (or on their way there). */
export function archivedTo(db: DatabaseSync): number {
  return Math.max(0, ...marks(db, "ledger/archived", "to"));
}

/** Payloads below this were dropped by age, but for the ledger's own. */
export function retiredTo(db: DatabaseSync): number {
  return Math.max(0, ...marks(db, "ledger/retired", "to"));
}
