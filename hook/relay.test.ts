import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { agentDialect } from "../src/dialects/agents/index.ts";
import { agentEvents, agentNames } from "../src/protocol/agents.ts";
import { answer, buildHook, makeHome, playBytes, playDaemon, programs, runHook, startHook } from "./test/stage.ts";

buildHook();

for (const program of [programs.hook, programs.checked]) {
  const skip = existsSync(program) ? false : "the compiler has no sanitizers";
  describe(program === programs.hook ? "relay" : "relay under the sanitizers", { skip }, () => {
    test("hands stdin over and prints the answer exactly", async (t) => {
      const home = makeHome(t);
      const asked: Record<string, unknown>[] = [];
      await playDaemon(t, join(home, "sock"), (request, body, response) => {
        asked.push({ url: request.url, method: request.method, body: body.toString("latin1"), ...request.headers });
        answer(response, 7, 'out "ö"\n', "err\0or");
      });
      const stdin = Buffer.from([0, 0xff, 0x7b, 0x0a]);
      const run = await runHook({ program, home, stdin });
      assert.deepEqual([run.code, run.stdout, run.stderr], [7, 'out "ö"\n', "err\0or"]);
      const [request] = asked;
      assert.equal(asked.length, 1);
      assert.equal(request?.["url"], "/hooks/claude-code/PreToolUse");
      assert.equal(request?.["method"], "POST");
      assert.equal(request?.["body"], stdin.toString("latin1"));
      assert.match(String(request?.["x-signalbox-request"]), /^[0-9a-f]{32}$/);
      assert.equal(request?.["x-signalbox-ppid"], String(process.pid));
      assert.match(String(request?.["x-signalbox-pid"]), /^\d+$/);
      const left = Number(request?.["x-signalbox-deadline-ms"]);
      assert.ok(left > 270_000 && left <= 280_000, `deadline ${left}`);
    });

    test("every exit code passes, and an empty answer is empty", async (t) => {
      const home = makeHome(t);
      let exit = 0;
      await playDaemon(t, join(home, "sock"), (_, __, response) => answer(response, exit, ""));
      for (exit of [0, 1, 2, 255]) {
        const run = await runHook({ program, home, event: "Stop" });
        assert.deepEqual([run.code, run.stdout, run.stderr], [exit, "", ""]);
      }
    });

    test("40 MB of stdin arrive whole", async (t) => {
      const home = makeHome(t);
      let bytes = 0;
      await playDaemon(t, join(home, "sock"), (_, body, response) => {
        bytes = body.length;
        answer(response, 0, "x".repeat(1_000_000));
      });
      const run = await runHook({ program, home, stdin: Buffer.alloc(40_000_000, "a") });
      assert.deepEqual([run.code, bytes, run.stdout.length], [0, 40_000_000, 1_000_000]);
    });

    test("an answer before the whole payload was read is taken", async (t) => {
      const home = makeHome(t);
      await playBytes(
        t,
        join(home, "sock"),
        "HTTP/1.1 200 OK\r\nX-Signalbox-Exit: 2\r\nX-Signalbox-Stdout-Bytes: 2\r\nContent-Length: 9\r\n\r\n{}too big",
      );
      const run = await runHook({ program, home, stdin: Buffer.alloc(20_000_000, "a") });
      assert.deepEqual([run.code, run.stdout, run.stderr], [2, "{}", "too big"]);
    });

    test("over 64 MiB is denied without being sent", async (t) => {
      const home = makeHome(t);
      const run = await runHook({ program, home, stdin: Buffer.alloc(64 * 1024 * 1024 + 1, "a") });
      assert.equal(run.code, 2);
      assert.match(run.stderr, /larger than 64 MiB/);
    });

    test("an answer that breaks the protocol denies what decides and nothing else", async (t) => {
      const good = { status: "HTTP/1.1 200 OK", exit: "0", out: "2", length: "2" };
      const say = (change: Partial<typeof good> & { more?: string }, body = "{}") => {
        const { status, exit, out, length } = { ...good, ...change };
        return `${status}\r\nX-Signalbox-Exit: ${exit}\r\nX-Signalbox-Stdout-Bytes: ${out}\r\nContent-Length: ${length}\r\n${change.more ?? ""}\r\n${body}`;
      };
      const bad: Record<string, string> = {
        "another protocol": "ok\n",
        "JSON-RPC": '{"jsonrpc":"2.0","result":{"verdict":"allow"}}\n',
        "another version": say({ status: "HTTP/1.0 200 OK" }),
        "status 500": say({ status: "HTTP/1.1 500 Internal Server Error" }),
        "status 404": say({ status: "HTTP/1.1 404 Not Found" }),
        "status 204": say({ status: "HTTP/1.1 204 No Content" }),
        "exit 256": say({ exit: "256" }),
        "exit -1": say({ exit: "-1" }),
        "exit empty": say({ exit: "" }),
        "exit twice": say({ more: "X-Signalbox-Exit: 0\r\n" }),
        "stdout longer than the body": say({ out: "3" }),
        "length not a number": say({ length: "2x" }),
        "length too large": say({ length: "999999999" }),
        chunked: say({ more: "Transfer-Encoding: chunked\r\n" }),
        "no exit": "HTTP/1.1 200 OK\r\nX-Signalbox-Stdout-Bytes: 0\r\nContent-Length: 0\r\n\r\n",
        "a head without end": `HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`,
      };
      for (const [name, bytes] of Object.entries(bad)) {
        const home = makeHome(t);
        await playBytes(t, join(home, "sock"), bytes);
        const run = await runHook({ program, home });
        assert.equal(run.code, 2, name);
        assert.match(run.stdout, /"permissionDecision":"deny"/, name);
        assert.match(run.stderr, /Signalbox/, name);
        const silent = await runHook({ program, home, event: "UserPromptSubmit" });
        assert.deepEqual([silent.code, silent.stdout, silent.stderr], [0, "", ""], name);
      }
    });

    test("a connection lost before the answer is made again with the same key", async (t) => {
      const home = makeHome(t);
      const keys: unknown[] = [];
      const first = await playDaemon(t, join(home, "sock"), (request, _, response) => {
        keys.push(request.headers["x-signalbox-request"]);
        first.close();
        response.destroy();
        if (keys.length === 1) first.emit("lost");
      });
      const lost = once(first, "lost");
      const { ended } = startHook({ program, home, stdin: '{"a":1}' });
      await lost;
      await playDaemon(t, join(home, "sock"), (request, body, response) => {
        keys.push(request.headers["x-signalbox-request"]);
        answer(response, 0, body.toString());
      });
      const run = await ended;
      assert.deepEqual([run.code, run.stdout], [0, '{"a":1}']);
      assert.equal(keys.length, 2);
      assert.equal(keys[0], keys[1]);
    });

    test("half an answer is a lost connection, not an answer", async (t) => {
      const home = makeHome(t);
      const bytes =
        "HTTP/1.1 200 OK\r\nX-Signalbox-Exit: 0\r\nX-Signalbox-Stdout-Bytes: 2\r\nContent-Length: 2\r\n\r\n{}";
      let connections = 0;
      const server = await playBytes(t, join(home, "sock"), bytes.slice(0, -1), () => (connections += 1));
      const { ended } = startHook({ program, home });
      await once(server, "connection");
      await once(server, "connection"); // it came again
      server.removeAllListeners("connection");
      server.on("connection", (socket) => socket.once("data", () => socket.end(bytes)));
      const run = await ended;
      assert.deepEqual([run.code, run.stdout], [0, "{}"]);
      assert.ok(connections >= 2);
    });

    test("a draining daemon is asked again", async (t) => {
      const home = makeHome(t);
      let asked = 0;
      await playDaemon(t, join(home, "sock"), (_, __, response) => {
        asked += 1;
        if (asked < 3) response.writeHead(503, { "Content-Length": 0 }).end();
        else answer(response, 0, "{}");
      });
      const run = await runHook({ program, home });
      assert.deepEqual([run.code, run.stdout, asked], [0, "{}", 3]);
    });

    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const)
      test(`${signal} while it waits ends it and its connection`, async (t) => {
        const home = makeHome(t);
        const server = await playDaemon(t, join(home, "sock"), (request) => {
          request.socket.once("close", () => server.emit("gone"));
          server.emit("asked");
        });
        const asked = once(server, "asked");
        const { child, ended } = startHook({ program, home });
        await asked;
        const gone = once(server, "gone");
        child.kill(signal);
        assert.equal((await ended).signal, signal);
        await gone;
      });

    test("a host that no longer listens ends the wait", async (t) => {
      const home = makeHome(t);
      const server = await playDaemon(t, join(home, "sock"), (request) => {
        request.socket.once("close", () => server.emit("gone"));
        server.emit("asked");
      });
      const asked = once(server, "asked");
      const { child, ended } = startHook({ program, home });
      await asked;
      const gone = once(server, "gone");
      child.stdout.destroy();
      assert.equal((await ended).code, 2);
      await gone;
    });

    test("without daemon and record, each agent's deciding events are denied in its own form and no other is", async (t) => {
      const home = makeHome(t);
      for (const agent of agentNames) {
        for (const { event, deciding } of agentEvents[agent]) {
          const run = await runHook({ program, home, agent, event, stdin: "" });
          if (!deciding) {
            assert.deepEqual([run.code, run.stdout, run.stderr], [0, "", ""], `${agent} ${event}`);
            continue;
          }
          const reason = /"(?:permissionDecisionReason|message|reason)":"([^"]+)"/.exec(run.stdout)?.[1] ?? "";
          assert.match(reason, /signalbox up/, `${agent} ${event}`);
          const dialect = agentDialect(agent);
          assert.ok(dialect);
          const expected = dialect.encode(dialect.decode(event, Buffer.from("{}")), { verdict: "deny", reason });
          assert.equal(run.code, expected.exit, `${agent} ${event}`);
          assert.deepEqual(JSON.parse(run.stdout), JSON.parse(expected.stdout), `${agent} ${event}`);
          assert.equal(run.stderr.trim(), expected.stderr.trim(), `${agent} ${event}`);
        }
      }
    });

    test("an agent that it does not know fails closed by the event's name, and a broken command line denies", async (t) => {
      const home = makeHome(t);
      assert.equal((await runHook({ program, home, agent: "cursor", event: "PreToolUse" })).code, 2);
      assert.equal((await runHook({ program, home, agent: "cursor", event: "Stop" })).code, 0);
      for (const [agent, event] of [
        ["claude-code", "Pre ToolUse"],
        ["../x", "PreToolUse"],
        ["", "PreToolUse"],
      ] as const)
        assert.equal((await runHook({ program, home, agent, event })).code, 2);
      assert.equal((await runHook({ program, home: "relative" })).code, 2);
      assert.equal((await runHook({ program, home: `/${"x".repeat(2_000)}` })).code, 2);
    });
  });
}

test("the parsers survive 150,000 mutated inputs", () => {
  const said = execFileSync(programs.fuzz, ["150000", "20261121"], { encoding: "utf8" });
  assert.match(said, /150000 inputs/);
});

test("the hook reads no environment", () => {
  for (const name of readdirSync(import.meta.dirname).filter((file) => /\.[ch]$/.test(file)))
    assert.doesNotMatch(
      // A shim passes the environment on, and looks for the program on the caller's PATH; its home is in a file.
      readFileSync(join(import.meta.dirname, name), "utf8").replace(
        name === "shim.c" ? /getenv\("PATH"\)|extern char \*\*environ;|, environ\);|execvp does/g : /(?!)/,
        "",
      ),
      /getenv|environ\b|execvp|execlp|system\(|popen/,
      name,
    );
});
