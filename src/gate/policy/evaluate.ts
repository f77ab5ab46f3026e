import { verdicts } from "../../protocol/effects.ts";
import type { Effect, Mode } from "../../protocol/effects.ts";
import { findings } from "./builtin.ts";
import type { Builtin } from "./builtin.ts";
import { matchesCommand, matchesEffect, namesCommand } from "./match.ts";
import type { Evaluation, Finding, LayerName, PolicyContext, PolicyLayer, PolicyRule, TracedEffect } from "./rule.ts";

/** The layers in force. Made by `compile`, never changed. */
export interface Policy {
  readonly mode: Mode;
  readonly builtin: Builtin;
  readonly layers: readonly CompiledLayer[];
  /** Folders that layers added to the workspace: absolute, or `~/...`. */
  readonly added: readonly string[];
  /** What a layer says and may not, in sentences: shown by `policy show`. */
  readonly ignored: readonly string[];
}

export interface CompiledLayer {
  readonly layer: Exclude<LayerName, "builtin">;
  readonly path: string | null;
  /** Whether its `allow` rules count. */
  readonly loosens: boolean;
  readonly tighten: readonly PolicyRule[];
  readonly allow: readonly PolicyRule[];
}

export interface LayerInForce {
  readonly layer: PolicyLayer;
  /** Of the repository's and the session's layer: the operator trusts exactly this text. */
  readonly trusted?: boolean;
}

const modeRank = { observe: 0, attended: 1, away: 1, unattended: 2, panic: 3 } as const satisfies Record<Mode, number>;

/**
 * Puts layers together, each at most once, in any order, over the built-in rules (`compileBuiltin`).
 *
 * The mode is the operator's (`options.mode`), else the user's file's, else attended; the organisation's is a floor to it, and so
 * is that of a repository or session (a mode that is less strict is ignored there). Added folders and `allow` rules count from the
 * organisation, the user, and from what the operator trusts; elsewhere they are ignored and named in `ignored`.
 */
export function compile(
  layers: readonly LayerInForce[],
  options: { mode?: Mode | undefined; builtin: Builtin },
): Policy {
  const ignored: string[] = [];
  const added: string[] = [];
  let mode = options.mode ?? layers.find(({ layer }) => layer.layer === "user")?.layer.mode ?? "attended";
  const compiled = layers.map(({ layer, trusted }): CompiledLayer => {
    const { layer: name, path, rules } = layer;
    const loosens = name === "organisation" || name === "user" || trusted === true;
    if (layer.mode !== undefined && name !== "user") {
      if (modeRank[layer.mode] > modeRank[mode]) mode = layer.mode;
      else if (modeRank[layer.mode] < modeRank[mode])
        ignored.push(`${where(layer)} asks for the mode ${layer.mode}, which is less strict than ${mode}`);
    }
    const allow = rules.filter((rule) => rule.verdict === "allow");
    if (loosens) added.push(...layer.added);
    else {
      const trust = path === null ? "" : ` until you trust it: signalbox policy trust ${path}`;
      if (layer.added.length > 0) ignored.push(`${where(layer)} adds folders to the workspace: not in force${trust}`);
      for (const rule of allow) ignored.push(`${where(layer)} allows by its rule ${rule.id}: not in force${trust}`);
    }
    return {
      layer: name,
      path,
      loosens,
      tighten: rules.filter((rule) => rule.verdict !== "allow"),
      allow: loosens ? allow : [],
    };
  });
  return { mode, builtin: options.builtin, layers: compiled, added, ignored };
}

const where = (layer: PolicyLayer): string => (layer.path === null ? `The ${layer.layer} layer` : layer.path);

/**
 * The verdict of a policy on the effects of one call.
 *
 * 1. Every built-in rule and every finding of the context that fits an effect, and every matching `hold` and `deny` rule of any layer speaks; the strictest wins.
 * 2. An `allow` rule takes back one thing only: a built-in *hold*, on the effects that the rule matches. A finding about the call as
 *    a whole is taken back when allow rules match every one of its effects (and there is one). No allow rule takes back a deny, or
 *    what any layer holds.
 *    The hold of a session's trail (`taint/`) is taken back only by an allow rule that speaks of `secret`.
 * 3. An allow rule matches an effect that is opaque, or that reads or sends secrets, only if it names that (`sure`, `kind` or
 *    `secret`) or names the command.
 * 4. Between equals the catastrophic decides, then the rule of the outermost file, then the first.
 * 5. The mode comes last (DESIGN section 7): panic denies; observe allows all but the catastrophic and says what `would` have been;
 *    unattended turns a hold into a deny.
 *
 * So adding a rule that is not an `allow`, or a whole layer that may not loosen, never makes the verdict weaker.
 */
export function evaluate(effects: readonly TracedEffect[], policy: Policy, context: PolicyContext): Evaluation {
  return inMode(policy.mode, judge(effects, policy, context));
}

type Decision = Omit<Evaluation, "would">;

