import type { Effect } from "../protocol/effects.ts";
import { stricter } from "../protocol/effects.ts";
import { canaryNonce, canaryReason } from "../protocol/canary.ts";
import { limits } from "../protocol/limits.ts";
import type { Facts, Judgement, Machine, ToolCall } from "./call.ts";
import { evaluate, type Policy, type TracedEffect } from "./policy/index.ts";
import { Scene } from "./scene.ts";
import { Runner } from "./shell/runner.ts";
import { stepsOf, taintFindings } from "./taint/index.ts";
import { judgeTool } from "./tools/index.ts";

/**
 * Judges one tool call. Pure: the same arguments give the same judgement. Never throws: a fault inside is a deny, by the rule `gate-fault`.
 * Looks facts up in `facts` and names those that it missed in `wanted`; without any, paths are taken as their text says.
 */
export function judge(call: ToolCall, machine: Machine, facts: Facts, policy: Policy): Judgement {
  try {
    const nonce = canaryNonce(call.input);
    if (nonce !== undefined) return canary(nonce);
    const scene = new Scene(withAdded(call, machine, policy), machine, facts);
    judgeTool(new Runner(scene));
    const trail = call.trail ?? [];
    const steps = stepsOf(scene.effects, machine, trail);
    const decided = evaluate(scene.effects, policy, {
      tool: call.tool,
      findings: trail.length === 0 ? [] : taintFindings(call, scene.effects, steps, trail),
      commands: scene.commands,
      cwd: call.cwd,
      userHome: machine.userHome,
      workspace: call.workspace.root,
    });
    return {
      verdict: decided.verdict,
      rule: decided.rule,
      reason: cut(decided.reason),
      instead: decided.instead,
      effects: shown(scene.effects),
      catastrophic: decided.catastrophic,
      wanted: decided.verdict === "deny" && decided.catastrophic ? [] : [...scene.wanted.values()],
      used: [...scene.used],
      would: decided.would,
      steps,
    };
  } catch (error) {
    return fault(error);
  }
}

/** The effects with the words that they come from, which judgements leave out: for making a rule of an approval. Throws as parsing may. */
export function traceEffects(call: ToolCall, machine: Machine, facts: Facts, policy: Policy): readonly TracedEffect[] {
  const scene = new Scene(withAdded(call, machine, policy), machine, facts);
  judgeTool(new Runner(scene));
  return scene.effects;
}

/** A policy may add folders to the workspace. */
function withAdded(call: ToolCall, machine: Machine, policy: Policy): ToolCall {
  if (policy.added.length === 0) return call;
  const added = policy.added.map((folder) => (folder.startsWith("~/") ? machine.userHome + folder.slice(1) : folder));
  return { ...call, workspace: { ...call.workspace, added: [...call.workspace.added, ...added] } };
}

const cut = (text: string): string =>
  text.length <= limits.reasonCharsMax ? text : `${text.slice(0, limits.reasonCharsMax - 1)}…`;

const graveness: Readonly<Record<Effect["kind"], number>> = {
  opaque: 9,
  elevate: 8,
  delete: 8,
  persist: 8,
  publish: 7,
  "mutate-remote": 7,
  "rewrite-history": 7,
  send: 6,
  signal: 5,
  write: 4,
  receive: 2,
  execute: 2,
  read: 1,
};

/** At most `effectsMax`, the grave ones if some must be left out. */
function shown(effects: readonly Effect[]): readonly Effect[] {
  const plain = effects.map(({ kind, what, target, place, reach, undoable, sure, secret }) => ({
    kind,
    what,
    target,
    place,
    reach,
    undoable,
    sure,
    secret,
  }));
  if (plain.length <= limits.effectsMax) return plain;
  return plain.sort((a, b) => graveness[b.kind] - graveness[a.kind]).slice(0, limits.effectsMax);
}

/** Doctor's call, denied in every mode (protocol/canary.ts). */
function canary(nonce: string): Judgement {
  return {
    verdict: "deny",
    rule: "canary",
    reason: canaryReason(nonce),
    instead: undefined,
    effects: [],
    catastrophic: true,
    wanted: [],
    used: [],
    would: undefined,
    steps: [],
  };
}

function fault(error: unknown): Judgement {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    verdict: stricter("hold", "deny"),
    rule: "gate-fault",
    reason: cut(
      `Signalbox could not judge this call because of a fault of its own (${what}), and what is not judged does not run`,
    ),
    instead: "Try it in smaller steps and tell the operator",
    effects: [],
    catastrophic: false,
    wanted: [],
    used: [],
    would: undefined,
    steps: [],
  };
}
