import type { HoldDecision } from "../protocol/operations/holds.ts";
import type { OutputOf } from "../protocol/operations/index.ts";
import { Refusal } from "../protocol/refusals.ts";

/** What the person reads after deciding: what was decided, and what happens now. */
export function decidedText(decision: HoldDecision, { hold }: OutputOf<"hold/decide">): string {
  if (decision.decision === "deny")
    return `Denied ${hold.id}. ${hold.waiting > 0 ? "The agent was told." : "The agent will be told if it asks again."}`;
  const extent =
    decision.decision === "edit"
      ? "with your input"
      : { once: "once", session: "for this session", rule: "and saved as a rule" }[decision.scope ?? "once"];
  return `Approved ${hold.id} ${extent}. ${hold.waiting > 0 || hold.state === "used" ? "The agent goes on." : "It counts when the agent asks again, within 15 min."}`;
}

/** @throws Refusal INVALID_PARAMS when the text is not a JSON object */
export function parseInput(text: string, source: string): Record<string, never> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal("INVALID_PARAMS", `${source} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal("INVALID_PARAMS", `${source} must be a JSON object, the tool's whole input.`);
  return value as Record<string, never>;
}
