import type { Effect, Mode, Verdict } from "../../protocol/effects.ts";
import type { Glob, WordsGlob } from "./glob.ts";

/** Outermost first. `builtin` is not text but the rules of `gate/rules`. */
const layerNames = ["builtin", "organisation", "user", "repository", "session"] as const;
export type LayerName = (typeof layerNames)[number];

/**
 * An effect, and where in the call it comes from: the words of its simple command after expansion, wrappers peeled, and the
 * folder in which that runs (left out: the call's). A word whose value can't be known is `undefined`. No `words`: the effect is
 * of a tool that is no shell, or of the call as a whole.
 */
export type TracedEffect = Effect & {
  readonly words?: Words | undefined;
  readonly cwd?: string | undefined;
  /** What would be fine instead, where that is more telling than the rule's own sentence. */
  readonly instead?: string | undefined;
};
export type Words = readonly (string | undefined)[];

/** What a built-in rule says of a call. `effect` is its place in the list of effects; left out, it speaks of the call as a whole. */
export interface Finding {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly instead?: string | undefined;
  /** Denied in every mode, released by nothing. */
  readonly catastrophic?: boolean | undefined;
  readonly effect?: number | undefined;
  /** Only an allow rule that speaks of this field takes it back. */
  readonly names?: "secret" | undefined;
}

/** What a rule matches: every field that is present must match, by any of its alternatives. */
export interface RuleMatch {
  readonly tool?: readonly Glob[];
  readonly command?: readonly WordsGlob[];
  /** Of the workspace's root. */
  readonly workspace?: readonly Glob[];
  /** Of the folder in which the command runs. */
  readonly cwd?: readonly Glob[];
  readonly kind?: readonly Effect["kind"][];
  readonly place?: readonly Effect["place"][];
  readonly target?: readonly Glob[];
  readonly reach?: readonly Effect["reach"][];
  readonly undoable?: readonly Effect["undoable"][];
  readonly sure?: readonly Effect["sure"][];
  readonly secret?: readonly Effect["secret"][];
}

export interface PolicyRule {
  readonly id: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly instead: string | undefined;
  readonly match: RuleMatch;
  readonly examples: readonly Example[];
}

/** A tool call whose verdict the rule's author states; checked when the file is loaded. */
export interface Example {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Absolute or `~/...`; where the call is made. */
  readonly cwd: string | undefined;
  readonly workspace: string | undefined;
  readonly verdict: Verdict;
}

/** One policy file, parsed. */
export interface PolicyLayer {
  readonly layer: Exclude<LayerName, "builtin">;
  /** Where the text came from; null for the session's. */
  readonly path: string | null;
  readonly mode: Mode | undefined;
  /** Folders that count as workspace besides the session's own: absolute, or `~/...`. */
  readonly added: readonly string[];
  readonly rules: readonly PolicyRule[];
}

/** What `evaluate` knows of the call besides its effects. */
export interface PolicyContext {
  readonly tool: string;
  /** Every simple command of the call, also those without an effect. */
  readonly commands: readonly Words[];
  /** What else speaks against the call, e.g. the session's taint. */
  readonly findings?: readonly Finding[];
  /** Absolute: where the call is made. */
  readonly cwd: string;
  /** Absolute; `~/` in a pattern. */
  readonly userHome: string;
  /** Absolute root; `./` in a pattern. */
  readonly workspace: string;
}

export interface Evaluation {
  readonly verdict: Verdict;
  /** Id of the rule that decided. */
  readonly rule: string;
  readonly reason: string;
  readonly instead: string | undefined;
  readonly catastrophic: boolean;
  readonly layer: LayerName;
  /** In `observe`, `unattended` and `panic`: the verdict that `attended` would have given, where it differs. */
  readonly would: Verdict | undefined;
}
