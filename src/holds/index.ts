/**
 * Holds: the one queue of tool calls that await a person. The room owns the tables `holds_*`, the callers that wait, the
 * approvals and the grants "for the session".
 *
 * Promises: a hold, its ledger entry and the verdict's entry are one transaction, on disk before anybody hears of it; the waiter
 * is registered before the hold is announced. A hold is decided once, by compare-and-set in the database. An approval releases
 * one call, bound to the exact input, cwd, session and facts, and is judged again at use: what policy now denies stays denied, a
 * changed fact makes a new hold that shows the difference. Nothing expires into an approval, however the clock steps.
 * Limits: open holds per session and in all, callers per hold, watchers, memory for inputs; each has a stated answer.
 * Never: stores an input unredacted, judges by itself, talks to a host, speaks to the operator (that is notify and the boards).
 * Argued in DESIGN sections 1 (promise 6), 4 and 5.
 */
export { createHolds } from "./holds.ts";
export { holdsMigrations } from "./rows.ts";
export { RequestKeys } from "./request-keys.ts";
export type * from "./types.ts";
