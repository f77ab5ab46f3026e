import assert from "node:assert/strict";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { silentLog } from "../../kit/log.ts";
import type { Call } from "../../protocol/handlers.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { guard } from "./guard.ts";
import type { HookRequest } from "./hook.ts";

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

async function bodyOf(response: IncomingMessage): Promise<Reply> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

function start(
  socketPath: string,
  method: string,
  path: string,
): { asked: ClientRequest; response: Promise<IncomingMessage> } {
  const asked = request({ socketPath, method, path, agent: false });
  return { asked, response: new Promise((resolve, reject) => asked.once("response", resolve).once("error", reject)) };
}

async function fetchFrom(socketPath: string, method: string, path: string, body?: string | Buffer): Promise<Reply> {
  const { asked, response } = start(socketPath, method, path);
  asked.end(body);
  return bodyOf(await response);
}

const errorIn = ({ text }: Reply) =>
  (JSON.parse(text) as { error: { code: string; message: string; hint?: string; ref?: string } }).error;
const none = { exit: 0, stdout: "", stderr: "" };

test("routes take fields from path, query and body, and answer the result as JSON", async () => {
  const seen: unknown[] = [];
  await using door = await openDoor({
    "session/list": async (input) => (seen.push(input), { sessions: [] }),
    "hold/decide": async (input) => (
      seen.push(input), Promise.reject(new Refusal("CONFLICT", "decided already", "signalbox hold list"))
    ),
  });
  const listed = await fetchFrom(door.path, "GET", "/v1/sessions?ended=false&limit=3&unknown=1");
  assert.equal(listed.status, 200);
  assert.equal(listed.headers["content-type"], "application/json");
  assert.deepEqual(JSON.parse(listed.text), { sessions: [] });
  await fetchFrom(door.path, "GET", "/v1/sessions?ended=true");
  const decided = await fetchFrom(
    door.path,
    "POST",
    "/v1/holds/hold_aaaaaaaaaaaaaaaa/decide",
    '{"decision":"deny","words":"no","id":"hold_bbbbbbbbbbbbbbbb"}',
  );
  assert.equal(decided.status, 409);
  assert.deepEqual(errorIn(decided), { code: "CONFLICT", message: "decided already", hint: "signalbox hold list" });
  assert.deepEqual(seen, [
    { ended: false, archived: false, limit: 3 },
    { ended: true, archived: false, limit: 100 },
    { id: "hold_aaaaaaaaaaaaaaaa", decision: "deny", words: "no" },
  ]);
});

test("what can't be asked is refused with its status and in words", async () => {
  await using door = await openDoor({});
  const cases: [string, string, string | undefined, number, string][] = [
    ["GET", "/v1/nothing", undefined, 404, "UNKNOWN_METHOD"],
    ["POST", "/v1/holds", "{}", 404, "UNKNOWN_METHOD"],
    ["GET", "/v1/holds/abc", undefined, 400, "INVALID_PARAMS"],
    ["GET", "/v1/holds?limit=x", undefined, 400, "INVALID_PARAMS"],
    ["POST", "/v1/gate/request", "{", 400, "PARSE_ERROR"],
    ["POST", "/v1/gate/request", "[]", 400, "INVALID_REQUEST"],
    ["POST", "/v1/gate/request", `{"a":${"[".repeat(200)}${"]".repeat(200)}}`, 400, "PARSE_ERROR"],
    ["POST", "/v1/gate/request", " ".repeat(limits.frameBytesMax + 1), 413, "TOO_LARGE"],
    ["GET", "/v1/holds", undefined, 500, "INTERNAL"],
  ];
  for (const [method, path, body, status, code] of cases) {
    const reply = await fetchFrom(door.path, method, path, body);
    assert.deepEqual([reply.status, errorIn(reply).code], [status, code], `${method} ${path}`);
  }
});

test("the description of the routes is served and names every one", async () => {
  await using door = await openDoor({});
  const { paths } = JSON.parse((await fetchFrom(door.path, "GET", "/v1/openapi.json")).text) as {
    paths: Record<string, object>;
  };
  assert.ok(paths["/v1/gate/request"]);
  assert.ok(paths["/v1/holds/{id}/decide"]);
});

