import { decodeSnakeCase } from "./claude-code.ts";
import { isDeciding } from "../../protocol/agents.ts";
import { denyTriple, editRefusal, jsonAnswer, silence } from "./answers.ts";
import { type AgentDialect, type AgentEvent, type Answer, type HookAnswer, type JsonObject } from "./dialect.ts";
import { readPayload } from "./payload.ts";
import { sayReason } from "./reason.ts";

/**
 * Codex's hooks (checked with 0.169.0). Its reader is strict: one unknown key, `ask`, `allow` without `updatedInput`, or a
 * deny with an empty reason makes the hook "failed", and the tool runs. PreToolUse can't grant; PermissionRequest can, but
 * can't edit. Exit 2 needs words on stderr.
 * Source: developers.openai.com/codex/hooks; recorded answers in test/fixtures/agents/codex/_verdicts.json.
 */
export const codex: AgentDialect = {
  agent: "codex",
  deciding: (event) => isDeciding("codex", event),
  decode: (event, body) => {
    const payload = readPayload(event, "codex", body);
    return payload.type === "unreadable" ? payload : decodeSnakeCase(payload, { agent: "codex" });
  },
  encode,
};

function encode(event: AgentEvent, answer: Answer): HookAnswer {
  if (event.event === "PreToolUse") return preToolUse(answer);
  if (event.event === "PermissionRequest") return permissionAnswer(answer);
  return silence;
}

function preToolUse(answer: Answer): HookAnswer {
  if (answer.verdict !== "allow") return denyTriple(denied, answer.reason);
  if (answer.input === undefined) return silence;
  return jsonAnswer({
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow", updatedInput: answer.input },
  });
}

function denied(reason: string): JsonObject {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  };
}

function permissionAnswer(answer: Answer): HookAnswer {
  const decided = (decision: JsonObject): HookAnswer =>
    jsonAnswer({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
  if (answer.verdict !== "allow") return decided({ behavior: "deny", message: sayReason(answer.reason) });
  if (answer.input !== undefined) return decided({ behavior: "deny", message: sayReason(editRefusal(answer.input)) });
  return answer.granted === true ? decided({ behavior: "allow" }) : silence;
}
