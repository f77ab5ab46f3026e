import assert from "node:assert/strict";
import { test } from "node:test";
import type { Refusal } from "../../../protocol/refusals.ts";
import { type PodEventName, podErrorCodes, podEvents, podFrame, readPodEvent, readPodMethod } from "./index.ts";

/** As they stand on the wire: what is sent, and what it is read as. */
const methods: readonly (readonly [sent: string, read: object])[] = [
  ['{"method":"run","params":{"input":"go on"}}', { method: "run", params: { input: "go on" } }],
  ['{"method":"notify","params":{"message":"look"}}', { method: "notify", params: { message: "look" } }],
  [
    '{"method":"notify","params":{"source":"ci","message":"red"}}',
    { method: "notify", params: { source: "ci", message: "red" } },
  ],
  ['{"method":"resume"}', { method: "resume", params: undefined }],
  ['{"method":"cancel","params":{}}', { method: "cancel", params: undefined }],
  ['{"method":"shutdown","params":null}', { method: "shutdown", params: undefined }],
  ['{"method":"get_history"}', { method: "get_history", params: undefined }],
  [
    '{"method":"pod_event","params":{"kind":"turn_ended","pod_name":"a"}}',
    { method: "pod_event", params: { kind: "turn_ended", pod_name: "a" } },
  ],
  [
    '{"method":"pod_event","params":{"kind":"errored","pod_name":"a","message":"no key"}}',
    { method: "pod_event", params: { kind: "errored", pod_name: "a", message: "no key" } },
  ],
  [
    '{"method":"pod_event","params":{"kind":"shut_down","pod_name":"a"}}',
    { method: "pod_event", params: { kind: "shut_down", pod_name: "a" } },
  ],
  [
    '{"method":"pod_event","params":{"kind":"scope_sub_delegated","parent_pod":"a","sub_pod":"b","sub_socket":"/r/b/sock","scope":[{"target":"/p/src","permission":"write"}]}}',
    {
      method: "pod_event",
      params: {
        kind: "scope_sub_delegated",
        parent_pod: "a",
        sub_pod: "b",
        sub_socket: "/r/b/sock",
        scope: [{ target: "/p/src", permission: "write", recursive: true }],
      },
    },
  ],
];

test("each method is read as it stands on the wire, with what is more ignored", () => {
  for (const [sent, read] of methods) assert.deepEqual(readPodMethod(JSON.parse(sent) as never), read, sent);
  const more = { method: "run", params: { input: "x", segments: [] }, id: 7 };
  assert.deepEqual(readPodMethod(more), { method: "run", params: { input: "x" } });
});

test("what is no method, or lacks what it needs, is refused with its name", () => {
  const wrong: readonly (readonly [frame: object, code: string, words: RegExp])[] = [
    [{ method: "run" }, "INVALID_PARAMS", /run: /],
    [{ method: "run", params: { input: 7 } }, "INVALID_PARAMS", /input/],
    [{ method: "notify", params: {} }, "INVALID_PARAMS", /message/],
    [{ method: "pod_event", params: { kind: "born" } }, "INVALID_PARAMS", /pod_event/],
    [
      {
        method: "pod_event",
        params: {
          kind: "scope_sub_delegated",
          parent_pod: "a",
          sub_pod: "b",
          sub_socket: "s",
          scope: [{ target: "src", permission: "write" }],
        },
      },
      "INVALID_PARAMS",
      /target/,
    ],
    [{ method: "compact" }, "UNKNOWN_METHOD", /compact/],
    [{ method: "toString" }, "UNKNOWN_METHOD", /toString/],
    [{ method: { a: 1 } }, "UNKNOWN_METHOD", /no method/],
  ];
  for (const [frame, code, words] of wrong)
    assert.throws(
      () => readPodMethod(frame as never),
      (error: Refusal) => error.code === code && words.test(error.message),
      JSON.stringify(frame),
    );
});

const events: readonly string[] = [
  '{"event":"turn_start","data":{"turn":3}}',
  '{"event":"turn_end","data":{"turn":3,"result":"finished"}}',
  '{"event":"turn_end","data":{"turn":4,"result":"paused"}}',
  '{"event":"text_delta","data":{"text":"Hel"}}',
  '{"event":"text_done","data":{"text":"Hello"}}',
  '{"event":"tool_call_start","data":{"id":"c1","name":"Bash"}}',
  '{"event":"tool_call_args_delta","data":{"id":"c1","json":"{\\"comm"}}',
  '{"event":"tool_call_done","data":{"id":"c1","name":"Bash","arguments":"{\\"command\\":\\"ls\\"}"}}',
  '{"event":"tool_result","data":{"id":"c1","output":"README","is_error":false}}',
  '{"event":"usage","data":{"input_tokens":12,"output_tokens":null}}',
  '{"event":"run_end","data":{"result":"finished"}}',
  '{"event":"run_end","data":{"result":"paused"}}',
  '{"event":"run_end","data":{"result":"limit_reached"}}',
  ...podErrorCodes.map((code) => `{"event":"error","data":{"code":"${code}","message":"why"}}`),
  '{"event":"history","data":{"items":[{"type":"message","role":"user","content":[{"type":"text","text":"hi"}]},{"type":"message","role":"assistant","content":[]},{"type":"tool_call","call_id":"c1","name":"Bash","arguments":"{}"},{"type":"tool_result","call_id":"c1","summary":"ok"},{"type":"tool_result","call_id":"c2","summary":"ok","content":"all of it"}],"greeting":{"pod_name":"a","cwd":"/p","provider":"x","model":"m","scope_summary":"writes /p","tools":["Bash"]}}}',
  '{"event":"notification","data":{"level":"warn","source":"agents_md","message":"too long","timestamp_ms":1766300000000}}',
  '{"event":"shutdown"}',
];

test("each event leaves as it stands on the wire and is read back the same", () => {
  for (const wire of events) {
    const { event, data } = readPodEvent(JSON.parse(wire) as never);
    const made = (podFrame as (event: PodEventName, data?: unknown) => object)(event, data);
    assert.equal(JSON.stringify(made), wire);
  }
  const seen = new Set(events.map((wire) => (JSON.parse(wire) as { event: string }).event));
  assert.deepEqual(seen, new Set(Object.keys(podEvents)), "every event has an example");
});

test("an event that is none, or whose data is not its own, is refused", () => {
  for (const frame of [
    { event: "born" },
    { event: "turn_start" },
    { event: "error", data: { code: "tired", message: "x" } },
    { event: "history", data: { items: [{ type: "reasoning" }], greeting: {} } },
    {},
  ])
    assert.throws(() => readPodEvent(frame as never), { code: "INVALID_PARAMS" }, JSON.stringify(frame));
});
