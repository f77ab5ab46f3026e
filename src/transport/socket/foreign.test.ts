import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { type ClientDialect, ForeignError, type Peer as Client } from "../../protocol/client-dialect.ts";
import { limits } from "../../protocol/limits.ts";
import { Refusal } from "../../protocol/refusals.ts";

/** A small dialect: frames say with `say` what they are, errors repeat the frame's id. */
function dialect(name: string, serve: (frame: Record<string, unknown>, peer: Client) => unknown, ordered = false) {
  const made: ClientDialect = {
    name,
    ordered,
    matches: (frame) => frame["say"] === name,
    fault: ({ code }, frame) => ({ fault: code, in: name, id: frame?.["id"] ?? null }),
    open: (peer) => ({ serve: async (frame) => void (await serve(frame, peer)) }),
  };
  return made;
}

const quick = { "hold/list": async () => ({ holds: [] }) };
const rpc = (id: number, method = "hold/list") => ({ jsonrpc: "2.0", id, method, params: {} });
const errorCode = (frame: Record<string, unknown>) => (frame["error"] as { code: number }).code;

/** Resolves when `count` frames have come to be served, and lets them go on. */
function gate() {
  let came = 0;
  let told: (() => void) | undefined;
  const open = Promise.withResolvers<void>();
  return {
    open: () => open.resolve(),
    pass: async () => {
      came += 1;
      told?.();
      await open.promise;
    },
    get came() {
      return came;
    },
    arrive: async (count: number) => {
      while (came < count) await new Promise<void>((resolve) => (told = resolve));
    },
  };
}

test("the first dialect that knows a frame serves it; what none knows is an invalid request", async () => {
  const a = dialect("a", (frame, peer) => peer.send({ a: frame["id"] }));
  const rival = { ...dialect("b", (_, peer) => peer.send({ b: 1 })), matches: () => true };
  await using door = await openDoor(quick, { dialects: [a] });
  await using both = await openDoor(quick, { dialects: [a, rival] });
  await using peer = await door.connect();
  await using other = await both.connect();
  peer.send({ say: "a", id: 7 }, rpc(1));
  assert.deepEqual(await peer.next(), { a: 7 });
  assert.equal((await peer.next())["id"], 1);
  peer.send({ say: "b" });
  assert.equal(errorCode(await peer.next()), -32600);
  other.send({ say: "a", id: 7 }, { say: "z" });
  assert.deepEqual(await other.take(2), [{ a: 7 }, { b: 1 }]);
});

test("what is no JSON, or too long, is answered in what was spoken last", async () => {
  const dialects = [dialect("a", (_, peer) => peer.send({})), dialect("b", (_, peer) => peer.send({}))];
  await using door = await openDoor(quick, { dialects });
  await using peer = await door.connect();
  peer.send("nonsense\n");
  assert.equal(errorCode(await peer.next()), -32700);
  for (const name of ["a", "b", "a"]) {
    peer.send({ say: name }, "nonsense\n", "7\n", `${"x".repeat(limits.frameBytesMax + 1)}\n`);
    assert.deepEqual(await peer.take(4), [
      {},
      { fault: "PARSE_ERROR", in: name, id: null },
      { fault: "PARSE_ERROR", in: name, id: null },
      { fault: "TOO_LARGE", in: name, id: null },
    ]);
  }
  peer.send(rpc(1), "nonsense\n");
  assert.equal((await peer.next())["id"], 1);
  assert.equal(errorCode(await peer.next()), -32700);
});

test("a refusal and a fault are answered in the dialect, with the frame that they belong to", async () => {
  const logged: object[] = [];
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object) => void logged.push(fields) };
  const failing = dialect("a", (frame) => {
    throw frame["id"] === 1 ? new Refusal("NOT_FOUND", "no") : new Error("a bug");
  });
  await using door = await openDoor(quick, { dialects: [failing], log });
  await using peer = await door.connect();
  peer.send({ say: "a", id: 1 }, { say: "a", id: 2 });
  assert.deepEqual(await peer.take(2), [
    { fault: "NOT_FOUND", in: "a", id: 1 },
    { fault: "INTERNAL", in: "a", id: 2 },
  ]);
  assert.equal(logged.length, 1);
});

test("an ordered dialect answers in the order of the questions, others as they are ready", async () => {
  for (const ordered of [true, false]) {
    const slow = gate();
    const a = dialect(
      "a",
      async (frame, peer) => {
        if (frame["id"] === 1) await slow.pass();
        peer.send({ id: frame["id"] });
        if (frame["id"] === 3) slow.open();
      },
      ordered,
    );
    await using door = await openDoor(quick, { dialects: [a] });
    await using peer = await door.connect();
    peer.send({ say: "a", id: 1 }, { say: "a", id: 2 });
    await slow.arrive(1);
    if (ordered) slow.open();
    peer.send({ say: "a", id: 3 });
    assert.deepEqual(
      (await peer.take(3)).map(({ id }) => id),
      ordered ? [1, 2, 3] : [2, 3, 1],
    );
  }
});

