import assert from "node:assert/strict";
import { test } from "node:test";
import { canaryCommand, canaryReason } from "../../protocol/canary.ts";
import { readCanary } from "./canary.ts";
import type { ModelRequest } from "./mock-model.ts";

const nonce = "0123456789abcdef";
const tool = { name: "Bash", kind: "function", namespace: undefined, schema: {} } as const;

function request(turn: number, told: readonly string[], text = ""): ModelRequest {
  const input = { command: canaryCommand(nonce) };
  const calls = turn === 0 && text === "" ? [{ id: "call_0_0", tool, input }] : [];
  return {
    wire: "anthropic-messages",
    model: "m",
    tools: [tool],
    turn,
    prompts: [],
    stream: true,
    results: told.map((words) => ({ callId: "call_0_0", text: words })),
    reply: { id: "mock", text, calls },
  };
}

const cases: readonly [string, readonly ModelRequest[], string][] = [
  ["the gate's own reason", [request(0, []), request(1, [`hook error: ${canaryReason(nonce)}`])], "denied"],
  ["a reason for another nonce", [request(0, []), request(1, [canaryReason("feedfeedfeedfeed")])], "closed"],
  [
    "the hook's own words",
    [request(0, []), request(1, ["Signalbox's daemon is away, so nothing is allowed."])],
    "closed",
  ],
  ["another guard's words", [request(0, []), request(1, ["blocked by nannybot"])], "open"],
  ["the command's name alone", [request(0, []), request(1, [`Ran: ${canaryCommand(nonce)}`])], "open"],
  ["nothing was said: it ran", [request(0, []), request(1, [""])], "open"],
  ["no second request", [request(0, [])], "silent"],
  ["no shell tool", [request(0, [], "was not offered the tools")], "silent"],
  ["no request", [], "silent"],
];

for (const [name, requests, state] of cases)
  test(`canary: ${name} means ${state}`, () => {
    assert.equal(readCanary(nonce, requests).state, state);
  });
