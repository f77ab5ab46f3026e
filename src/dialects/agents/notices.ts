import type { EventBase, JsonObject, Notice } from "./dialect.ts";
import { field, isObject, objectField, textField } from "./payload.ts";

/** What hosts tell by events that nobody answers. An event that says nothing of what the session does has no notice. */

/**
 * Claude Code, and Codex by the same names. Source: code.claude.com/docs/en/hooks (Notification's types, StopFailure's errors);
 * developers.openai.com/codex/hooks (Interrupt).
 */
export function snakeCaseNotice({ event, raw, subagent }: EventBase): Notice | undefined {
  switch (event) {
    case "Notification":
      return notification(textField(raw, "notification_type") ?? "", textField(raw, "message"));
    case "StopFailure": {
      const error = textField(raw, "error") ?? "unknown";
      const details = textField(raw, "error_details");
      return {
        is: "failed",
        limited: limitErrors.has(error),
        text: details === undefined ? error : `${error}: ${details}`,
      };
    }
    case "Interrupt":
      return { is: "interrupted" };
    case "PreCompact":
      return { is: "compacting" };
    case "PostCompact":
      return { is: "compacted" };
    case "SubagentStart":
      return subagent === undefined ? undefined : { is: "subagent-began", ...subagent };
    case "SubagentStop":
      return subagent === undefined ? undefined : { is: "subagent-ended", id: subagent.id };
    default:
      return undefined;
  }
}

/** The provider refuses for now; everything else of StopFailure is an error. */
const limitErrors = new Set(["rate_limit", "overloaded", "billing_error"]);

/** Types of Claude Code and Copilot CLI, which share them. */
function notification(type: string, message: string | undefined): Notice | undefined {
  switch (type) {
    case "permission_prompt":
      return { is: "asking", for: "permission", text: message };
    case "elicitation_dialog":
    case "elicitation_url_dialog":
    case "agent_needs_input":
      return { is: "asking", for: "question", text: message };
    case "elicitation_complete":
    case "elicitation_response":
      return { is: "answered" };
    case "idle_prompt":
      return { is: "waited" };
    default:
      return undefined;
  }
}

/** Gemini asks its user before it runs the hook, so its question is about the call that comes next. */
export function geminiNotice({ event, raw }: EventBase): Notice | undefined {
  if (event === "PreCompress") return { is: "compacting" };
  if (event !== "Notification" || textField(raw, "notification_type") !== "ToolPermission") return undefined;
  return { is: "asking", for: "permission", text: textField(raw, "message") };
}

/** Source: docs.github.com/copilot/reference/hooks. */
export function copilotNotice({ event, raw }: EventBase): Notice | undefined {
  switch (event) {
    case "notification":
    case "Notification":
      return notification(textField(raw, "notification_type", "notificationType") ?? "", textField(raw, "message"));
    case "errorOccurred": {
      const error = objectField(raw, "error");
      return {
        is: "failed",
        limited: false,
        text: textField(error, "message") ?? textField(raw, "error") ?? "an error",
      };
    }
    default:
      return undefined;
  }
}

/** Source: OpenCode 1.x, its bus events as plugins get them. */
export function opencodeNotice({ event, raw }: EventBase): Notice | undefined {
  const properties = objectField(objectField(raw, "input"), "properties");
  switch (event) {
    case "event.permission.asked":
      return { is: "asking", for: "permission", text: textField(properties, "permission") };
    case "event.permission.replied":
      return { is: "answered" };
    case "event.session.error": {
      const error = objectField(properties, "error");
      // The person pressed Esc.
      if (textField(error, "name") === "MessageAbortedError") return { is: "interrupted" };
      const text = textField(objectField(error, "data"), "message") ?? textField(error, "name") ?? "an error";
      return { is: "failed", limited: /rate.?limit|quota/i.test(text), text };
    }
    default:
      return undefined;
  }
}

/** Agents that go on working after a Stop: shells in the background (a dev server) do not count. */
export function backgroundAgents(raw: JsonObject): number {
  const tasks = field(raw, "background_tasks");
  if (!Array.isArray(tasks)) return 0;
  return (tasks as readonly JsonObject[]).filter(
    (task) =>
      isObject(task) &&
      textField(task, "agent_type") !== undefined &&
      /^(running|pending|)$/.test(textField(task, "status") ?? ""),
  ).length;
}
