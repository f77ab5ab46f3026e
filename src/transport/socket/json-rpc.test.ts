import assert from "node:assert/strict";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { specificationMethods } from "../../../test/support/specification.ts";
import { Refusal } from "../../protocol/refusals.ts";

const error = (code: number, id: unknown = null) => ({ jsonrpc: "2.0", id, code });

/** Section 7 of https://www.jsonrpc.org/specification, example by example: what is sent, what must come back. Messages are our own words. */
const examples: readonly (readonly [title: string, sent: string, answer: unknown])[] = [
  [
    "positional parameters",
    '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
    { jsonrpc: "2.0", result: 19, id: 1 },
  ],
  [
    "positional, other order",
    '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
    { jsonrpc: "2.0", result: -19, id: 2 },
  ],
  [
    "named parameters",
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
    { jsonrpc: "2.0", result: 19, id: 3 },
  ],
  [
    "named, other order",
    '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
    { jsonrpc: "2.0", result: 19, id: 4 },
  ],
  ["a notification", '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', undefined],
  ["a notification of no method", '{"jsonrpc": "2.0", "method": "foobar"}', undefined],
  ["a method that is not there", '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error(-32601, "1")],
  ["invalid JSON", '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', error(-32700)],
  ["an invalid request", '{"jsonrpc": "2.0", "method": 1, "params": "bar"}', error(-32600)],
  [
    "a batch of invalid JSON",
    '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"]',
    error(-32700),
  ],
  ["an empty batch", "[]", error(-32600)],
  ["a batch of nothing valid", "[1]", [error(-32600)]],
  ["a longer batch of nothing valid", "[1,2,3]", [error(-32600), error(-32600), error(-32600)]],
  [
    "a mixed batch",
    '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},{"foo": "boo"},{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},{"jsonrpc": "2.0", "method": "get_data", "id": "9"}]',
    [
      { jsonrpc: "2.0", result: 7, id: "1" },
      { jsonrpc: "2.0", result: 19, id: "2" },
      error(-32600),
      error(-32601, "5"),
      { jsonrpc: "2.0", result: ["hello", 5], id: "9" },
    ],
  ],
  [
    "a batch of notifications",
    '[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]',
    undefined,
  ],
];

/** An error without the words, which the specification leaves open; a batch without its order, which it leaves open too. */
function plain(answer: unknown): unknown {
  const byId = (one: unknown, other: unknown) =>
    String((one as { id: unknown }).id).localeCompare(String((other as { id: unknown }).id));
  if (Array.isArray(answer)) return answer.map(plain).sort(byId);
  const { error: fault, ...rest } = answer as { error?: { code: number; message: string } };
  if (fault !== undefined) assert.ok(fault.message.length > 0);
  return fault === undefined ? rest : { ...rest, code: fault.code };
}

const sentinel = { jsonrpc: "2.0", method: "get_data", id: "sentinel" };

for (const [title, sent, expected] of examples)
  test(`specification, section 7: ${title}`, async () => {
    const calls = specificationMethods();
    await using door = await openDoor({}, { calls });
    await using peer = await door.connect();
    peer.send(`${sent}\n`, sentinel);
    if (expected !== undefined) assert.deepEqual(plain(await peer.next()), plain(expected));
    // Nothing else comes, and the connection lives: the next frame is the sentinel's answer.
    assert.equal((await peer.next())["id"], "sentinel");
    if (title === "a notification") assert.deepEqual(calls.called, ["update", "get_data"]);
  });

test("ids come back as they were sent", async () => {
  await using door = await openDoor({}, { calls: specificationMethods() });
  await using peer = await door.connect();
  const ids = [0, -1, 1.5, "", "é\u0000", null, 9_007_199_254_740_991];
  for (const id of ids) peer.send({ jsonrpc: "2.0", method: "get_data", id });
  assert.deepEqual(
    (await peer.take(ids.length)).map(({ id }) => id),
    ids,
  );
});

test("what is no request is refused with its id where one can be made out", async () => {
  await using door = await openDoor({}, { calls: specificationMethods() });
  await using peer = await door.connect();
  const wrong: [object, unknown][] = [
    [{ jsonrpc: "1.0", method: "get_data", id: 1 }, 1],
    [{ jsonrpc: "2.0", id: 2 }, 2],
    [{ jsonrpc: "2.0", method: "get_data", id: { a: 1 } }, null],
    [{ jsonrpc: "2.0", method: "get_data", params: "x", id: 4 }, 4],
    [{ jsonrpc: "2.0", id: 5, result: 1 }, 5],
    [{ hello: "you" }, null],
  ];
  for (const [frame, id] of wrong) {
    peer.send(frame);
    assert.deepEqual(plain(await peer.next()), error(-32600, id));
  }
  for (const text of ["1", '"x"', "null", "true"]) {
    peer.send(`${text}\n`);
    assert.deepEqual(plain(await peer.next()), error(-32700));
  }
});

test("a batch beyond the limit is one error", async () => {
  await using door = await openDoor({}, { calls: specificationMethods() });
  await using peer = await door.connect();
  const batch = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ jsonrpc: "2.0", method: "get_data", id }));
  peer.send(batch(257), batch(256));
  assert.deepEqual(plain(await peer.next()), error(-32600));
  assert.equal(((await peer.next()) as unknown as unknown[]).length, 256);
});

test("an error tells its refusal, its hint and its ref", async () => {
  await using door = await openDoor({
    "hold/get": () => Promise.reject(new Refusal("NOT_FOUND", "hold_x is gone", "signalbox hold list")),
  });
  await using peer = await door.connect();
  peer.send({ jsonrpc: "2.0", id: 1, method: "hold/get", params: { id: "hold_aaaaaaaaaaaaaaaa" } });
  assert.deepEqual((await peer.next())["error"], {
    code: -32004,
    message: "hold_x is gone",
    data: { code: "NOT_FOUND", hint: "signalbox hold list" },
  });
  peer.send({ jsonrpc: "2.0", id: 2, method: "hold/list" });
  const { error: fault } = (await peer.next()) as { error: { code: number; data: { code: string; ref: string } } };
  assert.equal(fault.code, -32603);
  assert.match(fault.data.ref, /^[a-z2-9]{16}$/);
});
