import { isDeciding } from "../../protocol/agents.ts";
import { denyTriple, emptyObject, jsonAnswer } from "./answers.ts";
import type { AgentDialect, AgentEvent, Answer, HookAnswer, JsonObject, Outcome } from "./dialect.ts";
import { baseOf, field, isObject, plainEvent, readPayload, textField, toolCall, type Payload } from "./payload.ts";

/**
 * For any program that can run a command before it acts: `signalbox-hook --home <home> generic tool-call` with
 * `{session, cwd, tool, input, toolCallId?}` on stdin, as in `gate/request`. Exit 0 means go on (stdout may hold
 * `{"verdict":"allow","input":{…}}`: run that instead); anything else means don't, and stderr says why. `outcome` takes
 * `{session, toolCallId?, tool?, input?, status, text?, exitCode?}`; `prompt`, `session-start`, `session-end` and `stop` need
 * `{session, cwd}`.
 */
export const generic: AgentDialect = {
  agent: "generic",
  deciding: (event) => isDeciding("generic", event),
  decode: (event, body) => {
    const payload = readPayload(event, "generic", body);
    return payload.type === "unreadable" ? payload : decode(payload);
  },
  encode,
};

function decode(payload: Payload): AgentEvent {
  const { raw, event } = payload;
  const base = baseOf(payload, {
    agent: textField(raw, "agent")?.slice(0, 64) ?? "generic",
    session: textField(raw, "session"),
    cwd: textField(raw, "cwd"),
  });
  switch (event) {
    case "tool-call":
      return toolCall(base, {
        tool: textField(raw, "tool"),
        input: field(raw, "input"),
        toolCallId: textField(raw, "toolCallId"),
      });
    case "outcome":
      return { ...base, type: "outcome", outcomes: [outcome(raw)] };
    case "prompt":
      return { ...base, type: "prompt", text: textField(raw, "prompt", "text") ?? "" };
    case "session-start":
    case "session-end":
    case "stop":
      return plainEvent(base, event);
    default:
      return plainEvent(base, "other");
  }
}

function outcome(raw: JsonObject): Outcome {
  const status = textField(raw, "status");
  const exit = field(raw, "exitCode");
  const tool = textField(raw, "tool");
  const input = field(raw, "input");
  const toolCallId = textField(raw, "toolCallId");
  const text = textField(raw, "text");
  const exitCode = typeof exit === "number" && Number.isSafeInteger(exit) ? exit : undefined;
  const failed = status === "failed" || (status === undefined && exitCode !== undefined && exitCode !== 0);
  return {
    status: status === "refused" ? "refused" : failed ? "failed" : "done",
    ...(tool === undefined ? {} : { tool }),
    ...(isObject(input) ? { input } : {}),
    ...(toolCallId === undefined ? {} : { toolCallId }),
    ...(text === undefined ? {} : { text }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function encode(event: AgentEvent, answer: Answer): HookAnswer {
  if (event.event !== "tool-call") return emptyObject;
  if (answer.verdict !== "allow") return denyTriple((reason) => ({ verdict: "deny", reason }), answer.reason);
  return answer.input === undefined ? emptyObject : jsonAnswer({ verdict: "allow", input: answer.input });
}
