import assert from "node:assert/strict";
import { test } from "node:test";
import { aSession } from "../protocol/session-view.fixture.ts";
import type { SessionState, SessionView } from "../protocol/session-view.ts";
import { segment, sessionCard, sessionList } from "./session-text.ts";
import type { Terminal } from "./terminal.ts";
import { columnsOf } from "./words.ts";

const now = Date.UTC(2026, 0, 1, 12);
const terminal = (columns: number): Terminal => ({
  out: () => {},
  err: () => {},
  interactive: true,
  columns,
  style: (_, text) => text,
});

function view(state: SessionState, change: Partial<SessionView> = {}): SessionView {
  return aSession({
    id: "0f3c9b1e-1111",
    name: "mend the parser",
    cwd: "/home/dev/app",
    workspace: "/home/dev/app",
    pid: 7,
    startedAt: new Date(now - 3_600_000).toISOString(),
    lastSeenAt: new Date(now - 5_000).toISOString(),
    state,
    waitingFor: state === "waiting" ? "permission" : null,
    since: new Date(now - 120_000).toISOString(),
    why: "it was given a prompt",
    toolCalls: 3,
    ...change,
  });
}

test("a list has one line of at most 80 columns each, what needs a person first", () => {
  const call = { tool: "Bash", since: view("idle").since, holdId: "hold_1" };
  const text = sessionList(
    terminal(80),
    [
      view("idle", { name: "消".repeat(60) }),
      view("working", { name: "\u001b[31mred\u202e", workspace: "/home/dev/проект-с-длинным-именем" }),
      view("waiting", { current: { ...call, what: "git push --force origin main && echo 👩‍👩‍👧‍👦👩‍👩‍👧‍👦" } }),
      view("gone", { pinned: true, name: null }),
    ],
    now,
  );
  const lines = text.split("\n");
  for (const line of lines) assert.ok(columnsOf(line) <= 80, `${columnsOf(line)}: ${line}`);
  assert.deepEqual(
    lines.map((line) => line.slice(2, 12).trim()),
    ["gone", "permission", "working", "idle"],
  );
  assert.match(lines[1] ?? "", /2 min {2}0f3c9b1e {2}mend the parser {5}app {9}git push --forc…$/);
  assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
});

test("a card says what is known and leaves out what is not", () => {
  const bare = sessionCard(terminal(80), { session: view("idle"), calls: [] }, now);
  assert.ok(!/model|context|cost|git|null/.test(bare));
  const full = sessionCard(
    terminal(80),
    {
      session: view("working", {
        model: "Opus",
        context: { usedTokens: 250_000, windowTokens: 1_000_000, percent: 25 },
        costUsd: 1.5,
        git: {
          root: "/home/dev/app",
          mainWorktree: null,
          branch: "main",
          dirtyFiles: 2,
          ahead: 1,
          behind: null,
          addedLines: 10,
          removedLines: 3,
        },
      }),
      calls: [{ entry: 9, at: view("idle").since, tool: "Bash", what: "ls", verdict: "allow", outcome: "done" }],
    },
    now,
  );
  assert.match(full, /context {3}25 % of 1\.0M tokens/);
  assert.match(full, /git {7}main, 2 changed \(\+10 -3\), 1 ahead/);
  assert.match(full, /9 {3}2 min ago {2}allow {2}done {8}Bash: ls/);
});

test("the segment says what wants a person, then what works", () => {
  assert.equal(segment([view("waiting"), view("waiting"), view("working"), view("idle")]), "2 need you · 1 working");
  assert.equal(segment([view("waiting"), view("error")]), "1 needs you · 1 failed");
  assert.equal(segment([view("idle")]), "all quiet");
});
