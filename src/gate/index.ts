/**
 * The gate judges a tool call by what it would do. It turns the call into effects, matches the effects against rules, and
 * answers a verdict with its reason. It is pure: no I/O, no clock, no environment. What it may know of the world is handed in as facts,
 * what it lacked is listed in `Judgement.wanted`. It never throws: a fault inside is a deny. Not-sure is a hold, never a
 * silent allow.
 */
export type { Fact, FactQuery, Facts, Judgement, Machine, ToolCall, Workspace } from "./call.ts";
export { factKey } from "./call.ts";
