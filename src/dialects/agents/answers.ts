import type { Answer, HookAnswer, JsonObject } from "./dialect.ts";
import { sayReason } from "./reason.ts";

/**
 * The deny that all four hosts with command hooks obeyed and told their model about: the host's own JSON on stdout, the same
 * reason on stderr, exit 2. Any one of the three alone is ignored by some host or version (fixtures: `json-deny+exit2+stderr`).
 */
export function denyTriple(json: (reason: string) => JsonObject, reason: string): HookAnswer {
  const said = sayReason(reason);
  return { exit: 2, stdout: JSON.stringify(json(said)), stderr: said };
}

/** An answer by JSON alone: exit 2 means nothing, or something else, on these events. */
export function jsonAnswer(json: JsonObject): HookAnswer {
  return { exit: 0, stdout: JSON.stringify(json), stderr: "" };
}

/** No objection, for hosts that read an empty stdout so. */
export const silence: HookAnswer = { exit: 0, stdout: "", stderr: "" };
/** No objection, for hosts that want JSON. */
export const emptyObject: HookAnswer = { exit: 0, stdout: "{}", stderr: "" };

/** What is said where a host can't carry the operator's edit: better nothing runs than something else. */
export function editRefusal(input: JsonObject): string {
  return `The operator allows this call only as edited, and this agent can't be handed the edit. Make exactly this call instead: ${JSON.stringify(input)}`;
}

/** The reason of an answer that does not let the call run. */
export function denial(answer: Answer): string | undefined {
  return answer.verdict === "allow" ? undefined : answer.reason;
}
