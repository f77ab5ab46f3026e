/**
 * Policy: what people say about verdicts, in TOML. This folder turns text into layers (`parsePolicy`), layers into a policy
 * (`compile`), and a policy with the effects of a call and the findings of the built-in rules into a verdict (`evaluate`, whose
 * comment is the semantics). It is pure: no files, no clock. A layer that may not loosen never does; a catastrophic finding is
 * denied whatever a policy says. Matching takes time linear in what is matched. It never reads, stores or trusts a file: the
 * daemon does, and keeps the last good text of each layer.
 */
export { compileBuiltin } from "./builtin.ts";
export type { Builtin } from "./builtin.ts";
export { tryExamples } from "./examples.ts";
export type { ExampleJudge, ExampleResult } from "./examples.ts";
export { importClaude } from "./import-claude.ts";
export { importCodex } from "./import-codex.ts";
export type { Imported } from "./import-rules.ts";
export { narrowRule } from "./narrow.ts";
export type { HeldCall } from "./narrow.ts";
export { parsePolicy } from "./parse.ts";
export type { Parsed, ParseOptions } from "./parse.ts";
export { compile, evaluate } from "./evaluate.ts";
export type { LayerInForce, Policy } from "./evaluate.ts";
export type {
  Evaluation,
  Example,
  Finding,
  LayerName,
  PolicyContext,
  PolicyLayer,
  PolicyRule,
  TracedEffect,
  Words,
} from "./rule.ts";
