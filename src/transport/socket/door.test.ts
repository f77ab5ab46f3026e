import assert from "node:assert/strict";
import { test } from "node:test";
import { openDoor, Peer } from "../../../test/support/door.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Call } from "../../protocol/handlers.ts";
import { limits } from "../../protocol/limits.ts";
import type { Refusal } from "../../protocol/refusals.ts";

const ask = (id: number | string, extra: object = {}) => ({
  jsonrpc: "2.0",
  id,
  method: "hold/list",
  params: {},
  ...extra,
});
const quick = { "hold/list": async () => ({ holds: [] }) };
const codeOf = (frame: Record<string, unknown>) => (frame["error"] as { code: number } | undefined)?.code;

/** Handlers of calls that are answered when the test says so. */
function held() {
  const calls: { call: Call; answer: () => void }[] = [];
  let arrived: (() => void) | undefined;
  return {
    calls,
    handler: (_: unknown, call: Call) =>
      new Promise<{ holds: [] }>((resolve) => {
        calls.push({ call, answer: () => resolve({ holds: [] }) });
        arrived?.();
      }),
    arrive: async (count: number) => {
      while (calls.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
    },
  };
}

/** A clock that a test moves: sleeps end when it has moved past them. */
function movingClock() {
  let nowMs = 0;
  const sleeping = new Set<{ untilMs: number; ms: number; wake: () => void }>();
  let asleep: (() => void) | undefined;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, { signal }) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const sleep = { untilMs: nowMs + ms, ms, wake: resolve };
        sleeping.add(sleep);
        signal.addEventListener("abort", () => {
          sleeping.delete(sleep);
          reject(signal.reason as Error);
        });
        asleep?.();
      }),
  };
  return {
    clock,
    advance: (ms: number) => {
      nowMs += ms;
      for (const sleep of sleeping) if (sleep.untilMs <= nowMs && sleeping.delete(sleep)) sleep.wake();
    },
    /** Resolves when somebody sleeps for exactly this long. */
    slept: async (ms: number) => {
      while (![...sleeping].some((sleep) => sleep.ms === ms))
        await new Promise<void>((resolve) => {
          asleep = resolve;
        });
    },
  };
}

test("frames may be split, merged, end in CRLF, and begin after blank lines", async () => {
  await using door = await openDoor(quick);
  await using peer = await door.connect();
  const frame = JSON.stringify(ask("é"));
  const bytes = Buffer.from(`\r\n\n${frame}\r\n\n${frame}\n${frame}`);
  for (const byte of bytes) peer.send(Buffer.from([byte]));
  assert.deepEqual(
    (await peer.take(2)).map(({ id }) => id),
    ["é", "é"],
  );
  peer.send("\n");
  assert.equal((await peer.next())["id"], "é");
});

test("a frame over the limit is answered and skipped; one of the limit passes", async () => {
  await using door = await openDoor(quick);
  await using peer = await door.connect();
  const padded = (bytes: number) => {
    const bare = JSON.stringify(ask(1, { pad: "" }));
    return `${JSON.stringify(ask(1, { pad: "x".repeat(bytes - bare.length) }))}\n`;
  };
  peer.send(padded(limits.frameBytesMax));
  assert.equal((await peer.next())["id"], 1);
  peer.send(padded(limits.frameBytesMax + 1), ask(2));
  assert.equal(codeOf(await peer.next()), -32013);
  assert.equal((await peer.next())["id"], 2);
});

test("half a gigabyte without a newline keeps nothing in memory", async () => {
  await using door = await openDoor(quick);
  await using peer = await door.connect();
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const before = process.memoryUsage().rss;
  for (let sent = 0; sent < 512; sent += 1)
    if (!peer.socket.write(chunk)) await new Promise((resolve) => peer.socket.once("drain", resolve));
  peer.send("\n", ask(1));
  assert.equal(codeOf(await peer.next()), -32013);
  assert.equal((await peer.next())["id"], 1);
  const grownMiB = (process.memoryUsage().rss - before) / 1024 / 1024;
  assert.ok(grownMiB < 192, `${grownMiB} MiB`); // read buffers that await the collector, not the frame
});

test("bytes that are not UTF-8, JSON nested too deeply and halves of surrogates do no harm", async () => {
  await using door = await openDoor(quick);
  await using peer = await door.connect();
  peer.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]));
  assert.equal(codeOf(await peer.next()), -32700);
  peer.send(
    `{"jsonrpc":"2.0","id":1,"method":"hold/list","params":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}\n`,
  );
  assert.equal(codeOf(await peer.next()), -32700);
  peer.send('{"jsonrpc":"2.0","id":"\\ud800","method":"hold/list"}\n');
  assert.equal((await peer.next())["id"], "\ud800");
});

