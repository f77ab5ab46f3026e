import assert from "node:assert/strict";
import { test } from "node:test";
import { beside, cut, fit, type Line, lineColumns, paragraph, span, spread, stressed, targetAt } from "./line.ts";
import { paint } from "./paint.ts";

const text = (line: Line): string => line.map((piece) => piece.text).join("");

test("a line is cut by what it shows, not by its characters", () => {
  const line = [span("ab", "strong"), span("日本語"), span("e\u0301f")];
  assert.equal(lineColumns(line), 10);
  assert.equal(text(cut(line, 10)), "ab日本語e\u0301f");
  assert.equal(text(cut(line, 7)), "ab日本…");
  assert.equal(text(cut(line, 6)), "ab日…");
  assert.equal(text(cut(line, 2)), "ab");
  for (let columns = 0; columns < 14; columns += 1)
    assert.equal(lineColumns(fit(line, columns)), columns, `${columns}`);
});

test("left and right on one line", () => {
  assert.equal(text(spread([span("left")], [span("right")], 12)), "left   right");
  assert.equal(text(spread([span("left and more")], [span("right")], 12)), "left … right");
  assert.equal(text(spread([span("left")], [span("right")], 4)), "left");
});

test("blocks side by side begin their right part at one column, whatever is on the left", () => {
  const rows = beside([[span("日本")], [span("x".repeat(30))]], [[span("one")], [span("two")]], 10, 3);
  assert.deepEqual(rows.map(text), ["日本      │ one", `${"x".repeat(9)}…│ two`, `${" ".repeat(10)}│ `]);
  assert.ok(rows.every((row) => row.some(({ at }) => at === 10)));
});

test("a click finds what stands there", () => {
  const line: Line = [
    span(" "),
    span("日本", undefined, { pick: "a" }),
    { ...span("b", undefined, { press: "b" }), at: 20 },
  ];
  assert.equal(targetAt(line, 0), undefined);
  assert.deepEqual(targetAt(line, 4), { pick: "a" });
  assert.equal(targetAt(line, 5), undefined);
  assert.deepEqual(targetAt(line, 20), { press: "b" });
});

test("styles are ended where they end, and without colours only weight is left", () => {
  const line: Line = [span("a", ["bad", "strong"]), span("b"), { ...span("c", "warn"), at: 9 }];
  assert.equal(paint(line, true), "\u001b[31;1ma\u001b[0mb\u001b[10G\u001b[33mc\u001b[0m");
  assert.equal(paint(line, false), "\u001b[1ma\u001b[0mb\u001b[10Gc");
  assert.equal(paint(stressed([span("a", "good")], "faint"), true), "\u001b[32;2ma\u001b[0m");
});

test("paragraphs keep their indent", () => {
  assert.deepEqual(paragraph("one two three four", 12, undefined, 2).map(text), ["  one two", "  three four"]);
});

test("no control character leaves, whoever forgot to make it visible", () => {
  assert.equal(paint([span("a\u001b]0;title\u0007b\tc\u009b")], true), "a ]0;title b c ");
  assert.deepEqual(paragraph("a\tb", 10).map(text), ["a  b"]);
});
