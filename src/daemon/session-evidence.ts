import type { AgentEvent } from "../dialects/agents/index.ts";
import { backgroundAgents } from "../dialects/agents/index.ts";
import type { Json } from "../kit/canonical.ts";
import type { Evidence, Known } from "../sessions/index.ts";
import { hostAsks, promptText, shownText } from "./session-words.ts";

type SessionEvent = Exclude<AgentEvent, { type: "unreadable" }>;
type JsonObject = Readonly<Record<string, Json>>;

/** What a host's event says of what its session does. A tool call's own evidence comes with its judging and its outcome. */
export function evidenceOf(event: SessionEvent): Evidence[] {
  switch (event.type) {
    case "session-start":
      return [{ kind: "started", how: startOf(event.raw) }];
    case "prompt":
      return [{ kind: "prompted", text: promptText(event.text) }];
    case "stop":
      return [{ kind: "stopped", background: backgroundAgents(event.raw) }];
    case "notice":
      return [noticed(event)];
    case "tool-call":
    case "permission-request":
    case "outcome":
    case "session-end":
    case "config-change":
    case "status":
    case "other":
      return [];
  }
}

function startOf(raw: JsonObject): Extract<Evidence, { kind: "started" }>["how"] {
  const source = text(raw["source"]);
  return source === "resume" || source === "clear" || source === "compact" || source === "fork" ? source : "startup";
}

function noticed({ notice, agent }: Extract<AgentEvent, { type: "notice" }>): Evidence {
  switch (notice.is) {
    case "asking": {
      const said = notice.text === undefined ? undefined : words(notice.text);
      const permission = notice.for === "permission";
      return { kind: "asked", waitingFor: notice.for, text: permission ? hostAsks(agent) : (said ?? `${agent} asks`) };
    }
    case "failed":
      return { kind: "failed", limited: notice.limited, text: words(notice.text) };
    case "interrupted":
      return { kind: "interrupted", text: "its user broke it off" };
    case "subagent-began":
      return { kind: "subagent-began", id: notice.id, type: words(notice.type) };
    case "subagent-ended":
      return { kind: "subagent-ended", id: notice.id };
    case "answered":
    case "waited":
    case "compacting":
    case "compacted":
      return { kind: notice.is };
  }
}

/** Facts that any event of the host may carry beside. */
export function knownOf({ raw, permissionMode }: SessionEvent): Known {
  const model = text(raw["model"]);
  const effort = text(object(raw["effort"])["level"]);
  const transcript = text(raw["transcript_path"]);
  return {
    ...(model === undefined ? {} : { model: words(model) }),
    ...(effort === undefined ? {} : { effort: words(effort) }),
    ...(permissionMode === undefined ? {} : { permissionMode: words(permissionMode) }),
    ...(transcript?.startsWith("/") === true && transcript.length <= 4_096 ? { transcript } : {}),
  };
}

/**
 * Claude Code's status line. Every field may be missing or null (before the first answer, after a compaction), and then what was
 * known stays. Source: code.claude.com/docs/en/statusline.
 */
export function statusOf(raw: JsonObject): Known {
  const model = object(raw["model"]);
  const cost = object(raw["cost"]);
  const window = object(raw["context_window"]);
  const usage = object(window["current_usage"]);
  const name = text(raw["session_name"]);
  const modelName = text(model["display_name"]) ?? text(model["id"]);
  const effort = text(object(raw["effort"])["level"]);
  const transcript = text(raw["transcript_path"]);
  const costUsd = amount(cost["total_cost_usd"]);
  const [added, removed] = [amount(cost["total_lines_added"]), amount(cost["total_lines_removed"])];
  const windowTokens = amount(window["context_window_size"]);
  const parts = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"].map((part) =>
    amount(usage[part]),
  );
  const usedTokens = parts.every((part) => part === undefined)
    ? undefined
    : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  const percent =
    amount(window["used_percentage"]) ??
    (usedTokens === undefined || windowTokens === undefined || windowTokens === 0
      ? undefined
      : (usedTokens / windowTokens) * 100);
  const rateLimits = limitsOf(object(raw["rate_limits"]));
  return {
    ...(name === undefined ? {} : { title: promptText(name) }),
    ...(modelName === undefined ? {} : { model: words(modelName) }),
    ...(effort === undefined ? {} : { effort: words(effort) }),
    ...(transcript?.startsWith("/") === true ? { transcript } : {}),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(added === undefined || removed === undefined ? {} : { lines: { added, removed } }),
    ...(usedTokens === undefined || windowTokens === undefined || percent === undefined
      ? {}
      : { context: { usedTokens, windowTokens, percent } }),
    ...tokensOf(window, usage),
    ...(rateLimits.length === 0 ? {} : { rateLimits }),
  };
}

/** Of the session so far where the host counts it, with the caches of the newest answer. */
function tokensOf(window: JsonObject, usage: JsonObject): Pick<Known, "tokens"> {
  const [input, output] = [amount(window["total_input_tokens"]), amount(window["total_output_tokens"])];
  if (input === undefined || output === undefined) return {};
  const cacheRead = amount(usage["cache_read_input_tokens"]) ?? 0;
  const cacheWrite = amount(usage["cache_creation_input_tokens"]) ?? 0;
  return { tokens: { input, output, cacheRead, cacheWrite } };
}

function limitsOf(raw: JsonObject): NonNullable<Known["rateLimits"]> {
  return Object.entries(raw)
    .slice(0, rateLimitsMax)
    .flatMap(([name, value]) => {
      const limit = object(value);
      const usedPercent = amount(limit["used_percentage"]);
      const resets = limit["resets_at"];
      const resetsAt =
        typeof resets === "number"
          ? isoOf(resets * 1_000)
          : typeof resets === "string"
            ? isoOf(Date.parse(resets))
            : null;
      return usedPercent === undefined ? [] : [{ name: words(name), usedPercent, resetsAt }];
    });
}

const rateLimitsMax = 8;
const isoOf = (ms: number): string | null =>
  Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
const words = (value: string): string => shownText(value, 120);
const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const amount = (value: Json | undefined): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
const object = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
