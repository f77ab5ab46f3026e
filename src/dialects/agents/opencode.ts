import { isDeciding } from "../../protocol/agents.ts";
import { denyTriple, emptyObject, jsonAnswer } from "./answers.ts";
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
import { opencodeNotice } from "./notices.ts";

/**
 * OpenCode 1.x (checked with 1.18.33). It has no command hooks: the plugin that `wire` installs (src/wiring/opencode-plugin.ts)
 * runs the hook with these payloads on stdin, throws its stderr when it does not exit 0, and puts `args` from its stdout in
 * place of the call's. Whatever the plugin does not understand, it throws too. `permission.ask` is never called by OpenCode.
 */
export const opencode: AgentDialect = {
  agent: "opencode",
  deciding: (event) => isDeciding("opencode", event),
  decode: (event, body) => {
    const payload = readPayload(event, "opencode", body);
    return payload.type === "unreadable" ? payload : decode(payload);
  },
  encode,
};

function decode(payload: Payload): AgentEvent {
  const { raw, event } = payload;
  const input = objectField(raw, "input");
  const output = objectField(raw, "output");
  const base = baseOf(payload, {
    agent: "opencode",
    session: textField(input, "sessionID") ?? textField(objectField(input, "properties"), "sessionID"),
    cwd: textField(raw, "directory"),
  });
  switch (event) {
    case "tool.execute.before":
      return toolCall(base, {
        tool: textField(input, "tool"),
        input: field(output, "args"),
        toolCallId: textField(input, "callID"),
      });
    case "tool.execute.after":
      return { ...base, type: "outcome", outcomes: [outcome(input, output)] };
    case "chat.message":
      return { ...base, type: "prompt", text: promptText(output) };
    case "event.session.created":
      return plainEvent(base, "session-start");
    case "event.session.deleted":
      return plainEvent(base, "session-end");
    case "event.session.idle":
      return plainEvent(base, "stop");
    default:
      return otherEvent(base, opencodeNotice(base));
  }
}

function outcome(input: JsonObject, output: JsonObject): Outcome {
  const exit = field(objectField(output, "metadata"), "exit");
  const exitCode = typeof exit === "number" && Number.isSafeInteger(exit) ? exit : undefined;
  const tool = textField(input, "tool");
  const args = field(input, "args");
  const toolCallId = textField(input, "callID");
  const text = textField(output, "output");
  return {
    status: exitCode === undefined || exitCode === 0 ? "done" : "failed",
    ...(tool === undefined ? {} : { tool }),
    ...(isObject(args) ? { input: args } : {}),
    ...(toolCallId === undefined ? {} : { toolCallId }),
    ...(text === undefined ? {} : { text }),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

function promptText(output: JsonObject): string {
  const parts = field(output, "parts");
  if (!Array.isArray(parts)) return "";
  return parts
    .filter(isObject)
    .map((part) => textField(part, "text") ?? "")
    .join("\n");
}

function encode(event: AgentEvent, answer: Answer): HookAnswer {
  if (event.event !== "tool.execute.before") return emptyObject;
  if (answer.verdict !== "allow") return denyTriple((reason) => ({ decision: "deny", reason }), answer.reason);
  return answer.input === undefined ? emptyObject : jsonAnswer({ args: answer.input });
}
