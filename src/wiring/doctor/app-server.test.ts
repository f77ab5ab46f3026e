import assert from "node:assert/strict";
import { test } from "node:test";
import { startAppServer } from "./app-server.ts";

/** A program that answers lines as `codex app-server` does, by the body of a function of the message. */
const server = (body: string) => ({
  file: process.execPath,
  args: [
    "-e",
    `require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const m = JSON.parse(line);
      const say = (value) => console.log(JSON.stringify(value));
      if (m.method === "initialize") return say({ id: m.id, result: {} });
      if (m.method === "initialized") return;
      ${body}
    });`,
  ],
  cwd: "/",
  environment: {},
});

test("calls are answered by id, whatever the server says in between", async (t) => {
  const chatty = server(
    `console.log("a log line"); say({ method: "note", params: {} }); say({ id: m.id, result: m.params });`,
  );
  await using app = await startAppServer(chatty, { signal: t.signal });
  assert.deepEqual(await Promise.all([app.call("a", 1), app.call("b", 2)]), [1, 2]);
});

test("the server's error is said in its own words", async (t) => {
  const refusing = server(`say({ id: m.id, error: { code: -1, message: "no such method" } });`);
  await using app = await startAppServer(refusing, { signal: t.signal });
  await assert.rejects(app.call("a", 1), /no such method/);
});

test("a server that ends, and a signal, end every call that waits", async (t) => {
  await using dying = await startAppServer(server("process.exit(3);"), { signal: t.signal });
  await assert.rejects(dying.call("a", 1), /ended with 3/);
  await assert.rejects(dying.call("b", 1), /ended with 3/);
  const stop = new AbortController();
  await using silent = await startAppServer(server(""), { signal: stop.signal });
  const waiting = silent.call("a", 1);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting);
});

test("a program that is not there is an error, not a crash", async (t) => {
  const missing = { file: "/no/such/codex", args: [], cwd: "/", environment: {} };
  await assert.rejects(startAppServer(missing, { signal: t.signal }), /ENOENT|ended/);
});
