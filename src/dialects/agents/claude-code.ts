import { canonicalJson, type Json } from "../../kit/canonical.ts";
import { isDeciding } from "../../protocol/agents.ts";
import { denial, denyTriple, jsonAnswer, silence } from "./answers.ts";
import { copilot } from "./copilot.ts";
import {
  type AgentDialect,
  type AgentEvent,
  type Answer,
  type EventBase,
  type HookAnswer,
  type JsonObject,
  type Outcome,
} from "./dialect.ts";
import {
  baseOf,
  field,
  isObject,
  otherEvent,
  permissionRequest,
  plainEvent,
  readPayload,
  textField,
  toolCall,
  type Payload,
} from "./payload.ts";
import { snakeCaseNotice } from "./notices.ts";
import { sayReason } from "./reason.ts";

/**
 * Claude Code's hooks (checked with 2.1.329). PreToolUse obeys the triple; PermissionRequest ignores exit codes and obeys its
 * JSON; ConfigChange obeys `decision: "block"`. A flat `permissionDecision` is ignored and the tool runs.
 * Source: code.claude.com/docs/en/hooks; recorded answers in test/fixtures/agents/claude-code/_verdicts.json.
 */
export const claudeCode: AgentDialect = {
  agent: "claude-code",
  deciding: (event) => isDeciding("claude-code", event),
  decode,
  encode,
};

function decode(event: string, body: Buffer): AgentEvent {
  const payload = readPayload(event, "claude-code", body);
  if (payload.type === "unreadable") return payload;
  // Copilot CLI reads Claude's settings of a trusted repository, and sends its own shapes.
  if (isCopilots(payload.raw)) return copilot.decode(event, body);
  return decodeSnakeCase(payload, {
    agent: Object.hasOwn(payload.raw, "cursor_version") ? "cursor" : "claude-code",
  });
}

function isCopilots(raw: JsonObject): boolean {
  if (Object.hasOwn(raw, "sessionId") || Object.hasOwn(raw, "hookName")) return true;
  return (
    typeof field(raw, "timestamp") === "string" && !Object.hasOwn(raw, "prompt_id") && !Object.hasOwn(raw, "model")
  );
}

/** Events by the names that Claude Code gave them; Codex uses the same ones with the same fields. */
export function decodeSnakeCase(payload: Payload, { agent }: { readonly agent: string }): AgentEvent {
  const { raw, event } = payload;
  const base = baseOf(payload, {
    agent,
    session: textField(raw, "session_id", "conversation_id"),
    cwd: textField(raw, "cwd") ?? firstText(field(raw, "workspace_roots")),
  });
  const call = { tool: textField(raw, "tool_name"), input: field(raw, "tool_input") };
  switch (event) {
    case "PreToolUse":
      return toolCall(mismatch(base), { ...call, toolCallId: textField(raw, "tool_use_id") });
    case "PermissionRequest":
      return permissionRequest(mismatch(base), call);
    case "PostToolUse":
      return { ...base, type: "outcome", outcomes: [outcome(raw, "done", responseText(field(raw, "tool_response")))] };
    case "PostToolUseFailure":
      return { ...base, type: "outcome", outcomes: [failure(raw)] };
    case "PostToolBatch":
      return { ...base, type: "outcome", outcomes: batch(raw) };
    case "SessionStart":
      return plainEvent(base, "session-start");
    case "SessionEnd":
      return plainEvent(base, "session-end");
    case "UserPromptSubmit":
      return { ...base, type: "prompt", text: textField(raw, "prompt") ?? "" };
    case "Stop":
      return plainEvent(base, "stop");
    case "ConfigChange":
      return {
        ...base,
        type: "config-change",
        source: textField(raw, "source") ?? "",
        path: textField(raw, "file_path") ?? "",
      };
    case "StatusLine":
      return { ...base, type: "status" };
    default:
      return otherEvent(base, snakeCaseNotice(base));
  }
}

/** The event is in the hook's arguments and in the payload; if they differ, one of them was not written by the host. */
function mismatch(base: EventBase): EventBase {
  const named = textField(base.raw, "hook_event_name");
  if (named === undefined || named.toLowerCase() === base.event.toLowerCase()) return base;
  return { ...base, notSure: base.notSure ?? "names another event than the hook was called for" };
}

function firstText(value: Json | undefined): string | undefined {
  const first = Array.isArray(value) ? (value[0] as Json | undefined) : undefined;
  return typeof first === "string" ? first : undefined;
}

