import type { Effect, Verdict } from "../../protocol/effects.ts";

/**
 * A rule as data: it matches effects by their fields and gives a verdict. Builtin rules (this folder) and rules of policy files have this one
 * shape, and one evaluator runs both. An effect that no rule matches is ordinary work and allowed. The strictest verdict wins;
 * between equals, the first rule.
 */
export interface Rule {
  /** Kebab-case; stable, since people write it into policies. */
  readonly id: string;
  readonly verdict: Verdict;
  /** One line for lists and documentation. */
  readonly summary: string;
  readonly match: Match | readonly Match[];
  /** Why that is not simply allowed: ends the sentence that starts with the effect's `what`. */
  readonly reason: string;
  /** One sentence: what would be fine instead. Commands in backticks are checked to be allowed. */
  readonly instead?: string;
  /** Stays denied in every mode, `observe` included. */
  readonly catastrophic?: boolean;
  /** Commands with the verdict that they get in an ordinary git repository without facts. */
  readonly examples: Readonly<Record<string, Verdict>>;
}

/** Every field that is given must match; a list matches if one of its members does. */
export interface Match {
  readonly kind?: OneOrMore<Effect["kind"]>;
  readonly place?: OneOrMore<Effect["place"]>;
  readonly reach?: OneOrMore<Effect["reach"]>;
  readonly undoable?: OneOrMore<Effect["undoable"]>;
  readonly sure?: OneOrMore<Effect["sure"]>;
  readonly secret?: OneOrMore<Effect["secret"]>;
  /** Patterns with `*`, `**`, `?` and `[]`, over the effect's target. */
  readonly target?: OneOrMore<string>;
}
export type OneOrMore<T> = T | readonly T[];

/** Exact fields only (no `target` patterns, which the policy's linear matcher does). */
export function fieldsMatch(match: Match, effect: Effect): boolean {
  return (
    among(match.kind, effect.kind) &&
    among(match.place, effect.place) &&
    among(match.reach, effect.reach) &&
    among(match.undoable, effect.undoable) &&
    among(match.sure, effect.sure) &&
    among(match.secret, effect.secret)
  );
}

function among<T extends string>(wanted: OneOrMore<T> | undefined, value: T): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? wanted === value : wanted.includes(value);
}
