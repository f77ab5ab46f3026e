import type { AgentEvent } from "../dialects/agents/index.ts";
import type { Evidence } from "../sessions/index.ts";
import { promptText } from "./session-words.ts";

/** What a host's event says of what its session does. A tool call's own evidence comes with its judging and its outcome. */
export function evidenceOf(event: Exclude<AgentEvent, { type: "unreadable" }>): Evidence | undefined {
  switch (event.type) {
    case "session-start":
      return { kind: "started" };
    case "prompt":
      return { kind: "prompted", text: promptText(event.text) };
    case "stop":
      return { kind: "stopped" };
    case "tool-call":
    case "permission-request":
    case "outcome":
    case "session-end":
    case "config-change":
    case "other":
      return undefined;
  }
}
