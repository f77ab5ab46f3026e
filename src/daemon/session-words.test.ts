import assert from "node:assert/strict";
import { test } from "node:test";
import { callText, promptText, shownText } from "./session-words.ts";

const family = "👩‍👩‍👧‍👦";

test("texts are cut between graphemes of any script, never inside one", () => {
  assert.equal(shownText("абв", 3), "абв");
  assert.equal(shownText("абвг", 3), "аб…");
  assert.equal(shownText("e\u0301e\u0301e\u0301", 2), "e\u0301…");
  assert.equal(promptText(family.repeat(10)), family.repeat(10));
  const long = promptText(family.repeat(400));
  assert.match(long, new RegExp(`^(?:${family})+…?$`, "u"));
  assert.equal(shownText("/дом/".repeat(50), 30).length, 30);
});

test("one line, nothing that steers a terminal or turns text round, no secret", () => {
  assert.equal(promptText("a\n\tb\u001b[31m\u202ec\u0007"), "a b[31mc");
  assert.equal(shownText("a\u001b[31m\u202e", 20), "a⟨U+001B⟩[31m⟨U+202E⟩");
  const token = `ghp_${"a1B2".repeat(9)}`;
  assert.ok(!promptText(`use ${token} for it`).includes(token));
  assert.ok(!shownText(`export TOKEN=${token}`, 100).includes(token));
});

test("a call is named by what it runs, edits or fetches", () => {
  assert.equal(callText("Bash", { command: "git push\n  --force" }), "git push --force");
  assert.equal(callText("shell", { command: ["ls", "-l"] }), "ls -l");
  assert.equal(callText("Edit", { file_path: "/w/a.ts", old_string: "x" }), "/w/a.ts");
  assert.equal(callText("TodoWrite", { todos: [1] }), '{"todos":[1]}');
  assert.equal(callText("ExitPlanMode", {}), "ExitPlanMode");
});
