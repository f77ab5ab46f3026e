import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { wordIssues } from "./wording.ts";

const Params = z.object({
  name: z.string().min(1).max(3),
  count: z.int().min(1).max(9),
  list: z.array(z.string()).max(1).optional(),
  kind: z.enum(["a", "b"]).optional(),
  own: z.string().regex(/^x/, "an id begins with x").optional(),
  calls: z.array(z.string()).min(1, "must hold at least one call").optional(),
});

test("what is wrong with params is said in our own words, field by field", () => {
  const worded = (value: unknown) => {
    const read = Params.safeParse(value);
    assert.ok(!read.success);
    return wordIssues(read.error);
  };
  const right = { name: "a", count: 1 };
  for (const [wrong, words] of [
    [{ name: "" }, "name: it must have at least 1 characters"],
    [{ name: "abcd" }, "name: it may have at most 3 characters"],
    [{ name: undefined }, "name: it is missing; it must be a text"],
    [{ name: 7 }, "name: it must be a text"],
    [{ count: 0 }, "count: it must be at least 1"],
    [{ count: 1.5 }, "count: it must be a whole number"],
    [{ list: ["a", "b"] }, "list: it may have at most 1 items"],
    [{ kind: "c" }, "kind: it must be one of: a, b"],
    [{ own: "y" }, "own: an id begins with x"],
    [{ calls: [] }, "calls: must hold at least one call"],
  ] as const)
    assert.equal(worded({ ...right, ...wrong }), words);
  assert.equal(worded("text"), "it must be an object");
});
