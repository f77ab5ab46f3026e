import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { agentEvents, agentNames } from "../../protocol/agents.ts";
import { limits } from "../../protocol/limits.ts";
import { agentDialect, agentDialects } from "./index.ts";
import { sayReason } from "./reason.ts";
import { threadMs } from "../../../test/support/cpu.ts";

const claude = agentDialects["claude-code"];
const good = {
  session_id: "s",
  cwd: "/w",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: "ls" },
};
const decode = (body: string | Buffer) => claude.decode("PreToolUse", Buffer.from(body as string));

test("what is no JSON object is unreadable, with the reason", () => {
  for (const [body, why] of [
    ["", /is empty/],
    ["  \n", /is empty/],
    ["not json", /is not JSON/],
    ['{"a":1', /is not JSON \(it ends too early\)/],
    ["[]", /not an object/],
    ["null", /not an object/],
    ['"text"', /not an object/],
  ] as const) {
    const event = decode(body);
    assert.ok(event.type === "unreadable", body);
    assert.match(event.why, why);
    assert.equal(event.event, "PreToolUse");
  }
  const large = decode(Buffer.alloc(limits.hookBodyBytesMax + 1, 0x20));
  assert.ok(large.type === "unreadable");
  assert.match(large.why, /4194305 bytes long and at most 4194304/);
});

test("missing or odd facts make a tool call not sure, and it is still shown", () => {
  const cases: [object, RegExp][] = [
    [{ session_id: undefined }, /names no session/],
    [{ session_id: 7 }, /names no session/],
    [{ session_id: "s".repeat(300) }, /session id of 300/],
    [{ cwd: undefined }, /no working directory/],
    [{ cwd: "relative" }, /not an absolute path/],
    [{ tool_name: undefined }, /names no tool/],
    [{ tool_input: undefined }, /no tool input/],
    [{ tool_input: [] }, /tool input that is not an object/],
    [{ tool_input: "rm -rf ~" }, /tool input that is text/],
    [{ tool_input: '{"command":"ls","command":"rm"}' }, /tool input that has the key "command" twice/],
    [{ tool_use_id: "i".repeat(257) }, /tool call id of 257/],
    [{ hook_event_name: "PostToolUse" }, /another event/],
  ];
  for (const [change, why] of cases) {
    const event = decode(JSON.stringify({ ...good, ...change }));
    assert.ok(event.type === "tool-call");
    assert.match(event.notSure ?? "", why);
  }
  const sure = decode(JSON.stringify(good));
  assert.ok(sure.type === "tool-call");
  assert.equal(sure.notSure, undefined);
});

test("ambiguous bytes make a tool call not sure", () => {
  const text = JSON.stringify(good);
  const cases: [string | Buffer, RegExp][] = [
    [text.replace('"command":"ls"', '"command":"ls","command":"rm -rf ~"'), /"command" twice/],
    [text.replace('"ls"', "9007199254740993"), /beyond 2\^53/],
    [text.replace('"ls"', '"ls \\ud800"'), /lone surrogate/],
    [Buffer.from(text.replace("ls", "l\u00ff"), "latin1"), /UTF-8/],
    [text.replace('"ls"', "[".repeat(200) + "]".repeat(200)), /deeper than 128/],
  ];
  for (const [body, why] of cases) {
    const event = decode(body);
    assert.ok(event.type === "tool-call");
    assert.equal(event.tool, "Bash");
    assert.match(event.notSure ?? "", why);
  }
});

test("prototype names are no fields", () => {
  const event = decode('{"__proto__":{"tool_name":"Read","session_id":"evil"},"constructor":{},"cwd":"/w"}');
  assert.ok(event.type === "tool-call");
  assert.equal(event.tool, "unknown");
  assert.equal(event.session, "unknown");
  for (const name of ["constructor", "__proto__", "toString"]) assert.equal(agentDialect(name), undefined);
  assert.equal(claude.decode("constructor", Buffer.from(JSON.stringify(good))).type, "other");
});

test("unknown events and fields are kept", () => {
  const event = claude.decode("SomethingNew", Buffer.from(JSON.stringify({ ...good, novel: { a: 1 } })));
  assert.ok(event.type === "other");
  assert.deepEqual(event.raw["novel"], { a: 1 });
});

test("no bytes and no answer make a dialect throw, and none turns an unreadable deciding event into an allow", () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => new Uint8Array(Buffer.from(text))),
  );
  const anyEvent = fc.constantFrom(...agentNames.flatMap((agent) => agentEvents[agent].map(({ event }) => event)));
  fc.assert(
    fc.property(body, anyEvent, fc.string(), (bytes, event, reason) => {
      for (const agent of agentNames) {
        const dialect = agentDialects[agent];
        const read = dialect.decode(event, Buffer.from(bytes));
        const said = dialect.encode(read, { verdict: "deny", reason });
        if (!dialect.deciding(event)) continue;
        assert.match(said.stdout, /"(?:deny|block)"/);
        assert.ok(said.exit === 2 || /permission/i.test(event));
      }
    }),
    { numRuns: 300 },
  );
});

test("reasons are never empty, on one line, visible and bounded", () => {
  assert.match(sayReason(""), /gave no reason/);
  assert.match(sayReason(" \u0009 "), /^\\t$/);
  assert.equal(sayReason("a\nb\u001b[31m\u202e\u200b\u0000"), "a\\nb\\u{1b}[31m\\u{202e}\\u{200b}\\u{0}");
  assert.equal(sayReason("\ud800x"), "\\u{d800}x");
  assert.equal(sayReason("Zürich 😀 日本"), "Zürich 😀 日本");
  const long = sayReason("😀".repeat(2_000));
  assert.ok(long.length <= limits.reasonCharsMax);
  assert.ok(long.isWellFormed());
  assert.ok(long.endsWith("…"));
});

test("a 4 MiB payload is read in time", () => {
  const body = Buffer.from(JSON.stringify({ ...good, tool_input: { content: "x\n".repeat(1_300_000) } }));
  const ms = threadMs(() => assert.equal(claude.decode("PreToolUse", body).type, "tool-call"));
  // 10 ms here; the daemon's answer is due within 50.
  assert.ok(ms < 250, `${ms} ms`);
});
