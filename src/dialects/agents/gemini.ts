import { isDeciding } from "../../protocol/agents.ts";
import { denyTriple, editRefusal, emptyObject, jsonAnswer } from "./answers.ts";
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
  isObject,
  objectField,
  otherEvent,
  plainEvent,
  readPayload,
  textField,
  toolCall,
  type Payload,
} from "./payload.ts";
import { geminiNotice } from "./notices.ts";

/**
 * Gemini CLI's hooks (checked with 0.61.0). A deny is `{"decision":"deny","reason"}`; Claude's shape is ignored and the tool
 * runs, and so does it after exit 2 with an empty stderr. A hook can't grant: allow is only "no objection". `ask` ends a
 * headless run without a result, so it is never sent. The model events are left alone: their input is the whole conversation.
 * Source: geminicli.com/docs/hooks; recorded answers in test/fixtures/agents/gemini/_verdicts.json.
 */
export const gemini: AgentDialect = {
  agent: "gemini",
  deciding: (event) => isDeciding("gemini", event),
  decode: (event, body) => {
    const payload = readPayload(event, "gemini", body);
    return payload.type === "unreadable" ? payload : decode(payload);
  },
  encode,
};

function decode(payload: Payload): AgentEvent {
  const { raw, event } = payload;
  const base = baseOf(payload, {
    agent: "gemini",
    session: textField(raw, "session_id"),
    cwd: textField(raw, "cwd"),
  });
  switch (event) {
    case "BeforeTool":
      return toolCall(base, { tool: textField(raw, "tool_name"), input: field(raw, "tool_input") });
    case "AfterTool":
      return { ...base, type: "outcome", outcomes: [outcome(raw)] };
    case "BeforeAgent":
      return { ...base, type: "prompt", text: textField(raw, "prompt") ?? "" };
    case "SessionStart":
      return plainEvent(base, "session-start");
    case "SessionEnd":
      return plainEvent(base, "session-end");
    case "AfterAgent":
      return plainEvent(base, "stop");
    default:
      return otherEvent(base, geminiNotice(base));
  }
}

function outcome(raw: JsonObject): Outcome {
  const response = objectField(raw, "tool_response");
  const error = field(response, "error");
  const tool = textField(raw, "tool_name");
  const input = field(raw, "tool_input");
  const text = textField(response, "llmContent");
  return {
    status: error === undefined || error === null ? "done" : "failed",
    ...(tool === undefined ? {} : { tool }),
    ...(isObject(input) ? { input } : {}),
    ...(text === undefined ? {} : { text }),
  };
}

function encode(event: AgentEvent, answer: Answer): HookAnswer {
  if (event.event !== "BeforeTool") return emptyObject;
  const deny = (reason: string): HookAnswer => denyTriple((said) => ({ decision: "deny", reason: said }), reason);
  if (answer.verdict !== "allow") return deny(answer.reason);
  const { input } = answer;
  if (input === undefined) return answer.granted === true ? jsonAnswer({ decision: "allow" }) : emptyObject;
  // The host merges `tool_input` into what the model sent, so a member that the operator took out would come back.
  const sent = event.type === "tool-call" ? event.input : {};
  if (Object.keys(sent).some((key) => !Object.hasOwn(input, key))) return deny(editRefusal(input));
  return jsonAnswer({ hookSpecificOutput: { hookEventName: "BeforeTool", tool_input: input } });
}
