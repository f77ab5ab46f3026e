import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { type MockModel, type Script, startMockModel } from "./mock-model.ts";

const script: Script = [{ calls: [{ role: "shell", command: "echo hi" }] }, { say: "bye" }];
const command = {
  type: "object",
  properties: { command: { type: "string" }, why: { type: "string" } },
  required: ["why"],
};

/** For each wire: the first request, what must stand in its answer, and the second request with the tool's result. */
const wires = [
  {
    wire: "anthropic-messages",
    path: "/v1/messages?beta=true",
    first: {
      model: "m",
      stream: true,
      tools: [
        { name: "Bash", input_schema: command },
        { type: "web_search_20250305", name: "web_search" },
      ],
      messages: [{ role: "user", content: "go" }],
    },
    calls: [
      '"name":"Bash"',
      '{\\"command\\":\\"echo hi\\",\\"why\\":\\"part of a test\\"}',
      '"stop_reason":"tool_use"',
    ],
    more: (first: object) => ({
      ...first,
      messages: [
        { role: "user", content: "go" },
        { role: "assistant", content: [{ type: "tool_use", id: "call_0_0", name: "Bash", input: {} }] },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "call_0_0", content: [{ type: "text", text: "no way" }] }],
        },
      ],
    }),
  },
  {
    wire: "openai-responses",
    path: "/v1/responses",
    first: {
      model: "m",
      stream: true,
      tools: [{ type: "function", name: "exec_command", parameters: { properties: { cmd: { type: "string" } } } }],
      input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "go" }] }],
    },
    calls: ['"name":"exec_command"', '"arguments":"{\\"cmd\\":\\"echo hi\\"}"', "response.completed"],
    more: (first: object) => ({
      ...first,
      input: [
        { type: "message", role: "user", content: [{ type: "input_text", text: "go" }] },
        { type: "function_call", call_id: "call_0_0", name: "exec_command", arguments: "{}" },
        { type: "function_call_output", call_id: "call_0_0", output: "no way" },
      ],
    }),
  },
  {
    wire: "openai-chat",
    path: "/v1/chat/completions",
    first: {
      model: "m",
      stream: true,
      tools: [{ type: "function", function: { name: "bash", parameters: command } }],
      messages: [{ role: "user", content: "go" }],
    },
    calls: ['"name":"bash"', "echo hi", '"finish_reason":"tool_calls"', "[DONE]"],
    more: (first: object) => ({
      ...first,
      messages: [
        { role: "user", content: "go" },
        { role: "assistant", content: null, tool_calls: [{ id: "call_0_0" }] },
        { role: "tool", tool_call_id: "call_0_0", content: "no way" },
      ],
    }),
  },
  {
    wire: "gemini",
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    first: {
      tools: [{ functionDeclarations: [{ name: "run_shell_command", parametersJsonSchema: command }] }],
      contents: [{ role: "user", parts: [{ text: "go" }] }],
    },
    calls: ['"name":"run_shell_command"', '"command":"echo hi"', '"finishReason":"STOP"'],
    more: (first: object) => ({
      ...first,
      contents: [
        { role: "user", parts: [{ text: "go" }] },
        { role: "model", parts: [{ functionCall: { name: "run_shell_command" } }] },
        { role: "user", parts: [{ functionResponse: { id: "call_0_0", response: { output: "no way" } } }] },
      ],
    }),
  },
] as const;

for (const { wire, path, first, calls, more } of wires) {
  test(`${wire}: calls the shell tool as it is offered, then sees what the model was told`, async (t) => {
    await using model = await startMockModel({ script, signal: t.signal });
    const called = await post(model, path, first);
    for (const part of calls) assert.ok(called.includes(part), `${part} in ${called}`);
    assert.match(await post(model, path, more(first)), /bye/);
    assert.deepEqual(
      model.requests.map((request) => [
        request.wire,
        request.turn,
        request.prompts,
        request.results.map(({ text }) => text),
      ]),
      [
        [wire, 0, ["go"], []],
        [wire, 1, ["go"], ["no way"]],
      ],
    );
  });

  test(`${wire}: without tools the answer is a fixed text and not a turn`, async (t) => {
    await using model = await startMockModel({ script, signal: t.signal });
    assert.match(await post(model, path, { ...first, tools: [] }), /mock/);
    assert.equal(model.requests.length, 0);
  });
}

test("Responses: calls of one reply count once, however their outputs are mixed in", async (t) => {
  await using model = await startMockModel({ script: [], signal: t.signal });
  const { path, first } = wires[1];
  const call = (id: string) => ({ type: "function_call", call_id: id, name: "exec_command", arguments: "{}" });
  const output = (id: string) => ({ type: "function_call_output", call_id: id, output: "" });
  const input = [
    call("call_0_0"),
    output("call_0_0"),
    call("call_0_1"),
    output("call_0_1"),
    call("call_1_0"),
    output("call_1_0"),
  ];
  await post(model, path, { ...first, input });
  assert.equal(model.requests[0]?.turn, 2);
});

test("apply_patch is used where an agent has no write tool, as free text", async (t) => {
  const calls: Script = [{ calls: [{ role: "write", path: "/w/a.txt", content: "one\ntwo\n" }] }];
  await using model = await startMockModel({ script: calls, signal: t.signal });
  const { path, first } = wires[1];
  const answer = await post(model, path, { ...first, tools: [{ type: "custom", name: "apply_patch" }] });
  assert.ok(answer.includes("*** Begin Patch\\n*** Add File: /w/a.txt\\n+one\\n+two\\n*** End Patch"), answer);
});

test("a tool that the agent does not offer is said in words, not invented", async (t) => {
  await using model = await startMockModel({
    script: [{ calls: [{ role: "edit", path: "a", before: "b", after: "c" }] }],
    signal: t.signal,
  });
  assert.match(await post(model, wires[0].path, wires[0].first), /was not offered the tools/);
});

test("a packed body is read, an unknown address is remembered, a broken body harms nobody", async (t) => {
  await using model = await startMockModel({ script, signal: t.signal });
  const headers = { "content-encoding": "gzip", "content-type": "application/json" };
  const body = gzipSync(JSON.stringify(wires[0].first));
  const packed = await fetch(`${model.url}/v1/messages`, { method: "POST", headers, body });
  assert.match(await packed.text(), /echo hi/);
  assert.equal((await fetch(`${model.url}/telemetry`, { method: "POST", body: "x" })).status, 404);
  assert.deepEqual(model.strays, ["POST /telemetry"]);
  assert.equal((await fetch(`${model.url}/v1/messages`, { method: "POST", body: "{" })).status, 500);
  assert.equal((await fetch(`${model.url}/api/hello`, { method: "HEAD" })).status, 200);
});

test("whoever waits for a request gets it when it comes, or the signal's reason", async (t) => {
  await using model = await startMockModel({ script, signal: t.signal });
  const seen = model.seen((request) => request.turn === 0, { signal: t.signal });
  await post(model, wires[0].path, wires[0].first);
  assert.deepEqual((await seen).prompts, ["go"]);
  const stop = new AbortController();
  const never = model.seen((request) => request.turn === 9, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(never, /enough/);
});

test("the signal closes the server", async (t) => {
  const stop = new AbortController();
  await using model = await startMockModel({ script, signal: AbortSignal.any([stop.signal, t.signal]) });
  stop.abort();
  await assert.rejects(fetch(`${model.url}/api/hello`));
});

async function post(model: MockModel, path: string, body: object): Promise<string> {
  const response = await fetch(`${model.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(response.status, 200);
  return response.text();
}
