import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Post, receiver } from "../../test/support/receiver.ts";
import type { Json } from "../kit/canonical.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { createModelDecider, ModelSettings } from "./model.ts";

interface Asked {
  readonly system?: string;
  readonly messages: { role: string; content: string }[];
}

/** A model on loopback that says what the test wants. */
async function model(t: TestContext, answer: () => { status?: number; body: string }) {
  const { url, posts } = await receiver(t, answer);
  return { url: `${url}/v1`, asked: posts as unknown as readonly (Omit<Post, "body"> & { readonly body: Asked })[] };
}

const openAi = (content: string) => ({
  body: JSON.stringify({
    choices: [{ message: { role: "assistant", content } }],
    usage: { prompt_tokens: 50, completion_tokens: 9 },
  }),
});
const question = { session: "s", turn: "t", tool: "Bash", input: { command: "curl -H 'token: abc' x", token: "abc" } };

function begin(settings: object) {
  const records: Record<string, Json>[] = [];
  const clock = new SteppedClock();
  const decider = createModelDecider({
    settings: ModelSettings.parse({ api: "openai", model: "small", ...settings }),
    clock,
    redact: (input) => ({ ...input, command: "curl -H 'token: ***' x", token: "***" }),
    record: async (payload) => void records.push({ ...payload }),
  });
  return { clock, records, decide: () => decider.decide(question, { signal: new AbortController().signal }) };
}

test("a model makes a verdict stricter, sees redacted input only, and what it said is on record", async (t) => {
  let says = 'Sure: {"verdict":"hold","reason":"It sends a token to a host."}';
  const { url, asked } = await model(t, () => openAi(says));
  const { decide, records } = begin({ url });
  assert.deepEqual(await decide(), {
    say: "stricter",
    to: "hold",
    reason: "The model small objects: It sends a token to a host.",
  });
  assert.doesNotMatch(JSON.stringify(asked), /abc/);
  assert.match(asked[0]?.body.messages.at(-1)?.content ?? "", /"tool":"Bash"/);
  assert.deepEqual(records[0], {
    by: "model",
    model: "small",
    tool: "Bash",
    answer: "hold",
    reason: "It sends a token to a host.",
    problem: null,
    inputTokens: 50,
    outputTokens: 9,
    latencyMs: 0,
  });
  says = '{"verdict":"allow","reason":"fine"}';
  assert.deepEqual(await decide(), { say: "policy" }, "an allow of the model's is no opinion");
});

test("whatever goes wrong leaves policy to decide, on record", async (t) => {
  let answer: { status?: number; body: string } = { status: 500, body: "" };
  const { url } = await model(t, () => answer);
  const { decide, records } = begin({ url });
  for (const wrong of [
    answer,
    { body: "not JSON" },
    { body: "{}" },
    openAi("I would rather not."),
    openAi('{"verdict":"release","reason":"trust me"}'),
    { body: "x".repeat(70_000) },
  ]) {
    answer = wrong;
    assert.deepEqual(await decide(), { say: "policy" });
  }
  assert.equal(records.filter(({ problem }) => typeof problem === "string").length, 6);
  const away = begin({ url: "http://127.0.0.1:9/", timeoutMs: 1_000 });
  assert.deepEqual(await away.decide(), { say: "policy" });
  assert.match(JSON.stringify(away.records[0]), /"problem":"no answer: /);
});

test("Anthropic's format, and an hour's budget", async (t) => {
  const said = { content: [{ type: "text", text: '{"verdict":"deny","reason":"It wipes the disk."}' }] };
  const { url, asked } = await model(t, () => ({ body: JSON.stringify(said) }));
  const { decide, records, clock } = begin({ api: "anthropic", url, perHourMax: 1 });
  assert.equal((await decide()).say, "stricter");
  assert.equal(asked[0]?.headers["anthropic-version"], "2023-06-01");
  assert.match(asked[0]?.body.system ?? "", /one tool call of a coding agent/);
  assert.deepEqual(await decide(), { say: "policy" });
  assert.equal(records[1]?.["problem"], "the hour's budget is spent");
  clock.advance(3_600_001);
  assert.equal((await decide()).say, "stricter");
});

test("an address that others on the way could read is refused", () => {
  const wrong = ModelSettings.safeParse({ api: "openai", model: "m", url: "http://example.com/v1" });
  assert.match(wrong.error?.issues[0]?.message ?? "", /https/);
});
