import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changeLines } from "./call-input.ts";
import { type Difference, difference } from "./difference.ts";

const side = (lines: readonly Difference[], without: "-" | "+"): string[] =>
  lines.filter(({ sign }) => sign !== without).map(({ text }) => text);

test("both texts can be read out of their difference, and lines that are alike in both stay", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "", "d "), { maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const shown = difference(before, after);
      assert.deepEqual(side(shown, "+"), before);
      assert.deepEqual(side(shown, "-"), after);
      if (JSON.stringify(before) === JSON.stringify(after)) assert.ok(shown.every(({ sign }) => sign === " "));
    }),
  );
});

test("changes that lie apart are shown apart, with the lines around them", () => {
  const text = (change: Readonly<Record<number, string>>) =>
    Array.from({ length: 20 }, (_, line) => change[line] ?? `line ${line}`).join("\n");
  const input = { old_string: text({}), new_string: text({ 2: "two", 15: "fifteen" }) };
  const shown = changeLines(input, 400);
  assert.deepEqual(
    shown.map(({ sign, text: line }) => `${sign}${line}`),
    [
      " line 0",
      " line 1",
      "-line 2",
      "+two",
      " line 3",
      " line 4",
      "…8 lines that stay",
      " line 13",
      " line 14",
      "-line 15",
      "+fifteen",
      " line 16",
      " line 17",
    ],
  );
  assert.equal(changeLines(input, 400), shown, "it is made once");
});

test("texts too large to be compared line by line are one replaced by the other", () => {
  const many = (word: string) => Array.from({ length: 2_000 }, (_, line) => `${word} ${line}`);
  const shown = difference(["same", ...many("old")], ["same", ...many("new")]);
  assert.deepEqual([shown.length, shown[0]?.sign, shown[1]?.sign, shown.at(-1)?.sign], [4_001, " ", "-", "+"]);
});
