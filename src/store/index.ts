/**
 * The store: one SQLite database for the whole daemon (node:sqlite), its migrations, and the one way to write to it.
 *
 * Promises: what `durably` resolved is on disk (WAL, and its sync before the promise). Works of one loop turn share
 * one transaction, in the order in which they were handed in; a work that throws takes nobody with it. When the disk fails,
 * every work of that batch is refused with a `StoreFault` that says what to do, `problem` says so until a later batch succeeds,
 * and nothing is retried behind the caller's back. When the log can't be synced, every work is refused until the daemon is started anew.
 * Limits: `worksMax` works may wait (one more is refused at once), `worksPerTransactionMax` share a transaction.
 * Never: writes outside `durably` and `atOnce`; opens a database of newer code or of another program; opens instance.db twice.
 * Argued in docs/adr/0004-ledger.md and docs/adr/0018-sync-beside-the-loop.md.
 */
export { StoreFault, type StoreFaultKind, storeFaultOf } from "./fault.ts";
export { takeInstance, type Instance } from "./instance.ts";
export { type Migration, type Store, type StoreOptions, openStore } from "./store.ts";