test("a caller that goes away cancels its call", async () => {
  const { promise: called, resolve } = Promise.withResolvers<Call>();
  await using door = await openDoor({ "hold/list": (_, call) => (resolve(call), new Promise(() => {})) });
  const { asked, response } = start(door.path, "GET", "/v1/holds");
  asked.end();
  const { signal } = await called;
  const aborted = new Promise((done) => signal.addEventListener("abort", done));
  asked.destroy();
  await assert.rejects(response);
  await aborted;
  assert.equal((signal.reason as Refusal).code, "CANCELLED");
});

test("a stream is served as events, first `open`, and ends with its caller", async () => {
  const { promise: called, resolve } = Promise.withResolvers<Call>();
  await using door = await openDoor({
    "hold/watch": async (_, call) => {
      call.push("ledger/exported", { line: "a\nb" });
      resolve(call);
      return { holds: [] };
    },
  });
  const { asked, response } = start(door.path, "GET", "/v1/holds-watch");
  asked.end();
  const events = await response;
  assert.equal(events.headers["content-type"], "text/event-stream");
  const call = await called;
  const wanted = 'event: open\ndata: {"holds":[]}\n\nevent: ledger/exported\ndata: {"line":"a\\nb"}\n\n';
  let text = "";
  for await (const chunk of events) {
    text += String(chunk);
    if (text.length >= wanted.length) break; // leaving the loop destroys the response
  }
  assert.equal(text, wanted);
  if (!call.signal.aborted) await new Promise((done) => call.signal.addEventListener("abort", done));
  assert.equal(door.dispatch.streams, 0);
});

test("a hook's body goes unread to the hook port, its answer comes back as exit code and bytes", async () => {
  const seen: HookRequest[] = [];
  await using door = await openDoor(
    {},
    { hook: async (asked) => (seen.push(asked), { exit: 2, stdout: "né", stderr: Buffer.from("no\n") }) },
  );
  const body = Buffer.from([0xff, 0x00, 0x7b]);
  const reply = await fetchFrom(door.path, "POST", "/hooks/claude-code/PreToolUse", body);
  assert.equal(reply.status, 200);
  assert.equal(reply.headers["x-signalbox-exit"], "2");
  assert.equal(reply.headers["x-signalbox-stdout-bytes"], "3");
  assert.equal(reply.headers["content-length"], "6");
  assert.equal(reply.text, "néno\n");
  const [asked] = seen;
  assert.deepEqual(
    [asked?.agent, asked?.event, asked?.tooLarge, asked?.connection.kind],
    ["claude-code", "PreToolUse", false, "http"],
  );
  assert.deepEqual(asked?.body, body);
});

test("a hook's body over the limit is told to the port, with its beginning", async () => {
  const seen: HookRequest[] = [];
  await using door = await openDoor({}, { hook: async (asked) => (seen.push(asked), none) });
  const reply = await fetchFrom(door.path, "POST", "/hooks/codex/PreToolUse", Buffer.alloc(40 * 1024 * 1024, "x"));
  assert.equal(reply.status, 200);
  assert.equal(seen[0]?.tooLarge, true);
  assert.equal(seen[0]?.body.length, limits.hookBodyBytesMax);
});

test("a hook that fails inside is no answer, and is logged", async () => {
  const lines: string[] = [];
  const log = { ...silentLog, error: (_: object, sentence: string) => lines.push(sentence) };
  await using door = await openDoor({}, { hook: () => Promise.reject(new Error("inside")), log });
  const reply = await fetchFrom(door.path, "POST", "/hooks/claude-code/PreToolUse", "{}");
  assert.equal(reply.status, 500);
  assert.equal(reply.headers["x-signalbox-exit"], undefined);
  assert.equal(lines.length, 1);
  assert.equal((await fetchFrom(door.path, "POST", "/hooks/claude-code", "{}")).status, 404);
  assert.equal((await fetchFrom(door.path, "GET", "/hooks/claude-code/PreToolUse")).status, 404);
});

