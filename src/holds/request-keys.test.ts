import assert from "node:assert/strict";
import { test } from "node:test";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { Refusal } from "../protocol/refusals.ts";
import { RequestKeys } from "./request-keys.ts";

const code = (expected: string) => (error: unknown) => error instanceof Refusal && error.code === expected;
const forever = { signal: new AbortController().signal };

function keys(requestKeysMax = 3) {
  const clock = new SteppedClock();
  return { clock, keys: new RequestKeys<string>({ clock, requestKeysMax, requestKeyAgeMsMax: 60_000 }) };
}

test("a key is worked on once, running or finished", async () => {
  const { keys: requests } = keys();
  let works = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  const work = () => {
    works += 1;
    return promise;
  };
  const first = requests.answer("k", "c", work, forever);
  const second = requests.answer("k", "c", work, forever);
  resolve("allow");
  assert.deepEqual(await Promise.all([first, second]), ["allow", "allow"]);
  assert.equal(await requests.answer("k", "c", work, forever), "allow");
  assert.equal(works, 1);
});

test("the same key with other content is refused", async () => {
  const { keys: requests } = keys();
  await requests.answer("k", "c", () => Promise.resolve("a"), forever);
  await assert.rejects(
    requests.answer("k", "other", () => Promise.resolve("b"), forever),
    code("CONFLICT"),
  );
});

test("an answer is forgotten after its age, a failure at once", async () => {
  const { keys: requests, clock } = keys();
  let works = 0;
  const work = () => Promise.resolve(String((works += 1)));
  await requests.answer("k", "c", work, forever);
  clock.advance(59_999);
  assert.equal(await requests.answer("k", "c", work, forever), "1");
  clock.advance(1);
  assert.equal(await requests.answer("k", "c", work, forever), "2");
  await assert.rejects(
    requests.answer("f", "c", () => Promise.reject(new Error("disk")), forever),
    /disk/,
  );
  assert.equal(await requests.answer("f", "c", work, forever), "3");
});

test("a lost connection may come back within a second; then the work is told to stop", async () => {
  const { keys: requests, clock } = keys();
  let told: unknown;
  const { promise, resolve } = Promise.withResolvers<string>();
  const work = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => {
      told = signal.reason;
      resolve("stopped");
    });
    return promise;
  };
  const gone = new AbortController();
  const first = requests.answer("k", "c", work, { signal: gone.signal });
  gone.abort(new Error("lost"));
  await assert.rejects(first, /lost/);
  const goneToo = new AbortController();
  const back = requests.answer("k", "c", work, { signal: goneToo.signal });
  clock.advance(1_000);
  await Promise.resolve();
  assert.equal(told, undefined);
  goneToo.abort(new Error("lost again"));
  await assert.rejects(back, /lost again/);
  clock.advance(999);
  await Promise.resolve();
  assert.equal(told, undefined);
  clock.advance(1);
  assert.equal(await promise, "stopped");
  assert.match(String(told), /lost again/);
});

test("a draining daemon stops the work at once", async () => {
  const { keys: requests } = keys();
  const gone = new AbortController();
  let aborted = false;
  const answer = requests.answer(
    "k",
    "c",
    (signal) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          resolve("x");
        }),
      ),
    { signal: gone.signal },
  );
  gone.abort(new Refusal("DRAINING", "stopping"));
  await assert.rejects(answer, code("DRAINING"));
  assert.equal(aborted, true);
});

test("the oldest answer makes room; when all are in flight one more is refused", async () => {
  const { keys: requests } = keys(2);
  const pending = () => new Promise<string>(() => {});
  await requests.answer("done", "c", () => Promise.resolve("a"), forever);
  void requests.answer("p1", "c", pending, forever);
  void requests.answer("p2", "c", pending, forever);
  assert.equal(requests.size, 2);
  await assert.rejects(requests.answer("p3", "c", pending, forever), code("BUSY"));
});
