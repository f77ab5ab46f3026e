import assert from "node:assert/strict";
import { test } from "node:test";
import { changeLines, otherFields } from "./call-input.ts";
import type { HoldView } from "./operations/holds.ts";
import { callText } from "./words.ts";

const cases: readonly (readonly [input: HoldView["input"], others: readonly string[]])[] = [
  [{ command: "ls" }, []],
  [{ command: "SELECT 1", query: "DROP TABLE x" }, ['query: "DROP TABLE x"']],
  [{ command: ["ls", "-l"], file_path: "/etc/passwd" }, ['file_path: "/etc/passwd"']],
  [{ file_path: "/a", old_string: "x", new_string: "y", replace_all: true }, ["replace_all: true"]],
  [{ file_path: "/a", new_string: "y", content: "z" }, ['content: "z"']],
  [{ file_path: "/a", content: { not: "text" } }, ['content: {"not":"text"}']],
  [{ file_path: "/a", path: "/b" }, ['path: "/b"']],
  [{ path: 7, url: "https://example.com" }, []],
  [
    { file_path: "/a", content: "hidden", edits: [{ old_string: "x", new_string: "y", replace_all: true }] },
    ['content: "hidden"', "edits[0].replace_all: true"],
  ],
  [{ file_path: "/a", edits: ["strange"] }, ['edits: ["strange"]']],
  [{ anything: "else" }, []],
  [{ command: "ls", "a\nb": "\u202e" }, ['a⟨U+000A⟩b: "\\u202e"']],
];

test("what neither the call's text nor its changes show stands among the other fields", () => {
  for (const [input, others] of cases) assert.deepEqual(otherFields(input), others, JSON.stringify(input));
});

test("every word of an input is somewhere on its card", () => {
  for (const [input] of cases) {
    const card = [
      callText("Tool", input),
      ...changeLines(input, 100).map(({ text }) => text),
      ...otherFields(input),
    ].join("\n");
    const words = JSON.stringify(input).match(/[A-Za-z]{2,}/g) ?? [];
    const named = new Set(["command", "path", "url", "file", "string", "old", "new", "content", "edits", "nb", "u"]);
    for (const word of words.filter((each) => !named.has(each) && !/^u[0-9a-f]/.test(each)))
      assert.ok(card.includes(word), `${word} of ${JSON.stringify(input)} is not in: ${card}`);
  }
});

test("many fields are counted and long ones cut, and both say so", () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, index]));
  assert.equal(otherFields({ command: "ls", ...many }).at(-1), "and 24 more fields");
  assert.match(otherFields({ command: "ls", long: "x".repeat(999) })[0] ?? "", /…$/);
});
