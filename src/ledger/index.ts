/**
 * The ledger: what was asked, what was answered and who decided, in an order and a form that can't be changed unseen.
 *
 * It owns the tables `ledger_*`, the keys, and the checkpoints file. Promises: an entry whose `append` (or `store.durably` around
 * `write`) resolved is on disk, after all entries with smaller numbers; numbers have no gaps; time never decreases, and a step
 * of the wall clock is an entry; every `checkpointEntriesMax` entries, `checkpointMsMax`, and `checkpointIdleMs` of silence the
 * tree is signed by a key that will be erased; without its key nothing is recorded, and it says so (LEDGER_UNAVAILABLE).
 * Never: changes or re-chains an entry (redaction and retention drop salted payloads beside it), makes a new key in silence,
 * lets a signature delay an append, or vouches for what it did not see: a start checks the newest anchors in O(log n), and
 * `verify` everything.
 * Argued in docs/adr/0004-ledger.md and docs/adr/0005-forward-secure-keys.md.
 */
import { OpenLedger } from "./ledger.ts";
import type { Ledger, LedgerOptions } from "./types.ts";

export { ledgerMigrations } from "./migrations.ts";
export { newOrigin, type Recovery, recoverLedger } from "./recover.ts";
export type * from "./types.ts";

/**
 * Opens the ledger in a store whose migrations include `ledgerMigrations`. Never throws for what is on the disk: a ledger
 * that can't be used opens with a `problem()`, refuses every append, and tries again when the cause was the disk.
 * Close it before the store.
 */
export function openLedger(options: LedgerOptions): Ledger {
  return new OpenLedger(options);
}