test("answers leave as they become ready, and a cancelled call is answered at once", async () => {
  const { calls, handler, arrive } = held();
  await using door = await openDoor({ "hold/list": handler });
  await using peer = await door.connect();
  peer.send(ask("a"), ask("b"), ask("c"));
  await arrive(3);
  calls[2]?.answer();
  assert.equal((await peer.next())["id"], "c");
  peer.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: "a" } });
  const cancelled = await peer.next();
  assert.equal(cancelled["id"], "a");
  assert.equal(codeOf(cancelled), -32800);
  assert.equal((calls[0]?.call.signal.reason as Refusal | undefined)?.code, "CANCELLED");
  assert.equal(calls[0]?.call.connection.closed.aborted, false);
  calls[1]?.answer();
  assert.equal((await peer.next())["id"], "b");
});

test("cancelling what is not there, or unknown `$/` notifications, is nothing; with an id it is answered", async () => {
  await using door = await openDoor(quick);
  await using peer = await door.connect();
  peer.send(
    { jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 99 } },
    { jsonrpc: "2.0", method: "$/cancelRequest" },
    { jsonrpc: "2.0", method: "$/progress", params: {} },
    { jsonrpc: "2.0", id: 1, method: "$/progress" },
    ask(2),
  );
  assert.equal(codeOf(await peer.next()), -32601);
  assert.equal((await peer.next())["id"], 2);
});

test("a lost connection aborts what it waited for", async () => {
  const { calls, handler, arrive } = held();
  const { clock, advance, slept } = movingClock();
  await using door = await openDoor({ "hold/list": handler }, { clock });
  const peer = await door.connect();
  peer.send(ask(1));
  await arrive(1);
  const { signal, connection } = (calls[0] as { call: Call }).call;
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  const closed = new Promise((resolve) => connection.closed.addEventListener("abort", resolve));
  assert.equal(typeof connection.fd, "number");
  await peer[Symbol.asyncDispose]();
  await slept(limits.halfCloseMsMax);
  assert.equal(signal.aborted, false); // it may only have closed its sending half
  advance(limits.halfCloseMsMax);
  await Promise.all([aborted, closed]);
  assert.equal(connection.fd, undefined);
});

test("a client that closes its sending half still gets its answers", async () => {
  await using door = await openDoor(quick);
  await using peer = await door.connect();
  peer.send(ask(1));
  peer.socket.end(JSON.stringify(ask(2))); // a last frame without newline counts
  assert.deepEqual(
    (await peer.take(2)).map(({ id }) => id),
    [1, 2],
  );
  await peer.closed();
});

test("calls beyond the cap wait unread, and nothing is lost", async () => {
  const { calls, handler, arrive } = held();
  await using door = await openDoor({ "hold/list": handler });
  await using peer = await door.connect();
  const count = limits.inFlightPerConnectionMax + 50;
  for (let id = 0; id < count; id += 1) peer.send(ask(id));
  await arrive(limits.inFlightPerConnectionMax);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  assert.equal(calls.length, limits.inFlightPerConnectionMax);
  for (const { answer } of calls.splice(0)) answer();
  await arrive(50);
  for (const { answer } of calls) answer();
  const ids = (await peer.take(count)).map(({ id }) => id);
  assert.deepEqual(new Set(ids).size, count);
});

test("100,000 frames at once leave others unharmed", async () => {
  await using door = await openDoor(quick);
  await using flood = await door.connect();
  await using other = await door.connect();
  const count = 100_000;
  flood.send(Array.from({ length: count }, (_, id) => `${JSON.stringify(ask(id))}\n`).join(""));
  let flooded = false;
  const answers = flood.take(count).then((frames) => {
    flooded = true;
    return frames;
  });
  const waits: number[] = [];
  while (!flooded) {
    const before = process.threadCpuUsage();
    other.send(ask("other"));
    assert.equal((await other.next())["id"], "other");
    const { user, system } = process.threadCpuUsage(before);
    waits.push((user + system) / 1_000);
  }
  waits.sort((a, b) => a - b);
  assert.ok(waits.length > 20, `the other client got ${waits.length} answers meanwhile`);
  // Both ends of both connections share this process, and only its processor time counts. It is about starvation, not speed.
  assert.ok(
    (waits[Math.floor(waits.length * 0.9)] ?? 0) < 250,
    `90 % within ${waits[Math.floor(waits.length * 0.9)]} ms`,
  );
  flood.send(ask("last"));
  assert.equal((await answers).length, count);
});

test("a client that never reads is no longer read, and costs a bounded amount", async () => {
  let answered = 0;
  const text = "x".repeat(10_000);
  await using door = await openDoor({
    "hold/list": async () => {
      answered += 1;
      return { holds: [], text } as never;
    },
  });
  await using deaf = await door.connect();
  await using other = await door.connect();
  deaf.socket.pause();
  for (let id = 0; id < 5_000; id += 1) deaf.send(ask(id));
  other.send(ask("other"));
  assert.equal((await other.next())["id"], "other");
  let before = -1;
  while (before !== answered) {
    before = answered;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  }
  assert.ok(answered < 1_000, `${answered} answers were made for a client that reads none`);
  deaf.socket.resume();
  assert.equal((await deaf.take(5_000)).length, 5_000);
});

