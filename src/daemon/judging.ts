import { factValue } from "../facts/index.ts";
import type {
  Fact,
  FactQuery,
  Facts as KnownFacts,
  Judgement,
  Machine,
  ToolCall,
  Trail,
  Workspace,
} from "../gate/index.ts";
import { factKey, taintRule } from "../gate/index.ts";
import type { Policy } from "../gate/policy/index.ts";
import { type Mode, stricter, type Verdict } from "../protocol/effects.ts";

export interface JudgingPorts {
  judge(call: ToolCall, machine: Machine, facts: KnownFacts, policy: Policy): Judgement;
  find(
    queries: readonly FactQuery[],
    context: { agent: string; session: string; workspace: Workspace },
    options: { signal: AbortSignal },
  ): Promise<ReadonlyMap<string, Fact>>;
  machine(): Machine;
  policyAt(workspace: string): Policy;
}

export interface CallToJudge {
  readonly agent: string;
  readonly session: string;
  readonly cwd: string;
  readonly tool: string;
  readonly input: ToolCall["input"];
  readonly workspace: Workspace;
  /** What the session brought in and read before. */
  readonly trail?: Trail | undefined;
  /** Why the payload may mean something else to the host than to us: then it is never simply allowed. */
  readonly notSure?: string | undefined;
}

export interface Judged extends Judgement {
  /** The facts that the verdict rests on, each in a form that changes when the fact does. */
  readonly facts: Readonly<Record<string, string>>;
  /** The texts of scripts among them, by fact key. */
  readonly scripts: Readonly<Record<string, string>>;
  readonly mode: Mode;
  readonly microseconds: number;
}

/** More rounds than any call needs: a path, what it links to, its git state, the script that it is. */
const roundsMax = 5;

/**
 * Judges, finds out what the judge lacked, and judges again until it lacks nothing that could change the verdict (ADR-0006). Time
 * is bounded by the facts' own deadline; what is still unknown then counts as unknown.
 */
export async function judgeWithFacts(ports: JudgingPorts, call: CallToJudge, signal: AbortSignal): Promise<Judged> {
  const policy = ports.policyAt(call.workspace.root);
  const machine = ports.machine();
  const known = new Map<string, Fact>();
  let spentMs = 0;
  for (let round = 1; ; round += 1) {
    const from = performance.now();
    const judgement = ports.judge(call, machine, known, policy);
    spentMs += performance.now() - from;
    const wanted = judgement.wanted.filter((query) => !known.has(factKey(query)));
    if (wanted.length === 0 || round === roundsMax)
      return {
        ...raised(judgement, call.notSure, policy.mode),
        ...usedFacts(judgement, known, call.trail),
        mode: policy.mode,
        microseconds: Math.round(spentMs * 1_000),
      };
    for (const [key, fact] of await ports.find(wanted, call, { signal })) known.set(key, fact);
  }
}

/** A payload that can be read two ways is held at least, as the mode has it. */
export function raised(judgement: Judgement, notSure: string | undefined, mode: Mode): Judgement {
  if (notSure === undefined || mode === "observe") return judgement;
  const floor: Verdict = mode === "unattended" || mode === "panic" ? "deny" : "hold";
  if (stricter(judgement.verdict, floor) === judgement.verdict) return judgement;
  return {
    ...judgement,
    verdict: floor,
    rule: "unclear-payload",
    reason: `The call's payload can be read in more than one way: ${notSure}.`,
    instead: "Send the call again as plain JSON, each key once.",
  };
}

function usedFacts(
  { used, rule }: Judgement,
  known: ReadonlyMap<string, Fact>,
  trail: Trail = [],
): Pick<Judged, "facts" | "scripts"> {
  const facts: Record<string, string> = {};
  const scripts: Record<string, string> = {};
  for (const key of used) {
    const fact = known.get(key);
    if (fact === undefined) continue;
    facts[key] = factValue(fact);
    if (fact.ask === "script" && "text" in fact) scripts[key] = fact.text;
  }
  // What the session did before counts as a fact where it decides: an approval given without it does not stand with it.
  if (rule === taintRule) facts["trail"] = firstSteps(trail);
  return { facts, scripts };
}

/** The first step of each leg: it stays the same while more come. */
function firstSteps(trail: Trail): string {
  const first = trail.filter(({ leg }, index) => trail.findIndex((step) => step.leg === leg) === index);
  return first.map(({ leg, entry }) => `${leg} by entry ${entry}`).join(", ");
}