test("a hook that goes away aborts its signal, and one that never sent its whole body asks nothing", async () => {
  const { promise: called, resolve } = Promise.withResolvers<AbortSignal>();
  let asked = 0;
  await using door = await openDoor(
    {},
    {
      hook: (_, signal) => {
        asked += 1;
        resolve(signal);
        return new Promise(() => {});
      },
    },
  );
  const half = await door.connect();
  half.send("POST /hooks/claude-code/PreToolUse HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
  await half[Symbol.asyncDispose]();
  const { asked: whole, response } = start(door.path, "POST", "/hooks/claude-code/PreToolUse");
  whole.end("{}");
  const signal = await called;
  const aborted = new Promise((done) => signal.addEventListener("abort", done));
  whole.destroy();
  await assert.rejects(response);
  await aborted;
  assert.equal(asked, 1);
});

test("blank lines before a request, bytes one by one, and two requests on one connection are fine", async () => {
  await using door = await openDoor({}, { hook: async ({ body }) => ({ exit: 0, stdout: body, stderr: "" }) });
  await using peer = await door.connect();
  const text = "POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  for (const byte of Buffer.from(`\r\n\n${text}`)) peer.send(Buffer.from([byte]));
  const { promise: twice, resolve } = Promise.withResolvers<void>();
  let bytes = "";
  peer.socket.on("data", (chunk: Buffer) => {
    bytes += String(chunk);
    const answers = bytes.match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;
    if (answers === 1 && bytes.endsWith("{}")) peer.send(text);
    if (answers === 2) resolve();
  });
  await twice;
});

test("a page of another site gets nothing from a loopback port", () => {
  const get = (headers: Record<string, string>) => guard({ method: "GET", headers });
  const post = (headers: Record<string, string>) =>
    guard({ method: "POST", headers: { host: "localhost:7000", ...headers } });
  assert.equal(get({ host: "localhost:7000" }), undefined);
  assert.equal(get({ host: "[::1]:7000", origin: "http://[::1]:7000", "sec-fetch-site": "same-origin" }), undefined);
  assert.match(get({ host: "evil.example:7000" }) ?? "", /host name/);
  assert.match(get({ host: "localhost.evil.example" }) ?? "", /host name/);
  assert.match(get({}) ?? "", /host name/);
  assert.match(get({ host: "localhost:7000", origin: "http://evil.example" }) ?? "", /other sites/);
  assert.match(get({ host: "localhost:7000", origin: "http://localhost:7001" }) ?? "", /other sites/);
  assert.match(get({ host: "localhost:7000", origin: "null" }) ?? "", /other sites/);
  assert.match(get({ host: "localhost:7000", "sec-fetch-site": "cross-site" }) ?? "", /other sites/);
  assert.match(post({ "content-type": "text/plain" }) ?? "", /application\/json/);
  assert.equal(post({ "content-type": "application/json; charset=utf-8" }), undefined);
});

test("a body that could be read in two ways is said to be so where a tool call is judged", async () => {
  const seen: unknown[] = [];
  await using door = await openDoor({
    "gate/request": async (_, call) => (
      seen.push(call.notSure), { verdict: "allow", reason: "", rule: "r", effects: [], entry: 0 }
    ),
  });
  const body = (number: string) => `{"agent":"a","session":"s","cwd":"/","tool":"T","input":{"n":${number}}}`;
  await fetchFrom(door.path, "POST", "/v1/gate/request", body("1"));
  await fetchFrom(door.path, "POST", "/v1/gate/request", body("9007199254740993"));
  assert.equal(seen[0], undefined);
  assert.equal((seen[1] as { exact: string }).exact, body("9007199254740993"));
});

test("a connection that pipelines without end is told so and closed; others are served", async () => {
  const answers: (() => void)[] = [];
  await using door = await openDoor({
    "hold/list": () => new Promise((resolve) => answers.push(() => resolve({ holds: [] }))),
  });
  await using flood = await door.connect();
  let bytes = "";
  flood.socket.on("data", (chunk: Buffer) => {
    bytes += String(chunk);
  });
  flood.send("GET /v1/holds HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2_000));
  assert.equal((await fetchFrom(door.path, "GET", "/v1/nothing")).status, 404);
  while (answers.length < 16) await new Promise(setImmediate);
  for (const answer of answers) answer();
  await flood.closed();
  assert.equal(answers.length, 16);
  assert.deepEqual(
    [...bytes.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    [...Array.from({ length: 16 }, () => "200"), "429"],
  );
});
