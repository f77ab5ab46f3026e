import assert from "node:assert/strict";
import { test } from "node:test";
import { remembering } from "./unchanged.ts";

test("what is left as it is is not looked at twice; what is changed is not kept; the oldest is forgotten", () => {
  const looked: string[] = [];
  const hide = remembering((text) => {
    looked.push(text);
    return text.replace("secret", "***");
  }, 2);
  for (const text of ["a", "a", "a secret", "a secret", "b", "c", "a"])
    assert.equal(hide(text), text.replace("secret", "***"));
  assert.deepEqual(looked, ["a", "a secret", "a secret", "b", "c", "a"]);
  const long = "x".repeat(1_000);
  assert.equal(hide(long) + hide(long), long + long);
  assert.equal(looked.filter((text) => text === long).length, 2);
});
