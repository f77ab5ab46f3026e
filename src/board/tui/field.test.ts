import assert from "node:assert/strict";
import { test } from "node:test";
import { edited, type Field, fieldLine, fieldOf, insert } from "./field.ts";

const typed = (field: Field, ...keys: readonly string[]): Field =>
  keys.reduce((now, key) => edited(now, key) ?? now, field);
const shown = ({ text, cursor }: Field): string => {
  const parts = Array.from(text);
  return `${parts.slice(0, cursor).join("")}|${parts.slice(cursor).join("")}`;
};

test("keys of a line of text", () => {
  const start = fieldOf("git push");
  assert.equal(shown(typed(start, "space", "-", "f")), "git push -f|");
  assert.equal(shown(typed(start, "backspace", "left", "x")), "git pux|s");
  assert.equal(shown(typed(start, "home", "delete", "right")), "i|t push");
  assert.equal(shown(typed(start, "ctrl-w")), "git |");
  assert.equal(shown(typed(start, "ctrl-a", "ctrl-k", "a")), "a|");
  assert.equal(shown(typed(start, "ctrl-u")), "|");
  assert.equal(edited(start, "pageup"), undefined);
  assert.equal(edited(start, "ctrl-o"), undefined);
});

test("a character is taken away whole", () => {
  assert.equal(typed(fieldOf("a👩‍👩‍👧"), "backspace").text, "a");
  assert.equal(typed(fieldOf("e\u0301"), "backspace").text, "");
});

test("a paste is one line without control characters, and endless text is refused", () => {
  assert.equal(insert(fieldOf(""), "a\nb\u001b[31mc").text, "a b[31mc");
  assert.equal(insert(fieldOf("x"), "y".repeat(20_000)).text, "x");
});

test("a long text is shown around its cursor, hidden characters in letters", () => {
  const { line, column } = fieldLine(fieldOf("x".repeat(50)), 10);
  assert.equal(line[0]?.text.length, 9);
  assert.equal(column, 9);
  assert.deepEqual(fieldLine(fieldOf("a\u202eb"), 20), {
    line: [{ text: "a⟨U+202E⟩b", style: undefined, on: undefined }],
    column: 10,
  });
});
