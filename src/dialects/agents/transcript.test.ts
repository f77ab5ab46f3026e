import assert from "node:assert/strict";
import { test } from "node:test";
import { readTranscript } from "./transcript.ts";

const lines = (...objects: readonly object[]) => objects.map((object) => JSON.stringify(object));

test("Claude Code: the newest answer's model and context, not a subagent's", () => {
  const usage = {
    input_tokens: 3,
    cache_read_input_tokens: 900_000,
    cache_creation_input_tokens: 97,
    output_tokens: 5,
  };
  assert.deepEqual(
    readTranscript([
      "not JSON",
      ...lines(
        { type: "assistant", message: { model: "old", usage: { input_tokens: 1 } } },
        { type: "assistant", message: { model: "claude-opus", usage } },
        { type: "assistant", isSidechain: true, message: { model: "claude-haiku", usage: { input_tokens: 7 } } },
        { type: "assistant", message: { model: "<synthetic>", usage: {} } },
        { type: "summary" },
      ),
    ]),
    { interrupted: false, model: "claude-opus", contextTokens: 900_100 },
  );
});

test("Claude Code: broken off, until something follows", () => {
  const broken = {
    type: "user",
    message: { content: [{ type: "text", text: "[Request interrupted by user for tool use]" }] },
  };
  assert.equal(readTranscript(lines(broken, { type: "file-history-snapshot" })).interrupted, true);
  assert.equal(readTranscript(lines(broken, { type: "user", message: { content: "go on" } })).interrupted, false);
});

test("Codex: tokens, context, limits, and a turn that was aborted", () => {
  const count = {
    type: "token_count",
    info: {
      total_token_usage: { input_tokens: 100, cached_input_tokens: 40, output_tokens: 9 },
      last_token_usage: { input_tokens: 50 },
      model_context_window: 200,
    },
    rate_limits: { primary: { used_percent: 12.5, window_minutes: 300, resets_at: 1_800_000_000 }, secondary: null },
  };
  assert.deepEqual(readTranscript(lines({ type: "event_msg", payload: count })), {
    interrupted: false,
    tokens: { input: 100, output: 9, cacheRead: 40, cacheWrite: 0 },
    contextTokens: 50,
    windowTokens: 200,
    rateLimits: [{ name: "5 h", usedPercent: 12.5, resetsAtMs: 1_800_000_000_000 }],
  });
  const aborted = { type: "event_msg", payload: { type: "turn_aborted", reason: "interrupted" } };
  assert.equal(readTranscript(lines(aborted)).interrupted, true);
  assert.equal(
    readTranscript(lines(aborted, { type: "event_msg", payload: { type: "task_started" } })).interrupted,
    false,
  );
});
