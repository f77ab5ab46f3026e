import { readJson } from "../../kit/strict-json.ts";
import type { JsonObject } from "./dialect.ts";
import { field, isObject, objectField, textField } from "./payload.ts";

/** What the end of a host's transcript tells. The formats are internal and change: whatever is not as expected is passed over. */
export interface TranscriptFacts {
  readonly model?: string;
  /** Of the newest answer: what it read is what the context holds. */
  readonly contextTokens?: number;
  readonly windowTokens?: number;
  /** Of the whole session, where the host counts it. */
  readonly tokens?: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
  };
  readonly rateLimits?: readonly {
    readonly name: string;
    readonly usedPercent: number;
    readonly resetsAtMs: number | null;
  }[];
  /** The newest thing in it is that the person broke the turn off. */
  readonly interrupted: boolean;
}

/**
 * The last lines of a transcript (JSONL). Claude Code: `~/.claude/projects/…/<session>.jsonl`, messages with the API's own usage. Codex:
 * `~/.codex/sessions/…/rollout-*.jsonl`, `event_msg` with `token_count` and `turn_aborted`. Seen with 2.1.329 and 0.169.0.
 */
export function readTranscript(lines: readonly string[]): TranscriptFacts {
  let facts: TranscriptFacts = { interrupted: false };
  for (const line of lines) {
    const read = readJson(Buffer.from(line), { depthMax: 64 });
    if (!read.ok || !isObject(read.value)) continue;
    facts = { ...facts, ...(textField(read.value, "type") === "event_msg" ? codex(read.value) : claude(read.value)) };
  }
  return facts;
}

function claude(line: JsonObject): Partial<TranscriptFacts> {
  const type = textField(line, "type");
  const message = objectField(line, "message");
  if (field(line, "isSidechain") === true) return {};
  if (type === "user")
    return { interrupted: texts(message).some((text) => text.startsWith("[Request interrupted by user")) };
  if (type !== "assistant") return {};
  const usage = objectField(message, "usage");
  const parts = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"].map((name) =>
    amount(usage, name),
  );
  const model = textField(message, "model");
  return {
    interrupted: false,
    ...(model === undefined || model.startsWith("<") ? {} : { model }),
    ...(parts[0] === undefined ? {} : { contextTokens: parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) }),
  };
}

function texts(message: JsonObject): string[] {
  const content = field(message, "content");
  if (typeof content === "string") return [content];
  if (!Array.isArray(content)) return [];
  return (content as readonly JsonObject[]).filter(isObject).flatMap((part) => textField(part, "text") ?? []);
}

function codex(line: JsonObject): Partial<TranscriptFacts> {
  const payload = objectField(line, "payload");
  switch (textField(payload, "type")) {
    case "turn_aborted":
      return { interrupted: true };
    case "task_started":
    case "user_message":
    case "task_complete":
      return { interrupted: false };
    case "token_count":
      return codexCount(payload);
    case undefined:
    default:
      return {};
  }
}

function codexCount(payload: JsonObject): Partial<TranscriptFacts> {
  const info = objectField(payload, "info");
  const total = objectField(info, "total_token_usage");
  const last = objectField(info, "last_token_usage");
  const [input, output] = [amount(total, "input_tokens"), amount(total, "output_tokens")];
  const contextTokens = amount(last, "input_tokens");
  const windowTokens = amount(info, "model_context_window");
  const limits = objectField(payload, "rate_limits");
  const rateLimits = ["primary", "secondary"].flatMap((name) => {
    const limit = objectField(limits, name);
    const usedPercent = amount(limit, "used_percent");
    const resets = amount(limit, "resets_at");
    return usedPercent === undefined
      ? []
      : [
          {
            name: windowName(amount(limit, "window_minutes")) ?? name,
            usedPercent,
            resetsAtMs: resets === undefined ? null : resets * 1_000,
          },
        ];
  });
  return {
    ...(input === undefined || output === undefined
      ? {}
      : { tokens: { input, output, cacheRead: amount(total, "cached_input_tokens") ?? 0, cacheWrite: 0 } }),
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(windowTokens === undefined ? {} : { windowTokens }),
    ...(rateLimits.length === 0 ? {} : { rateLimits }),
  };
}

function windowName(minutes: number | undefined): string | undefined {
  if (minutes === undefined) return undefined;
  return minutes % 1_440 === 0 ? `${minutes / 1_440} d` : `${Math.round(minutes / 60)} h`;
}

function amount(object: JsonObject, name: string): number | undefined {
  const value = field(object, name);
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
