import { isDeciding } from "../../protocol/agents.ts";
import { denial, denyTriple, editRefusal, emptyObject, jsonAnswer } from "./answers.ts";
import {
  type AgentDialect,
  type AgentEvent,
  type Answer,
  type HookAnswer,
  type JsonObject,
  type Outcome,
} from "./dialect.ts";
import {
  baseOf,
  field,
  objectField,
  otherEvent,
  permissionRequest,
  plainEvent,
  readInput,
  readPayload,
  textField,
  toolCall,
  type Payload,
} from "./payload.ts";
import { copilotNotice } from "./notices.ts";
import { sayReason } from "./reason.ts";

/**
 * Copilot CLI's hooks (checked with 1.0.102). Under camelCase event names the fields are camelCase and the answer is flat.
 * Under PascalCase names (as in Claude's settings, which it also reads) they are snake_case and the answer is Claude's, but
 * for PermissionRequest, which stays camelCase. A shape that belongs to the other naming is ignored and the tool runs. stderr
 * is not told to the model. There is no tool call id.
 * Source: docs.github.com/copilot/reference/hooks; recorded answers in test/fixtures/agents/copilot/_verdicts.json.
 */
export const copilot: AgentDialect = {
  agent: "copilot",
  deciding: (event) => isDeciding("copilot", kindOf(event)),
  decode: (event, body) => {
    const payload = readPayload(event, "copilot", body);
    return payload.type === "unreadable" ? payload : decode(payload);
  },
  encode,
};

const pascalKinds: Readonly<Record<string, string>> = {
  PreToolUse: "preToolUse",
  PermissionRequest: "permissionRequest",
  PostToolUse: "postToolUse",
  SessionStart: "sessionStart",
  SessionEnd: "sessionEnd",
  UserPromptSubmit: "userPromptSubmitted",
  Stop: "agentStop",
};

/** The camelCase name of an event under either naming. */
function kindOf(event: string): string {
  return (Object.hasOwn(pascalKinds, event) ? pascalKinds[event] : undefined) ?? event;
}

function decode(payload: Payload): AgentEvent {
  const { raw } = payload;
  const base = baseOf(payload, {
    agent: "copilot",
    session: textField(raw, "sessionId", "session_id"),
    cwd: textField(raw, "cwd"),
  });
  const tool = textField(raw, "toolName", "tool_name");
  const input = field(raw, "toolArgs") ?? field(raw, "toolInput") ?? field(raw, "tool_input");
  switch (kindOf(payload.event)) {
    case "preToolUse":
      return toolCall(base, { tool, input });
    case "permissionRequest":
      return permissionRequest(base, { tool, input });
    case "postToolUse":
      return {
        ...base,
        type: "outcome",
        outcomes: [{ ...outcome(raw), ...(tool === undefined ? {} : { tool }), input: readInput(input).input }],
      };
    case "userPromptSubmitted":
      return { ...base, type: "prompt", text: textField(raw, "prompt") ?? "" };
    case "sessionStart":
      return plainEvent(base, "session-start");
    case "sessionEnd":
      return plainEvent(base, "session-end");
    case "agentStop":
      return plainEvent(base, "stop");
    default:
      return otherEvent(base, copilotNotice(base));
  }
}

function outcome(raw: JsonObject): Outcome {
  const result = Object.hasOwn(raw, "toolResult") ? objectField(raw, "toolResult") : objectField(raw, "tool_result");
  const text = textField(result, "textResultForLlm", "text_result_for_llm");
  return { status: status(textField(result, "resultType", "result_type")), ...(text === undefined ? {} : { text }) };
}

function status(resultType: string | undefined): Outcome["status"] {
  if (resultType === "denied" || resultType === "rejected") return "refused";
  return resultType === "failure" || resultType === "error" || resultType === "timeout" ? "failed" : "done";
}

function encode(event: AgentEvent, answer: Answer): HookAnswer {
  const kind = kindOf(event.event);
  if (kind === "permissionRequest") return permissionAnswer(answer);
  if (kind !== "preToolUse") return emptyObject;
  return event.event === "PreToolUse" ? pascalPreToolUse(answer) : preToolUse(answer);
}

function preToolUse(answer: Answer): HookAnswer {
  const json = (reason: string): JsonObject => ({ permissionDecision: "deny", permissionDecisionReason: reason });
  if (answer.verdict !== "allow") return denyTriple(json, answer.reason);
  if (answer.input !== undefined) return jsonAnswer({ permissionDecision: "allow", modifiedArgs: answer.input });
  return answer.granted === true ? jsonAnswer({ permissionDecision: "allow" }) : emptyObject;
}

/** Only the deny was seen to work under this naming, so nothing else is tried: a grant is left to the host's own question. */
function pascalPreToolUse(answer: Answer): HookAnswer {
  const json = (reason: string): JsonObject => ({
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  });
  if (answer.verdict !== "allow") return denyTriple(json, answer.reason);
  return answer.input === undefined ? emptyObject : denyTriple(json, editRefusal(answer.input));
}

function permissionAnswer(answer: Answer): HookAnswer {
  const reason = answer.verdict === "allow" ? answer.input && editRefusal(answer.input) : denial(answer);
  if (reason !== undefined) return jsonAnswer({ behavior: "deny", message: sayReason(reason) });
  return answer.verdict === "allow" && answer.granted === true ? jsonAnswer({ behavior: "allow" }) : emptyObject;
}
