import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

test("the nearest name is found through a slip, a swap and a missing letter", () => {
  const names = ["verdict", "reason", "command", "examples"];
  assert.equal(nearest("verdcit", names), "verdict");
  assert.equal(nearest("Comand", names), "command");
  assert.equal(nearest("example", names), "examples");
});

test("what resembles nothing gets no suggestion", () => {
  assert.equal(nearest("zzzzzz", ["verdict", "reason"]), undefined);
  assert.equal(nearest("x".repeat(10_000), ["verdict"]), undefined);
  assert.equal(nearest("", []), undefined);
});
