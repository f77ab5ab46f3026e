import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeHandlers } from "../../test/support/door.ts";
import { systemClock } from "../kit/clock.ts";
import { type Log, silentLog } from "../kit/log.ts";
import type { Call, ConnectionInfo, Handlers } from "../protocol/handlers.ts";
import { operations } from "../protocol/operations/index.ts";
import { streams } from "../protocol/pushes.ts";
import { Refusal } from "../protocol/refusals.ts";
import { createDispatch, type DispatchPorts } from "./dispatch.ts";
import type { Answer, Origin } from "./running.ts";

const connection: ConnectionInfo = {
  id: "conn_test",
  kind: "inside",
  fd: undefined,
  closed: new AbortController().signal,
};

function dispatchOf(handlers: Partial<Handlers>, ports: Partial<DispatchPorts> = {}) {
  return createDispatch({
    handlers: fakeHandlers(handlers),
    allow: () => {},
    clock: systemClock,
    log: silentLog,
    ...ports,
  });
}

function refusalIn(answer: Answer): Refusal {
  assert.ok("refusal" in answer, "was answered with a result");
  return answer.refusal;
}

/** A clock whose sleeps end when told. */
function steppedClock() {
  const sleeping: (() => void)[] = [];
  return {
    clock: { ...systemClock, sleep: (_ms: number) => new Promise<void>((resolve) => sleeping.push(resolve)) },
    wake: () => sleeping.splice(0).forEach((resolve) => resolve()),
  };
}

test("a call gets its validated input with defaults and its answer back", async () => {
  const seen: unknown[] = [];
  const dispatch = dispatchOf({
    "hold/list": async (input) => {
      seen.push(input);
      return { holds: [] };
    },
  });
  assert.deepEqual(await dispatch.start("hold/list", undefined, { connection }).answer, { result: { holds: [] } });
  assert.deepEqual(await dispatch.start("hold/list", { limit: "7", unknown: 1 }, { connection }).answer, {
    result: { holds: [] },
  });
  assert.deepEqual(seen, [
    { state: "open", limit: 100 },
    { state: "open", limit: 7 },
  ]);
  assert.equal(dispatch.inFlight, 0);
});

test("an unknown method and wrong params are refused in words that name the field", async () => {
  const dispatch = dispatchOf({});
  assert.equal(refusalIn(await dispatch.start("toString", {}, { connection }).answer).code, "UNKNOWN_METHOD");
  const refusal = refusalIn(await dispatch.start("hold/get", { id: "7" }, { connection }).answer);
  assert.equal(refusal.code, "INVALID_PARAMS");
  assert.match(refusal.message, /^hold\/get: id: .*signalbox hold list/);
  const request = refusalIn(
    await dispatch.start("gate/request", { agent: "a", session: "s", cwd: "x", input: {} }, { connection }).answer,
  );
  assert.match(request.message, /cwd: .*; tool: /);
  assert.equal(refusalIn(await dispatch.start("hold/list", [1], { connection }).answer).code, "INVALID_PARAMS");
});

test("access is asked for each call, with the row's level, before its handler runs", async () => {
  const asked: string[] = [];
  const dispatch = dispatchOf(
    {},
    {
      allow: async (access) => {
        asked.push(access);
        if (access === "operator") throw new Refusal("NOT_PERMITTED", "not a person");
      },
    },
  );
  assert.equal(
    refusalIn(await dispatch.start("policy/mode", { mode: "away" }, { connection }).answer).code,
    "NOT_PERMITTED",
  );
  assert.deepEqual(asked, ["operator"]);
});

test("a fault is INTERNAL with a ref, and its cause is logged once under that ref", async () => {
  const lines: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => lines.push(fields) };
  const dispatch = dispatchOf({ "hold/list": () => Promise.reject(new Error("disk on fire")) }, { log });
  const answer = await dispatch.start("hold/list", {}, { connection }).answer;
  assert.equal(refusalIn(answer).code, "INTERNAL");
  assert.doesNotMatch(JSON.stringify(refusalIn(answer).message), /fire/);
  assert.equal(lines.length, 1);
  assert.equal((lines[0] as { ref: string }).ref, "ref" in answer ? answer.ref : "");
});

test("a deadline answers CANCELLED and aborts the handler's signal", async () => {
  const { clock, wake } = steppedClock();
  const { promise: called, resolve } = Promise.withResolvers<Call>();
  const dispatch = dispatchOf({ "hold/list": (_, call) => (resolve(call), new Promise(() => {})) }, { clock });
  const task = dispatch.start("hold/list", {}, { connection });
  const call = await called;
  assert.equal(call.signal.aborted, false);
  wake();
  assert.equal(refusalIn(await task.answer).code, "CANCELLED");
  assert.equal(call.signal.aborted, true);
  assert.ok(call.signal.reason instanceof Refusal);
});

