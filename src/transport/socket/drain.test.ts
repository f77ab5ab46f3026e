import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { test } from "node:test";
import { openDoor, type Peer } from "../../../test/support/door.ts";
import { Refusal } from "../../protocol/refusals.ts";

/** One HTTP request; resolves to its status, or 0 when the connection was lost without an answer. */
const ask = (socketPath: string, method: string, path: string): Promise<number> =>
  new Promise((resolve) => {
    const asked = request({ socketPath, method, path, agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    asked.once("error", () => resolve(0));
    asked.end();
  });

test("200 requests in flight at the drain: each gets its answer or a refusal that says to try again", async () => {
  const answers: (() => void)[] = [];
  let arrived = () => {};
  const held = <T>(value: T) =>
    new Promise<T>((resolve) => {
      answers.push(() => resolve(value));
      arrived();
    });
  const hooks: { refuse: () => void }[] = [];
  const door = await openDoor(
    { "hold/list": () => held({ holds: [] as [] }) },
    {
      hook: () =>
        new Promise((_, reject) => {
          hooks.push({ refuse: () => reject(new Refusal("DRAINING", "the daemon is draining")) });
          arrived();
        }),
    },
  );
  const peers: Peer[] = await Promise.all(Array.from({ length: 10 }, () => door.connect()));
  const framed = peers.flatMap((peer) =>
    Array.from({ length: 10 }, (_, id) => {
      peer.send({ jsonrpc: "2.0", id, method: "hold/list" });
      return id;
    }),
  );
  const routed = Array.from({ length: 50 }, () => ask(door.path, "GET", "/v1/holds"));
  const hooked = Array.from({ length: 50 }, () => ask(door.path, "POST", "/hooks/a/b"));
  while (answers.length < 150 || hooks.length < 50)
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });

  door.door.stopAccepting();
  assert.equal(existsSync(door.path), false);
  const deadline = new AbortController();
  const drained = door.dispatch.drain({ signal: deadline.signal });
  for (const answer of answers.filter((_, at) => at % 2 === 0)) answer();
  for (const { refuse } of hooks) refuse();
  setImmediate(() => deadline.abort());
  await drained;
  await door.door[Symbol.asyncDispose]();

  const frames = (await Promise.all(peers.map((peer) => peer.take(10)))).flat();
  assert.equal(frames.length, framed.length);
  for (const { result, error } of frames)
    assert.ok(result !== undefined || (error as { code: number }).code === -32030);
  const statuses = await Promise.all(routed);
  assert.deepEqual(new Set(statuses), new Set([200, 503]));
  assert.deepEqual(new Set(await Promise.all(hooked)), new Set([503]));
  await Promise.all(peers.map((peer) => peer.closed()));
  await door[Symbol.asyncDispose]();
});
