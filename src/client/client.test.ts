import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer, type Socket } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openDoor } from "../../test/support/door.ts";
import type { Call } from "../protocol/handlers.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import { connect } from "./index.ts";

const refusedWith = (code: string, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Refusal, String(error));
  assert.equal(error.code, code);
  if (message !== undefined) assert.match(error.message, message);
  return true;
};

test("calls are typed by the table and refusals come back as they were made", async () => {
  await using door = await openDoor({
    "hold/list": async () => ({ holds: [] }),
    "hold/get": () => Promise.reject(new Refusal("NOT_FOUND", "gone", "signalbox hold list")),
  });
  await using client = await connect({ socket: door.path });
  const { holds } = await client.call("hold/list", { limit: 5 });
  assert.deepEqual(holds, []);
  await assert.rejects(client.call("hold/get", { id: "hold_aaaaaaaaaaaaaaaa" }), (error) => {
    refusedWith("NOT_FOUND", /gone/)(error);
    assert.equal((error as Refusal).hint, "signalbox hold list");
    return true;
  });
  await assert.rejects(client.call("hold/get", { id: "x" }), refusedWith("INVALID_PARAMS", /^hold\/get: id: /));
});

test("where nobody answers it says DAEMON_AWAY, and what to do", async () => {
  await assert.rejects(connect({ socket: "/nonexistent/sock" }), (error) => {
    refusedWith("DAEMON_AWAY", /there is no socket/)(error);
    assert.match((error as Refusal).hint ?? "", /signalbox up/);
    return true;
  });
});

test("a cancelled call ends at once here and is cancelled there", async () => {
  const { promise: called, resolve } = Promise.withResolvers<Call>();
  await using door = await openDoor({ "gate/request": (_, call) => (resolve(call), new Promise(() => {})) });
  await using client = await connect({ socket: door.path });
  const stop = new AbortController();
  const answer = client.call(
    "gate/request",
    { agent: "a", session: "s", cwd: "/", tool: "Bash", input: {} },
    { signal: stop.signal },
  );
  const { signal } = await called;
  const aborted = new Promise((done) => signal.addEventListener("abort", done));
  stop.abort();
  await assert.rejects(answer, refusedWith("CANCELLED"));
  await aborted;
  await assert.rejects(client.call("hold/list", {}, { signal: stop.signal }), refusedWith("CANCELLED"));
});

test("when the connection is lost every call in flight ends, and so does every later one", async () => {
  const dir = mkdtempSync(join(tmpdir(), "client-"));
  const path = join(dir, "sock");
  const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
  const server = createServer(resolve);
  await new Promise<void>((done) => server.listen(path, done));
  const client = await connect({ socket: path });
  const calls = [client.call("hold/list", {}), client.call("daemon/status", {})];
  const rejected = Promise.all(
    calls.map((call) => assert.rejects(call, refusedWith("DAEMON_AWAY", /No answer from the daemon/))),
  );
  (await accepted).destroy();
  await rejected;
  assert.equal(client.closed.aborted, true);
  await assert.rejects(client.call("hold/list", {}), refusedWith("DAEMON_AWAY"));
  await new Promise<void>((done) => server.close(() => done()));
  rmSync(dir, { recursive: true, force: true });
});

test("a peer that speaks something else, or without end, ends the connection", async () => {
  const dir = mkdtempSync(join(tmpdir(), "client-"));
  const path = join(dir, "sock");
  const server = createServer((socket) => void socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((done) => server.listen(path, done));
  const client = await connect({ socket: path });
  await assert.rejects(client.call("hold/list", {}), refusedWith("DAEMON_AWAY", /not JSON-RPC/));
  await new Promise<void>((done) => server.close(() => done()));
  rmSync(dir, { recursive: true, force: true });
});

test("more calls than the connection takes are refused here", async () => {
  await using door = await openDoor({ "gate/request": () => new Promise(() => {}) });
  await using client = await connect({ socket: door.path });
  const request = () => client.call("gate/request", { agent: "a", session: "s", cwd: "/", tool: "Bash", input: {} });
  const open = Array.from({ length: limits.inFlightPerConnectionMax }, request);
  await assert.rejects(request(), refusedWith("BUSY"));
  client.close();
  assert.equal(
    (await Promise.allSettled(open)).every(({ status }) => status === "rejected"),
    true,
  );
});

test("a stream gives what is there first, then its pushes in order, then its end", async () => {
  await using door = await openDoor({
    "ledger/export": async (_, call) => {
      for (const line of ["1", "2"]) call.push("ledger/exported", { line });
      setImmediate(() => {
        call.push("ledger/exported", { line: "3" });
        call.end();
      });
      return { entries: 3 };
    },
  });
  await using client = await connect({ socket: door.path });
  const seen: unknown[] = [];
  const stream = await client.stream("ledger/export", {}, ({ line }) => seen.push(line));
  seen.push(stream.first);
  await stream.ended;
  assert.deepEqual(seen, [{ entries: 3 }, "1", "2", "3"]);
});

test("a stream ends when its caller says so, when the daemon drains, and when the connection is lost", async () => {
  const calls: Call[] = [];
  await using door = await openDoor({ "hold/watch": async (_, call) => (calls.push(call), { holds: [] }) });
  await using client = await connect({ socket: door.path });
  const stop = new AbortController();
  const mine = await client.stream("hold/watch", {}, () => {}, { signal: stop.signal });
  const drained = await client.stream("hold/watch", {}, () => {});
  stop.abort();
  await mine.ended;
  if (calls[0]?.signal.aborted === false) await new Promise((done) => calls[0]?.signal.addEventListener("abort", done));
  const rejected = assert.rejects(drained.ended, refusedWith("DRAINING"));
  await door.dispatch.drain({ signal: new AbortController().signal });
  await rejected;
  await assert.rejects(
    client.stream("hold/watch", {}, () => {}),
    refusedWith("DRAINING"),
  );
});

test("it loads neither zod nor the operations' schemas", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
    process.stdout.write(JSON.stringify(loaded));`;
  const trace = execFileSync(process.execPath, ["--input-type=module", "-e", script]).toString();
  const loaded = JSON.parse(trace) as string[];
  assert.ok(loaded.some((url) => url.endsWith("/client/link.ts")));
  assert.deepEqual(
    loaded.filter((url) => /zod|operations|node_modules/.test(url)),
    [],
  );
});
