import { effectKinds } from "../../protocol/effects.ts";
import type { Effect } from "../../protocol/effects.ts";
import { fieldsMatch } from "../rules/rule.ts";
import type { Match, OneOrMore, Rule } from "../rules/rule.ts";
import { glob } from "./glob.ts";
import type { Glob } from "./glob.ts";
import type { Finding, TracedEffect } from "./rule.ts";

interface CompiledMatch {
  readonly match: Match;
  readonly target: readonly Glob[] | undefined;
}
interface CompiledRule {
  readonly rule: Rule;
  /** Its place among the rules. */
  readonly rank: number;
  readonly any: readonly CompiledMatch[];
}

/** The built-in rules, ready to run: those that can match an effect of a kind, by kind, in their order. */
export type Builtin = ReadonlyMap<Effect["kind"], readonly CompiledRule[]>;

export function compileBuiltin(rules: readonly Rule[]): Builtin {
  const compiled = rules.map(
    (rule, rank): CompiledRule => ({
      rule,
      rank,
      any: list(rule.match).map((match) => ({
        match,
        target: match.target === undefined ? undefined : list(match.target).map(glob),
      })),
    }),
  );
  return new Map(
    effectKinds.map((kind) => [
      kind,
      compiled.filter(({ any }) =>
        any.some(({ match }) => match.kind === undefined || list(match.kind).includes(kind)),
      ),
    ]),
  );
}

/**
 * What the rules say of each effect: of several that match one effect only the strictest, the first between equals. Findings come in the order of the rules, so that the
 * more telling one names the reason: that a secret is sent, not that it is read first.
 */
export function findings(builtin: Builtin, effects: readonly TracedEffect[]): Finding[] {
  const found: { readonly rank: number; readonly finding: Finding }[] = [];
  for (const [index, effect] of effects.entries()) {
    let best: Rule | undefined;
    let rank = 0;
    for (const each of builtin.get(effect.kind) ?? [])
      if ((best === undefined || weight(each.rule) > weight(best)) && each.any.some((one) => matches(one, effect))) {
        best = each.rule;
        rank = each.rank;
      }
    if (best === undefined) continue;
    const { id, verdict, reason, catastrophic } = best;
    const instead = verdict === "hold" ? (effect.instead ?? best.instead) : best.instead;
    const finding = { rule: id, verdict, reason: `${effect.what}, ${reason}`, instead, catastrophic, effect: index };
    found.push({ rank, finding });
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ finding }) => finding);
}

const weight = (rule: Rule): number =>
  rule.verdict === "deny" ? (rule.catastrophic === true ? 3 : 2) : rule.verdict === "hold" ? 1 : 0;

const matches = ({ match, target }: CompiledMatch, effect: Effect): boolean =>
  fieldsMatch(match, effect) && (target === undefined || target.some((pattern) => pattern.matches(effect.target)));

function list<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