function outcome(raw: JsonObject, status: Outcome["status"], text: string | undefined): Outcome {
  const tool = textField(raw, "tool_name");
  const input = field(raw, "tool_input");
  const toolCallId = textField(raw, "tool_use_id");
  return {
    status,
    ...(tool === undefined ? {} : { tool }),
    ...(isObject(input) ? { input } : {}),
    ...(toolCallId === undefined ? {} : { toolCallId }),
    ...(text === undefined ? {} : { text }),
  };
}

function failure(raw: JsonObject): Outcome {
  const text = textField(raw, "error");
  const code = text === undefined ? undefined : /^Exit code (\d{1,9})\b/.exec(text)?.[1];
  return {
    ...outcome(raw, "failed", text),
    ...(code === undefined ? {} : { exitCode: Number(code) }),
    ...(field(raw, "is_interrupt") === true ? { interrupted: true } : {}),
  };
}

/** How Claude Code words a call that did not run; without one of these the batch only repeats what PostToolUse said. */
const refusedTexts = [
  /^PreToolUse:\S* hook error:/,
  / needs approval\./,
  /^Claude requested permissions /,
  /doesn't want to (?:proceed|take this action)/,
  /^Permission (?:to|for) .* denied/,
];

/** The user said no in the host's dialog without telling it what to do instead: the turn ends there. */
const brokenOff = /doesn't want to (?:proceed with this tool use|take this action right now)[\s\S]*STOP/;

function batch(raw: JsonObject): Outcome[] {
  const calls = field(raw, "tool_calls");
  if (!Array.isArray(calls)) return [];
  return (calls as readonly Json[]).filter(isObject).map((call) => {
    const text = responseText(field(call, "tool_response"));
    const refused = text !== undefined && refusedTexts.some((pattern) => pattern.test(text));
    const interrupted = text !== undefined && brokenOff.test(text);
    return {
      ...outcome(call, refused ? "refused" : "done", text),
      repeat: true,
      ...(interrupted ? { interrupted } : {}),
    };
  });
}

/** A tool's answer in words: what a shell printed, or else the JSON as it came. */
function responseText(response: Json | undefined): string | undefined {
  if (response === undefined || typeof response === "string") return response;
  if (!isObject(response) || typeof field(response, "stdout") !== "string") return canonicalJson(response);
  return [textField(response, "stdout"), textField(response, "stderr")].filter((text) => text !== undefined).join("\n");
}

function encode(event: AgentEvent, answer: Answer): HookAnswer {
  if (event.agent === "copilot") return copilot.encode(event, answer);
  const reason = denial(answer);
  if (event.event === "ConfigChange")
    return reason === undefined ? silence : jsonAnswer({ decision: "block", reason: sayReason(reason) });
  if (event.event === "PreToolUse") return preToolUse(answer);
  if (event.event === "PermissionRequest") return permissionAnswer(answer);
  if (event.event === "SessionStart") return sessionStart(answer);
  return silence;
}

/** Claude Code gives `additionalContext` of this event to its model (docs of its hooks, SessionStart). */
function sessionStart(answer: Answer): HookAnswer {
  if (answer.verdict !== "allow" || answer.context === undefined || answer.context === "") return silence;
  return jsonAnswer({ hookSpecificOutput: { hookEventName: "SessionStart", additionalContext: answer.context } });
}

function preToolUse(answer: Answer): HookAnswer {
  if (answer.verdict === "ask") return jsonAnswer(preToolUseOutput("ask", sayReason(answer.reason)));
  if (answer.verdict !== "allow") return denyTriple((reason) => preToolUseOutput("deny", reason), answer.reason);
  if (answer.granted !== true && answer.input === undefined) return silence;
  const said = sayReason(answer.reason ?? "approved in Signalbox");
  return jsonAnswer(preToolUseOutput("allow", said, answer.input));
}

function preToolUseOutput(
  permissionDecision: string,
  permissionDecisionReason: string,
  updatedInput?: JsonObject,
): JsonObject {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision,
      permissionDecisionReason,
      ...(updatedInput === undefined ? {} : { updatedInput }),
    },
  };
}

function permissionAnswer(answer: Answer): HookAnswer {
  const decided = (decision: JsonObject): HookAnswer =>
    jsonAnswer({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
  // The dialog is on its way already: `ask` is to let it come.
  if (answer.verdict === "ask") return silence;
  if (answer.verdict !== "allow") return decided({ behavior: "deny", message: sayReason(answer.reason) });
  if (answer.input !== undefined) return decided({ behavior: "allow", updatedInput: answer.input });
  return answer.granted === true ? decided({ behavior: "allow" }) : silence;
}
