import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeCommand } from "../testing.ts";
import { builtinRules } from "./index.ts";

describe("builtin rules", () => {
  it("have ids of their own", () => {
    assert.equal(new Set(builtinRules.map((rule) => rule.id)).size, builtinRules.length);
  });

  for (const rule of builtinRules) {
    it(`${rule.id} judges as its examples say`, () => {
      const wrong = Object.entries(rule.examples).flatMap(([command, expected]) => {
        const judged = judgeCommand(command);
        return judged.verdict === expected
          ? []
          : [`${command} -> ${judged.verdict} (${judged.rule}), expected ${expected}`];
      });
      assert.deepEqual(wrong, []);
    });
    it(`${rule.id} suggests nothing that is held or denied`, () => {
      for (const match of (rule.instead ?? "").matchAll(/`([^`]+)`/g))
        assert.equal(judgeCommand(match[1] ?? "").verdict, "allow", match[1]);
    });
  }
});
