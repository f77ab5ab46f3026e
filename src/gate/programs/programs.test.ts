import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeCommand } from "../testing.ts";
import { families } from "./index.ts";

describe("programs", () => {
  it("are declared once each", () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const program of families.flat())
      for (const name of program.names) {
        const before = seen.get(name);
        if (before !== undefined) twice.push(`${name}: in "${before}" and in "${program.summary}"`);
        seen.set(name, program.summary);
      }
    assert.deepEqual(twice, []);
  });

  for (const program of families.flat())
    it(`${program.names[0]} judges as its examples say`, () => {
      assert.ok(Object.keys(program.examples).length > 0, "a program needs examples");
      const wrong = Object.entries(program.examples).flatMap(([command, expected]) => {
        const { verdict, rule, reason } = judgeCommand(command);
        return verdict === expected ? [] : [`${command} -> ${verdict} (${rule}: ${reason}), expected ${expected}`];
      });
      assert.deepEqual(wrong, []);
    });
});