test("frames in flight are capped together with calls: what is behind waits in the socket", async () => {
  const all = gate();
  const a = dialect("a", async (frame, peer) => {
    await all.pass();
    peer.send({ id: frame["id"] });
  });
  await using door = await openDoor(quick, { dialects: [a] });
  await using peer = await door.connect();
  const count = limits.inFlightPerConnectionMax + 20;
  peer.send(...Array.from({ length: count }, (_, id) => ({ say: "a", id })), rpc(9_999));
  await all.arrive(limits.inFlightPerConnectionMax);
  await using other = await door.connect(); // another connection's turn has come and gone
  other.send(rpc(1));
  await other.next();
  assert.equal(all.came, limits.inFlightPerConnectionMax);
  all.open();
  const ids = (await peer.take(count + 1)).map(({ id }) => id);
  assert.equal(new Set(ids).size, count + 1);
});

test("a client that goes away cancels what it waited for, but not what outlives it", async () => {
  const ended = Promise.withResolvers<unknown>();
  const lost = Promise.withResolvers<void>();
  const done = Promise.withResolvers<boolean>();
  const waiting = gate();
  const a = dialect("a", async (frame, peer) => {
    peer.lost.addEventListener("abort", () => lost.resolve(), { once: true });
    if (frame["id"] === 1) await peer.call("hold/list", {}).catch((error: unknown) => ended.resolve(error));
    else done.resolve((await peer.call("hold/list", {}, { outlivesPeer: true })) !== undefined);
  });
  const handler = async () => {
    await waiting.pass();
    return { holds: [] };
  };
  await using door = await openDoor({ "hold/list": handler }, { dialects: [a] });
  const peer = await door.connect();
  peer.send({ say: "a", id: 1 }, { say: "a", id: 2 });
  await waiting.arrive(2);
  await peer[Symbol.asyncDispose]();
  assert.equal(((await ended.promise) as Refusal).code, "CANCELLED");
  await lost.promise;
  waiting.open();
  assert.equal(await done.promise, true);
});

test("a draining daemon refuses in the dialect and answers what is in flight", async () => {
  const waiting = gate();
  const a = dialect("a", async (_, peer) => peer.send({ holds: (await peer.call("hold/list", {})).holds }));
  const handler = async () => {
    await waiting.pass();
    return { holds: [] };
  };
  await using door = await openDoor({ "hold/list": handler }, { dialects: [a] });
  await using peer = await door.connect();
  peer.send({ say: "a" });
  await waiting.arrive(1);
  const drained = door.dispatch.drain({ signal: AbortSignal.timeout(5_000) });
  peer.send({ say: "a", id: 2 });
  assert.deepEqual(await peer.next(), { fault: "DRAINING", in: "a", id: 2 });
  waiting.open();
  assert.deepEqual(await peer.next(), { holds: [] });
  await drained;
});

test("a stream's pushes come as the dialect's frames after its first answer, until it stops", async () => {
  const calls: { push: (hold: unknown) => boolean; signal: AbortSignal }[] = [];
  const a = dialect("a", async (frame, peer) => {
    const stream = await peer.stream("hold/watch", {}, { push: (event) => peer.send({ event }) });
    peer.send({ first: stream.first.holds.length });
    stream.flow();
    if (frame["id"] === "stop") stream.stop();
  });
  await using door = await openDoor(
    {
      "hold/watch": async (_, call) => {
        call.push("hold/changed", { hold: 1 as never });
        calls.push({ push: (hold) => call.push("hold/changed", { hold: hold as never }), signal: call.signal });
        return { holds: [] };
      },
    },
    { dialects: [a] },
  );
  const peer = await door.connect();
  peer.send({ say: "a" });
  assert.deepEqual(await peer.take(2), [{ first: 0 }, { event: { hold: 1 } }]);
  assert.equal(calls[0]?.push(2), true);
  assert.deepEqual(await peer.next(), { event: { hold: 2 } });
  peer.send({ say: "a", id: "stop" });
  await peer.take(2);
  assert.equal(calls[1]?.signal.aborted, true);
  for (let open = 1; open < limits.streamsPerConnectionMax; open += 1) peer.send({ say: "a" });
  await peer.take((limits.streamsPerConnectionMax - 1) * 2);
  peer.send({ say: "a", id: "one more" });
  assert.deepEqual(await peer.next(), { fault: "BUSY", in: "a", id: "one more" });
  const first = calls[0];
  await peer[Symbol.asyncDispose]();
  if (first?.signal.aborted === false) await new Promise((resolve) => first.signal.addEventListener("abort", resolve));
});