test("a subscriber that never reads is dropped, the others get everything", async () => {
  const calls: Call[] = [];
  await using door = await openDoor({
    "ledger/tail": async (_, call) => {
      calls.push(call);
      return { entries: [] };
    },
  });
  await using deaf = await door.connect();
  await using good = await door.connect();
  for (const peer of [deaf, good]) {
    peer.send({ jsonrpc: "2.0", id: 7, method: "ledger/tail" });
    assert.equal((await peer.next())["id"], 7);
  }
  deaf.socket.pause();
  const [first, second] = calls as [Call, Call];
  const line = "x".repeat(100_000);
  let pushed = 0;
  while (first.push("ledger/exported", { line })) {
    assert.ok(second.push("ledger/exported", { line }));
    pushed += 1;
    await good.next();
    assert.ok(pushed < 1_000, "nobody dropped it");
  }
  assert.ok(pushed * line.length <= limits.connectionWriteBytesMax + 1024 * 1024);
  assert.equal(first.signal.aborted, true);
  second.push("ledger/exported", { line: "after" });
  assert.deepEqual(await good.next(), {
    jsonrpc: "2.0",
    method: "ledger/exported",
    params: { stream: 7, line: "after" },
  });
});

test("a stream waits for a reader that has fallen behind, if it asks to", async () => {
  const lines = 400;
  await using door = await openDoor({
    "ledger/export": async (_, call) => {
      void (async () => {
        for (let line = 0; line < lines; line += 1) {
          call.push("ledger/exported", { line: `${line} ${"x".repeat(100_000)}` });
          await call.caughtUp();
        }
        call.end();
      })();
      return { entries: lines };
    },
  });
  await using peer = await door.connect();
  peer.send({ jsonrpc: "2.0", id: 1, method: "ledger/export" });
  const frames = await peer.take(lines + 2);
  assert.deepEqual(frames.at(-1), { jsonrpc: "2.0", method: "stream/ended", params: { stream: 1 } });
});

test("a stream can be cancelled and is capped per connection", async () => {
  const calls: Call[] = [];
  await using door = await openDoor({
    "hold/watch": async (_, call) => {
      calls.push(call);
      return { holds: [] };
    },
  });
  await using peer = await door.connect();
  const watch = (id: number) => ({ jsonrpc: "2.0", id, method: "hold/watch" });
  for (let id = 0; id <= limits.streamsPerConnectionMax; id += 1) {
    peer.send(watch(id));
    assert.equal(codeOf(await peer.next()), id < limits.streamsPerConnectionMax ? undefined : -32029);
  }
  peer.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 3 } });
  assert.equal((await peer.next())["method"], "stream/ended");
  assert.equal(calls[3]?.signal.aborted, true);
  assert.equal(calls[4]?.signal.aborted, false);
  peer.send([watch(1)]);
  assert.equal(codeOf(((await peer.next()) as unknown as Record<string, unknown>[])[0] ?? {}), -32600);
  peer.send(watch(100));
  assert.equal(codeOf(await peer.next()), undefined);
});

test("1,000 idle connections cost little and harm nobody", async () => {
  await using door = await openDoor(quick);
  const idle = await Promise.all(Array.from({ length: 1_000 }, () => door.connect()));
  await using peer = await door.connect();
  peer.send(ask(1));
  assert.equal((await peer.next())["id"], 1);
  assert.equal(door.door.connections, 1_001);
  await Promise.all(idle.map((one) => one[Symbol.asyncDispose]()));
});

test("a frame that is not finished in time ends its connection; idle ones live for hours", async () => {
  const { clock, advance } = movingClock();
  await using door = await openDoor(quick, { clock });
  await using slow = await door.connect();
  await using idle = await door.connect();
  await using silent = await door.connect();
  idle.send(ask(1));
  await idle.next();
  slow.send(ask(1), '{"jsonrpc"');
  await slow.next();
  advance(limits.frameMsMax / 2);
  slow.send(":");
  idle.send(ask(2));
  await idle.next();
  advance(limits.frameMsMax);
  const refused = await slow.next();
  assert.equal(refused["id"], null);
  await slow.closed();
  assert.equal(idle.ended || silent.ended, false);
  advance(limits.connectionIdleMsMax);
  await Promise.all([idle.closed(), silent.closed()]);
});

