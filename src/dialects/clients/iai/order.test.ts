import assert from "node:assert/strict";
import { test } from "node:test";
import type { IaiCaller } from "./ports.ts";
import { WriteOrder } from "./order.ts";

const callerOn = (connection: object, signal = new AbortController().signal): IaiCaller => ({
  call: { connection, signal } as IaiCaller["call"],
  session: undefined,
});

test("what was written first is read, however long the writing takes; other connections don't wait for it", async () => {
  const order = new WriteOrder();
  const [one, other] = [callerOn({}), callerOn({})];
  const written: string[] = [];
  const slow = Promise.withResolvers<void>();
  const writing = order.run(one, true, async () => {
    await slow.promise;
    written.push("first");
  });
  const again = order.run(one, true, () => written.push("second"));
  const reading = order.run(one, false, () => [...written]);
  assert.deepEqual(await order.run(other, false, () => [...written]), []);
  slow.resolve();
  assert.deepEqual(await reading, ["first", "second"]);
  await Promise.all([writing, again]);
});

test("reads don't wait for each other, and a write that failed stops nobody", async () => {
  const order = new WriteOrder();
  const one = callerOn({});
  await assert.rejects(
    order.run(one, true, () => Promise.reject(new Error("no"))),
    /no/,
  );
  void order.run(one, false, () => new Promise(() => {}));
  assert.equal(await order.run(one, false, () => "read"), "read");
});

test("a call that is aborted while it waits ends with the reason and never runs", async () => {
  const order = new WriteOrder();
  const connection = {};
  const slow = Promise.withResolvers<void>();
  const writing = order.run(callerOn(connection), true, () => slow.promise);
  const stop = new AbortController();
  const waiting = order.run(callerOn(connection, stop.signal), true, () => assert.fail("it ran"));
  stop.abort(new Error("cancelled"));
  await assert.rejects(waiting, /cancelled/);
  slow.resolve();
  await writing;
});
