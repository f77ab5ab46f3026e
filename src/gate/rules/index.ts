import { catastrophic } from "./catastrophic.ts";
import { holds } from "./holds.ts";
import type { Rule } from "./rule.ts";

/** The builtin layer: every rule that holds before anybody wrote a policy. What none of them matches is ordinary work. */
export const builtinRules: readonly Rule[] = [...catastrophic, ...holds];