test("draining refuses new calls, waits for those in flight, then cuts them short with DRAINING", async () => {
  const answers: ((value: { holds: [] }) => void)[] = [];
  const calls: Call[] = [];
  const dispatch = dispatchOf({
    "hold/list": (_, call) => {
      calls.push(call);
      return new Promise((resolve) => answers.push(resolve));
    },
  });
  const [quick, slow] = [
    dispatch.start("hold/list", {}, { connection }),
    dispatch.start("hold/list", {}, { connection }),
  ];
  await new Promise(setImmediate);
  const deadline = new AbortController();
  const drained = dispatch.drain({ signal: deadline.signal });
  assert.equal(refusalIn(await dispatch.start("hold/list", {}, { connection }).answer).code, "DRAINING");
  answers[0]?.({ holds: [] });
  assert.ok("result" in (await quick.answer));
  assert.equal(dispatch.inFlight, 1);
  deadline.abort();
  await drained;
  assert.equal(refusalIn(await slow.answer).code, "DRAINING");
  assert.equal((calls[1]?.signal.reason as Refusal | undefined)?.code, "DRAINING");
});

/** An origin that keeps what it is told. */
function keeping() {
  const told: unknown[] = [];
  const origin: Origin = {
    connection,
    push: (method, params) => told.push([method, params]) > 0,
    ended: (refusal) => void told.push(["ended", refusal?.code]),
  };
  return { origin, told };
}

test("a stream's pushes follow its answer, in order, until it ends", async () => {
  const { promise: called, resolve } = Promise.withResolvers<Call>();
  const dispatch = dispatchOf({
    "hold/watch": async (_, call) => {
      call.push("ledger/exported", { line: "1" });
      resolve(call);
      return { holds: [] };
    },
  });
  const { origin, told } = keeping();
  const task = dispatch.start("hold/watch", {}, origin);
  const call = await called;
  await task.answer;
  assert.equal(call.push("ledger/exported", { line: "2" }), true);
  assert.deepEqual(told, []);
  task.flow();
  assert.equal(call.push("ledger/exported", { line: "3" }), true);
  assert.equal(dispatch.streams, 1);
  call.end();
  assert.equal(call.push("ledger/exported", { line: "4" }), false);
  assert.equal(call.signal.aborted, true);
  assert.deepEqual(told, [
    ["ledger/exported", { line: "1" }],
    ["ledger/exported", { line: "2" }],
    ["ledger/exported", { line: "3" }],
    ["ended", undefined],
  ]);
  assert.equal(dispatch.streams, 0);
});

test("a stream that ends before it flows says so after its answer", async () => {
  const dispatch = dispatchOf({
    "hold/watch": async (_, call) => {
      call.push("ledger/exported", { line: "1" });
      call.end();
      return { holds: [] };
    },
  });
  const { origin, told } = keeping();
  const task = dispatch.start("hold/watch", {}, origin);
  await task.answer;
  task.flow();
  assert.deepEqual(told, [
    ["ledger/exported", { line: "1" }],
    ["ended", undefined],
  ]);
  assert.equal(dispatch.streams, 0);
});

test("a stream whose reader takes no more is ended, and draining ends the others", async () => {
  const calls: Call[] = [];
  const dispatch = dispatchOf({
    "hold/watch": async (_, call) => {
      calls.push(call);
      return { holds: [] };
    },
  });
  const slow = dispatch.start("hold/watch", {}, { connection, push: () => false });
  const { origin, told } = keeping();
  const quick = dispatch.start("hold/watch", {}, origin);
  await Promise.all([slow.answer, quick.answer]);
  slow.flow();
  quick.flow();
  assert.equal(calls[0]?.push("ledger/exported", { line: "1" }), false);
  assert.equal(dispatch.streams, 1);
  await dispatch.drain({ signal: new AbortController().signal });
  assert.deepEqual(told, [["ended", "DRAINING"]]);
  assert.equal(dispatch.streams, 0);
});

test("a stream where none can be had is refused", async () => {
  assert.equal(refusalIn(await dispatchOf({}).start("hold/watch", {}, { connection }).answer).code, "INVALID_REQUEST");
});

test("the streams that the client knows are those of the table", () => {
  const rows = Object.entries(operations as Record<string, { pushes?: string | undefined }>);
  assert.deepEqual(
    streams,
    Object.fromEntries(rows.flatMap(([name, { pushes }]) => (pushes === undefined ? [] : [[name, pushes]]))),
  );
});

test("a missing handler does not compile", () => {
  const { "hold/list": _, ...rest } = fakeHandlers({});
  // @ts-expect-error  hold/list is not there
  const handlers: Handlers = rest;
  // @ts-expect-error  the answer has no `holds`
  const wrong: Partial<Handlers> = { "hold/list": async () => ({ hold: [] }) };
  assert.ok(handlers !== undefined && wrong !== undefined);
});

test("a fault of the machine is refused in its own words, a bug is not", async () => {
  const disk = new Error("the disk is full");
  const expected = (error: unknown) =>
    error === disk ? new Refusal("LEDGER_UNAVAILABLE", "The disk is full.", "Free some space.") : undefined;
  const thrown = [disk, new Error("a bug")];
  const dispatch = dispatchOf({ "hold/list": () => Promise.reject(thrown.shift()) }, { expected });
  const { code, hint } = refusalIn(await dispatch.start("hold/list", {}, { connection }).answer);
  assert.deepEqual({ code, hint }, { code: "LEDGER_UNAVAILABLE", hint: "Free some space." });
  assert.equal(refusalIn(await dispatch.start("hold/list", {}, { connection }).answer).code, "INTERNAL");
});
