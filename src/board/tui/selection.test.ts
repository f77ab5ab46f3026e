import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "./selection.ts";

const none = () => [];

test("a selection stays on its line wherever the line goes", () => {
  const selection = new Selection();
  selection.settle(["a", "b", "c"], 0, none);
  assert.equal(selection.id, "a");
  selection.move(["a", "b", "c"], 1);
  selection.settle(["new", "a", "c", "b"], 10, none);
  assert.equal(selection.id, "b");
  assert.equal(selection.swappedAtMs, Number.NEGATIVE_INFINITY, "nothing took its place");
});

test("when its line is gone, what stands there is chosen, and when that happened is known", () => {
  const selection = new Selection();
  selection.settle(["a", "b"], 0, none);
  selection.settle(["b", "c"], 50, none);
  assert.equal(selection.id, "b");
  assert.equal(selection.swappedAtMs, 50);
  selection.move(["b", "c"], 0);
  assert.equal(selection.swappedAtMs, Number.NEGATIVE_INFINITY, "who moves has seen where to");
  selection.settle([], 60, none);
  assert.equal(selection.id, undefined);
  selection.settle(["x"], 70, none);
  assert.equal(selection.id, "x");
});

test("the nearest heir takes its place", () => {
  const selection = new Selection();
  selection.settle(["hold 1", "hold 2", "session"], 0, none);
  selection.move(["hold 1", "hold 2", "session"], 1);
  selection.settle(["hold 0", "hold 1", "session"], 10, () => ["hold 0", "hold 1"]);
  assert.equal(selection.id, "hold 1");
  selection.settle(["x", "y", "z"], 20, none);
  assert.equal(selection.id, "y");
});

test("the window follows with a margin, and shows no emptiness below the last line", () => {
  const selection = new Selection();
  selection.scrollTo(0, 100, 10);
  assert.equal(selection.top, 0);
  selection.scrollTo(9, 100, 10);
  assert.equal(selection.top, 2);
  selection.scrollTo(99, 100, 10);
  assert.equal(selection.top, 90);
  selection.scrollTo(3, 5, 10);
  assert.equal(selection.top, 0);
  selection.scrollTo(4, 5, 1);
  assert.equal(selection.top, 4);
});