test("a dialect can end its connection, and only that one", async () => {
  const a = dialect("a", (_, peer) => {
    peer.send({ bye: true });
    peer.end();
  });
  await using door = await openDoor(quick, { dialects: [a] });
  await using other = await door.connect();
  await using peer = await door.connect();
  peer.send({ say: "a" }, { say: "a" });
  assert.deepEqual(await peer.next(), { bye: true });
  await peer.closed();
  other.send(rpc(1));
  assert.equal((await other.next())["id"], 1);
});

test("methods of other systems are called by JSON-RPC, with their own numbers for errors", async () => {
  const run = async (params: unknown) => {
    if ((params as { cue?: string }).cue === undefined)
      throw new ForeignError(-32001, "INTERNAL", "missing required param: 'cue'");
    return { hits: [] };
  };
  await using door = await openDoor(quick, {
    foreign: (method) => (method === "memory_recall" ? { deadlineMs: 1_000, run } : undefined),
  });
  await using peer = await door.connect();
  peer.send({ ...rpc(1, "memory_recall"), params: { cue: "x" } });
  assert.deepEqual(await peer.next(), { jsonrpc: "2.0", id: 1, result: { hits: [] } });
  peer.send(rpc(2, "memory_recall"));
  assert.equal(errorCode(await peer.next()), -32001);
  peer.send(rpc(3, "memory_else"));
  assert.equal(errorCode(await peer.next()), -32601);
});

test("what is told is taken although its client has gone without reading; what is asked is not", async () => {
  const served: unknown[] = [];
  const whole = Promise.withResolvers<void>();
  const teller: ClientDialect = {
    ...dialect("a", (frame, peer) => {
      served.push(frame["id"]);
      peer.send({ got: frame["id"] });
      if (frame["id"] === "last") whole.resolve();
    }),
    reports: ({ tells }) => tells === true,
  };
  await using door = await openDoor(quick, { dialects: [teller] });
  const socket = createConnection(door.path);
  await once(socket, "connect");
  const frames = [{ id: 1, tells: true }, { id: "asked" }, { id: 2, tells: true }, { id: "last", tells: true }];
  socket.write(frames.map((frame) => `${JSON.stringify({ say: "a", ...frame })}\n`).join(""), () => socket.destroy());
  await whole.promise;
  assert.deepEqual(
    served.filter((id) => id !== "asked"),
    [1, 2, "last"],
  );
  await using peer = await door.connect();
  peer.send({ say: "a", id: "another" });
  assert.deepEqual(await peer.next(), { got: "another" });
});

test("a frame over the limit is served by what its dialect puts in its place, and else is an error", async () => {
  const standing: ClientDialect = {
    ...dialect("a", (frame, peer) => peer.send({ served: frame["in"] })),
    standIn: (head) => (head.startsWith('{"say":"a"') ? { say: "a", in: "its place" } : undefined),
  };
  await using door = await openDoor(quick, { dialects: [standing] });
  await using peer = await door.connect();
  const long = "x".repeat(limits.frameBytesMax);
  peer.send({ say: "a", long });
  assert.deepEqual(await peer.next(), { served: "its place" });
  peer.send({ other: "a", long });
  assert.deepEqual(await peer.next(), { fault: "TOO_LARGE", in: "a", id: null });
  peer.send({ say: "a", in: "order" });
  assert.deepEqual(await peer.next(), { served: "order" });
});

test("no frame has half a surrogate, which strict readers take for no JSON", async () => {
  const cut = dialect("a", (_, peer) => peer.send({ text: "cut \ud83d", list: ["\udc00 x", "\\ud83d", "👍"] }));
  await using door = await openDoor(quick, { dialects: [cut] });
  await using peer = await door.connect();
  peer.send({ say: "a" });
  assert.deepEqual(await peer.next(), { text: "cut \ufffd", list: ["\ufffd x", "\\ud83d", "👍"] });
});

test("a fault of the machine reaches a client in its dialect's words", async () => {
  const failing = dialect("a", () => {
    throw new Error("the disk is full");
  });
  const expected = () => new Refusal("LEDGER_UNAVAILABLE", "The disk is full.", "Free some space.");
  await using door = await openDoor(quick, { dialects: [failing], expected });
  await using peer = await door.connect();
  peer.send({ say: "a" });
  assert.deepEqual(await peer.next(), { fault: "LEDGER_UNAVAILABLE", in: "a", id: null });
});
