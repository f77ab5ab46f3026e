import assert from "node:assert/strict";
import { test } from "node:test";
import { aSession } from "../../protocol/session-view.fixture.ts";
import { gitAt } from "./model.fixture.ts";
import {
  branchText,
  changeLines,
  costOf,
  doing,
  flat,
  folderName,
  sessionTitle,
  since,
  stateWord,
  tokens,
} from "./index.ts";

test("titles are one line, safe to draw, and never empty", () => {
  assert.equal(sessionTitle(aSession({ id: "5f3a9c01-77aa", name: null })), "5f3a9c01");
  assert.equal(
    sessionTitle(aSession({ id: "x", firstPrompt: "fix\nthe \u001b[31mlogin" })),
    "fix the ⟨U+001B⟩[31mlogin",
  );
  assert.equal(sessionTitle(aSession({ id: "x", name: "日本語の名前" })), "日本語の名前");
  assert.equal(folderName("/home/me/"), "me");
  assert.equal(folderName("/"), "/");
});

test("a long text is cut by grapheme and costs no more than its beginning", () => {
  assert.equal(flat("🇩🇪🇫🇷🇮🇹", 5), "🇩🇪🇫🇷…");
  assert.equal(flat("e\u0301e\u0301e\u0301", 2), "e\u0301…");
  assert.ok(flat("x".repeat(1_000_000)).length < 2_000);
});

test("what a session does", () => {
  const current = { tool: "Bash", what: "npm test", since: "", holdId: null };
  assert.equal(doing(aSession({ id: "a", current })), "Bash: npm test");
  assert.equal(doing(aSession({ id: "a" })), "thinks");
  assert.equal(doing(aSession({ id: "a", state: "idle" })), "");
  assert.equal(doing(aSession({ id: "a", state: "waiting", waitingFor: "plan", current })), "shows a plan");
  assert.equal(stateWord({ state: "waiting", waitingFor: null }), "waits for you");
});

test("figures", () => {
  assert.deepEqual([999, 1_000, 99_949, 99_950, 999_499, 1_000_000].map(tokens), [
    "999",
    "1.0k",
    "99.9k",
    "100k",
    "999k",
    "1.0M",
  ]);
  assert.equal(since("2026-11-21T10:00:00Z", Date.parse("2026-11-21T10:03:10Z")), "3 min");
  assert.equal(since("2026-11-21T10:00:00Z", Date.parse("2026-11-21T09:00:00Z")), "0 s", "a clock that stepped back");
  assert.equal(costOf([{ costUsd: null }]), undefined);
  assert.equal(costOf([{ costUsd: null }, { costUsd: 1.5 }, { costUsd: 2 }]), 3.5);
  const git = gitAt("/x", { branch: "fix/login", dirtyFiles: 3, ahead: 1, behind: 0 });
  assert.equal(branchText(aSession({ id: "a", git })), "fix/login ~3 ↑1");
});

test("an edit is shown with what stays around it", () => {
  const lines = changeLines(
    { old_string: "a\nb\nc\nold\nd\ne\nf\n", new_string: "a\nb\nc\nnew 1\nnew 2\nd\ne\nf\n" },
    40,
  );
  assert.deepEqual(
    lines.map(({ sign, text }) => `${sign}${text}`),
    [" b", " c", "-old", "+new 1", "+new 2", " d", " e"],
  );
});

test("a write is all new, several edits are apart, other tools have none, and hidden characters are shown", () => {
  assert.deepEqual(changeLines({ content: "a\u202eb" }, 40), [{ sign: "+", text: "a⟨U+202E⟩b" }]);
  assert.equal(
    changeLines(
      {
        edits: [
          { old_string: "a", new_string: "b" },
          { old_string: "c", new_string: "d" },
        ],
      },
      40,
    ).length,
    5,
  );
  assert.deepEqual(changeLines({ command: "ls" }, 40), []);
  assert.deepEqual(changeLines({ content: "a\nb\nc\nd" }, 2).at(-1), { sign: "…", text: "2 more lines" });
});