test("an HTTP request whose head or body drips is ended; one that waits and one that streams are not", async () => {
  const { clock, advance } = movingClock();
  const calls: Call[] = [];
  let arrived = () => {};
  const waits = (call: Call) => {
    calls.push(call);
    arrived();
  };
  await using door = await openDoor(
    {
      "gate/request": (_, call) => (waits(call), new Promise(() => {})),
      "hold/watch": async (_, call) => (waits(call), { holds: [] }),
    },
    { clock },
  );
  const [waiting, streaming, head, body, after] = await Promise.all(Array.from({ length: 5 }, () => door.connect()));
  assert.ok(waiting && streaming && head && body && after);
  const request = JSON.stringify({ agent: "a", session: "s", cwd: "/", tool: "T", input: {} });
  waiting.send(`POST /v1/gate/request HTTP/1.1\r\nHost: x\r\nContent-Length: ${request.length}\r\n\r\n${request}`);
  streaming.send("GET /v1/holds-watch HTTP/1.1\r\nHost: x\r\n\r\n");
  head.send("GET /v1/holds HT");
  body.send("POST /v1/gate/request HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  while (calls.length < 2)
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  // The daemon has read the others when it has answered a request that was sent after them.
  after.send("GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  await after.closed();
  advance(limits.frameMsMax + 1_000);
  await body.closed();
  assert.equal(head.ended, false);
  advance(limits.httpIdleMsMax);
  await head.closed();
  advance(limits.holdWaitMs);
  for (const call of calls) assert.equal(call.signal.aborted, false);
  await Promise.all([waiting, streaming].map((peer) => peer[Symbol.asyncDispose]()));
});

test("what begins like HTTP and is not is told so, and the door stays open", async () => {
  await using door = await openDoor(quick);
  await using wrong = await door.connect();
  let bytes = "";
  wrong.socket.on("data", (chunk: Buffer) => {
    bytes += String(chunk);
  });
  wrong.send("HELLO IS ANYBODY THERE\r\n\r\n");
  await wrong.closed();
  assert.match(bytes, /^HTTP\/1\.1 400 /);
  await using peer = await door.connect();
  peer.send(ask(1));
  assert.equal((await peer.next())["id"], 1);
});

test("above the connection cap a newcomer is told so, in what it speaks, unless an idle one can make room", async () => {
  const { clock, advance } = movingClock();
  await using door = await openDoor(quick, { clock });
  const full: Peer[] = [];
  while (full.length < limits.connectionsMax)
    full.push(...(await Promise.all(Array.from({ length: 256 }, () => door.connect()))));
  const [first] = full as [Peer];
  first.send(ask(1));
  await first.next();
  await using refused = await door.connect();
  refused.send(ask(1));
  assert.equal(codeOf(await refused.next()), -32029);
  await refused.closed();
  await using http = await door.connect();
  http.send("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
  await http.closed();
  advance(limits.connectionIdleMsMin + 1_000);
  first.send(ask(2));
  await first.next();
  await using welcome = await door.connect();
  welcome.send(ask(3));
  assert.equal((await welcome.next())["id"], 3);
  assert.equal(door.door.connections, limits.connectionsMax);
  assert.equal(first.ended, false);
  await Promise.all(full.map((one) => one[Symbol.asyncDispose]()));
});

test("text that could be read in two ways is said to be so where a tool call is judged, batches and other dialects included", async () => {
  const seen: unknown[] = [];
  const verdict = { verdict: "allow" as const, reason: "", rule: "r", effects: [], entry: 0 };
  await using door = await openDoor(
    {
      "gate/request": async (_, call) => (seen.push(call.notSure), verdict),
      "hold/list": async (_, call) => (seen.push(call.notSure), { holds: [] }),
    },
    {
      dialects: [
        {
          name: "test",
          matches: () => true,
          ordered: true,
          fault: ({ message }) => ({ message }),
          open: (peer) => ({ serve: (_, { notSure }) => void (seen.push(notSure), peer.send({})) }),
        },
      ],
    },
  );
  await using peer = await door.connect();
  const request = (command: string) =>
    `{"jsonrpc":"2.0","id":1,"method":"gate/request","params":{"agent":"a","session":"s","cwd":"/","tool":"Bash","input":{${command}}}}`;
  const twice = request('"command":"ls","command":"rm -rf /"');
  for (const frame of [
    request('"command":"ls"'),
    twice,
    `[${twice}]`,
    '{"kind":"propose","kind":"x"}',
    '{"jsonrpc":"2.0","id":1,"method":"hold/list","id":2}',
  ]) {
    peer.send(`${frame}\n`);
    await peer.next();
  }
  assert.equal(seen[0], undefined);
  assert.deepEqual(
    seen.slice(1, 4).map((notSure) => typeof (notSure as { why: string }).why),
    ["string", "string", "string"],
  );
  assert.equal((seen[1] as { exact: string }).exact, twice);
  assert.equal(seen[4], undefined);
});
