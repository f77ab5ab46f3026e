/**
 * The gate judges a tool call by what it would do. It turns the call into effects, matches the effects against rules, and
 * answers a verdict with its reason. It is pure: no I/O, no clock, no environment. What it may know of the world is handed in as facts,
 * what it lacked is listed in `Judgement.wanted`. It never throws: a fault inside is a deny. Not-sure is a hold, never a
 * silent allow.
 *
 * How it works: `tools/` reads the call; `shell/` parses and walks what is shell text; `programs/` are the tables of what each program does;
 * `code/` reads other languages by their literals; `paths/` says where a path is and what it holds; `scene.ts` collects the effects
 * and looks up facts; `taint/` is what the session read before; `rules/` are the builtin rules and `policy/` everybody else's.
 */
export { type Leg, type Step, type Trail, taintRule } from "./taint/index.ts";
export type { Fact, FactQuery, Facts, Judgement, Machine, ToolCall, Workspace } from "./call.ts";
export { factKey } from "./call.ts";
export { builtin, exampleJudge } from "./builtin.ts";
export { judge, traceEffects } from "./judge.ts";
export { builtinRules } from "./rules/index.ts";
