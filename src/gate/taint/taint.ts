import type { ToolCall } from "../call.ts";
import type { Finding, TracedEffect } from "../policy/index.ts";
import { carries } from "./carries.ts";
import type { Leg, Step, Trail } from "./trail.ts";

/** People write it into policies. */
export const taintRule = "lethal-trifecta";

/** What the session's trail says against a call: one finding for the first effect that closes the three legs, or none. */
export function taintFindings(
  call: ToolCall,
  effects: readonly TracedEffect[],
  steps: readonly Step[],
  trail: Trail = call.trail ?? [],
): readonly Finding[] {
  const untrusted = trail.filter(({ leg }) => leg === "untrusted");
  if (untrusted.length === 0) return [];
  const secret = legOf("secret", trail, steps);
  if (secret === undefined) return [];
  const kept = legOf("kept", trail, steps);
  const index = effects.findIndex((effect) => carries(effect, call, kept !== undefined));
  const sends = effects[index];
  if (sends === undefined) return [];
  const wrote = sends.kind === "send" && kept !== undefined ? `, ${kept}` : "";
  return [
    {
      rule: taintRule,
      verdict: "hold",
      reason: `${sends.what}, which could carry a secret to whoever asked for it: ${named("untrusted", untrusted)}, ${secret}${wrote}`,
      instead: "Let the operator send it, or do it in a new session that has read no secret.",
      effect: index,
      names: "secret",
    },
  ];
}

const brought: Readonly<Record<Leg, string>> = {
  untrusted: "brought in what others wrote",
  secret: "read a secret",
  kept: "wrote what is sent",
};

function legOf(leg: Leg, trail: Trail, steps: readonly Step[]): string | undefined {
  const before = trail.filter((step) => step.leg === leg);
  if (before.length > 0) return named(leg, before);
  const now = steps.find((step) => step.leg === leg);
  return now === undefined
    ? undefined
    : `this call ${brought[leg].replace(/^wrote/, "writes").replace(/^read/, "reads")} (${cut(now.what)})`;
}

function named(leg: Leg, steps: Trail): string {
  const [first, ...more] = steps;
  if (first === undefined) return "";
  const others =
    more.length === 0
      ? ""
      : `; also ${more.length === 1 ? "entry" : "entries"} ${more.map(({ entry }) => entry).join(", ")}`;
  return `entry ${first.entry} ${brought[leg]} (${cut(first.what)}${others})`;
}

const whatCharsMax = 160;
const cut = (what: string): string => (what.length <= whatCharsMax ? what : `${what.slice(0, whatCharsMax - 1)}…`);