function judge(effects: readonly TracedEffect[], policy: Policy, context: PolicyContext): Decision {
  let best: Decision = nothing;
  for (const layer of policy.layers)
    for (const rule of layer.tighten)
      if (verdicts.indexOf(rule.verdict) > verdicts.indexOf(best.verdict) && tightens(rule, effects, context))
        best = decision(rule, layer.layer);

  let released: Decision | undefined;
  const releasedBy = new Map<number, { rule: PolicyRule; layer: LayerName } | undefined>();
  const release = (index: number) => {
    if (!releasedBy.has(index)) releasedBy.set(index, findRelease(effects[index] as TracedEffect, policy, context));
    return releasedBy.get(index);
  };
  for (const finding of [...(context.findings ?? []), ...findings(policy.builtin, effects)]) {
    if (finding.verdict === "hold") {
      const by =
        finding.names === undefined
          ? takenBack(finding, effects, release)
          : findRelease(effects[finding.effect ?? -1], policy, context, finding.names);
      if (by !== undefined) {
        released ??= decision(by.rule, by.layer);
        continue;
      }
    }
    const beats =
      finding.catastrophic === true && finding.verdict === "deny" ? !best.catastrophic : stricterThan(finding, best);
    if (beats) best = found(finding);
  }
  return best.verdict === "allow" && released !== undefined ? released : best;
}

const nothing: Decision = {
  verdict: "allow",
  rule: "ordinary-work",
  reason: "all of it stays in the workspace, can be had again or only looks",
  instead: undefined,
  catastrophic: false,
  layer: "builtin",
};

const stricterThan = (finding: Finding, best: Decision): boolean =>
  best === nothing || verdicts.indexOf(finding.verdict) > verdicts.indexOf(best.verdict);

const decision = ({ verdict, id, reason, instead }: PolicyRule, layer: LayerName): Decision => ({
  verdict,
  rule: id,
  reason,
  instead,
  catastrophic: false,
  layer,
});

const found = ({ verdict, rule, reason, instead, catastrophic }: Finding): Decision => ({
  verdict,
  rule,
  reason,
  instead,
  catastrophic: catastrophic === true && verdict === "deny",
  layer: "builtin",
});

/** A rule that speaks only of tool and command matches the call, one that speaks of effects needs an effect. */
function tightens({ match }: PolicyRule, effects: readonly TracedEffect[], context: PolicyContext): boolean {
  if (effects.some((effect) => matchesEffect(match, effect, context, "tighten"))) return true;
  return !speaksOfEffects(match) && matchesCommand(match, context.commands, context);
}

const speaksOfEffects = (match: PolicyRule["match"]): boolean =>
  (match.kind ?? match.place ?? match.target ?? match.reach ?? match.undoable ?? match.sure ?? match.secret) !==
  undefined;

type By = { rule: PolicyRule; layer: LayerName };

function takenBack(
  finding: Finding,
  effects: readonly TracedEffect[],
  release: (index: number) => By | undefined,
): By | undefined {
  if (finding.effect !== undefined) return effects[finding.effect] === undefined ? undefined : release(finding.effect);
  let by: By | undefined;
  for (let index = 0; index < effects.length; index++) {
    by = release(index);
    if (by === undefined) return undefined;
  }
  return by;
}

/** `names`: only a rule that speaks of that field of effects. */
function findRelease(
  effect: TracedEffect | undefined,
  policy: Policy,
  context: PolicyContext,
  names?: "secret",
): By | undefined {
  if (effect === undefined) return undefined;
  for (const layer of policy.layers)
    for (const rule of layer.allow)
      if (
        (names === undefined || rule.match[names] !== undefined) &&
        namesRisk(rule, effect) &&
        matchesEffect(rule.match, effect, context, "loosen")
      )
        return { rule, layer: layer.layer };
  return undefined;
}

function namesRisk({ match }: PolicyRule, effect: Effect): boolean {
  if (namesCommand(match)) return true;
  const opaque = effect.kind === "opaque" || effect.sure === "opaque";
  if (opaque && match.sure === undefined && match.kind?.includes("opaque") !== true) return false;
  return effect.secret === "none" || match.secret !== undefined;
}

function inMode(mode: Mode, decided: Decision): Evaluation {
  if (decided.catastrophic) return { ...decided, would: undefined };
  switch (mode) {
    case "attended":
    case "away":
      return { ...decided, would: undefined };
    case "unattended":
      if (decided.verdict !== "hold") return { ...decided, would: undefined };
      return {
        ...decided,
        verdict: "deny",
        reason: `${decided.reason}; this needs a person and nobody attends now, so leave it, do what does not need it, and say in your report that it is left`,
        would: "hold",
      };
    case "observe":
      return { ...decided, verdict: "allow", would: decided.verdict === "allow" ? undefined : decided.verdict };
    case "panic":
      return {
        verdict: "deny",
        rule: "panic",
        reason: "the operator stopped everything",
        instead: "wait: do not retry before the operator lifts the panic",
        catastrophic: false,
        layer: "session",
        would: decided.verdict === "deny" ? undefined : decided.verdict,
      };
  }
}
