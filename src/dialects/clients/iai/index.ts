/**
 * iai's clients: a JSON-RPC 2.0 method for each thing that its memory does, and seven control frames for its background work. Its
 * records are our notes, its events our ledger's entries, its state machine the upkeep's. Methods of what we have not (topology,
 * schemas, drift, shield, identity votes) are answered as unknown, which its clients understand.
 */
export { iaiControl } from "./control.ts";
export { iaiMethods } from "./methods.ts";
export type { IaiCaller, IaiHit, IaiPorts } from "./ports.ts";
