import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { test } from "node:test";
import { limits } from "../../src/protocol/limits.ts";
import { daemonArguments } from "../../src/protocol/place.ts";
import { makeHome, plainEnvironment, root, TestDaemon } from "../support/daemon.ts";
import { Peer } from "../support/door.ts";
import { unharmedBy, written } from "../support/load.ts";

const hello = (id: number | string) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"daemon/hello","params":{}}\n`;
const codeOf = (frame: Record<string, unknown>) => (frame["error"] as { code: number } | undefined)?.code;
/** Starvation would be seconds; both ends and other test files share these processors. */
const starvedMs = 2_000;

test("the real daemon at its door: others are answered meanwhile and memory stays flat", async (t) => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  const open = () => Peer.connect(place.socket);

  await t.test("1,000 idle connections", async () => {
    const idle: Peer[] = [];
    const seen = await unharmedBy(daemon, async () => {
      while (idle.length < 1_000) idle.push(...(await Promise.all(Array.from({ length: 100 }, open))));
    });
    assert.ok(seen.grownMiB < 64, `${seen.grownMiB} MiB`);
    assert.ok(seen.p90Ms < starvedMs, `${seen.p90Ms} ms`);
    idle[0]?.send(hello("still"));
    assert.equal((await idle[0]?.next())?.["id"], "still");
    await Promise.all(idle.map((one) => one[Symbol.asyncDispose]()));
  });

  await t.test("one that asks and never reads", async () => {
    await using deaf = await open();
    deaf.socket.pause();
    const seen = await unharmedBy(daemon, async () => {
      let taken = true;
      deaf.socket.on("drain", () => (taken = true));
      // Until the daemon stops reading: then our own kernel buffer is full and stays so.
      for (let id = 0; taken && id < 400_000; id += 1) {
        taken = deaf.socket.write(hello(id));
        if (!taken) for (let turn = 0; turn < 200 && !taken; turn += 1) await new Promise(setImmediate);
      }
      assert.equal(taken, false, "the daemon read on without end");
    });
    assert.ok(seen.grownMiB < 64, `${seen.grownMiB} MiB`);
    assert.ok(seen.p90Ms < starvedMs, `${seen.p90Ms} ms`);
    deaf.socket.resume();
    assert.equal((await deaf.next())["id"], 0);
  });

  await t.test("20,000 frames at once", async () => {
    await using flood = await open();
    const count = 20_000;
    const seen = await unharmedBy(daemon, async () => {
      const answers = flood.take(count);
      await written(
        flood,
        Array.from({ length: count }, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"hold/list"}\n`).join(""),
      );
      assert.equal(new Set((await answers).map(({ id }) => id)).size, count);
    });
    assert.ok(seen.answers > 20, `${seen.answers} answers meanwhile`);
    assert.ok(seen.p90Ms < starvedMs, `${seen.p90Ms} ms`);
    assert.ok(seen.grownMiB < 160, `${seen.grownMiB} MiB`);
  });

  await t.test("frames that are no frames", async () => {
    await using rude = await open();
    const deep = `{"jsonrpc":"2.0","id":1,"method":"daemon/hello","params":${"[".repeat(500_000)}${"]".repeat(500_000)}}\n`;
    const cases: readonly (readonly [bytes: () => string | Buffer, code: number | undefined])[] = [
      [() => `${"x".repeat(limits.frameBytesMax + 1)}\n`, -32013],
      [() => Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]), -32700],
      [() => Buffer.from([0xc3, 0x0a]), -32700],
      [() => '{"jsonrpc":"2.0","id":"\\udc00","method":"daemon/hello"}\n', undefined],
      [() => deep, -32700],
      [() => "[]\n", -32600],
      [() => `[${"1,".repeat(limits.batchMax)}1]\n`, -32600],
      [() => "\0\n", -32700],
      [() => '{"jsonrpc":"2.0","id":{},"method":"daemon/hello"}\n', -32600],
      [() => '{"__proto__":{"jsonrpc":"2.0","method":"daemon/hello"},"id":1}\n', -32600],
    ];
    const seen = await unharmedBy(daemon, async () => {
      for (let round = 0; round < 8; round += 1)
        for (const [bytes, code] of cases) {
          await written(rude, bytes());
          assert.equal(codeOf(await rude.next()), code, String(bytes()).slice(0, 60));
        }
    });
    rude.send(hello("alive"));
    assert.equal((await rude.next())["id"], "alive");
    assert.ok(seen.grownMiB < 128, `${seen.grownMiB} MiB`);
    assert.ok(seen.p90Ms < starvedMs, `${seen.p90Ms} ms`);
  });

  await t.test("a flood of hook calls, and 500 calls that wait for a person", async () => {
    const waiting = await open();
    const held = { agent: "load", cwd: place.home, tool: "Bash", input: { command: "sudo reboot" } };
    const seen = await unharmedBy(daemon, async () => {
      for (let session = 0; session < 500; session += 1)
        waiting.send({
          jsonrpc: "2.0",
          id: session,
          method: "gate/request",
          params: { ...held, session: `w${session % 250}` },
        });
      const payload = JSON.stringify({
        session_id: "flood",
        cwd: place.home,
        tool_name: "Bash",
        tool_input: { command: "ls" },
        tool_use_id: "t",
      });
      const call = `POST /hooks/claude-code/PreToolUse HTTP/1.1\r\nHost: x\r\nX-Signalbox-Exit: 0\r\nX-Signalbox-Ppid: 1e9\r\nX-Signalbox-Request: ../..\r\nContent-Length: ${payload.length}\r\nConnection: close\r\n\r\n${payload}`;
      for (let round = 0; round < 10; round += 1)
        await Promise.all(
          Array.from({ length: 50 }, async () => {
            const one = await open();
            let text = "";
            one.socket.on("data", (part: Buffer) => (text += part.toString()));
            one.send(call);
            await one.closed();
            assert.match(text, /^HTTP\/1\.1 200 /);
          }),
        );
    });
    assert.ok(seen.p90Ms < starvedMs, `${seen.p90Ms} ms`);
    assert.ok(seen.grownMiB < 96, `${seen.grownMiB} MiB`);
    await using client = await daemon.connect();
    assert.ok((await client.call("daemon/status", {})).openHolds > 0);
    await waiting[Symbol.asyncDispose]();
  });
});

test("out of descriptors, those who are in are served, and newcomers are as soon as there is room", async () => {
  using place = makeHome();
  const words = [process.execPath, ...daemonArguments(place, join(root, "bin/signalbox.js")), "--ready-fd", "3"];
  const child = spawn("/bin/sh", ["-c", `ulimit -n 64; exec ${words.map((word) => `'${word}'`).join(" ")}`], {
    env: { ...plainEnvironment, HOME: place.home },
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    await once(child.stdio[3] as Readable, "data");
    const peers: Peer[] = [];
    await using inside = await Peer.connect(place.socket);
    inside.send(hello("before"));
    await inside.next();
    for (let more = 0; more < 120; more += 1) peers.push(await Peer.connect(place.socket));
    const params = { agent: "load", session: "s", cwd: place.home, tool: "Bash", input: { command: "git status" } };
    for (let id = 0; id < 5; id += 1) {
      inside.send({ jsonrpc: "2.0", id, method: "gate/request", params });
      const { result } = (await inside.next()) as { result?: { verdict: string } };
      assert.ok(result !== undefined && ["allow", "hold", "deny"].includes(result.verdict));
    }
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
    await using after = await Peer.connect(place.socket);
    after.send(hello("after"));
    assert.equal((await after.next())["id"], "after");
  } finally {
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  }
});
