import assert from "node:assert/strict";
import { test } from "node:test";
import { aHold } from "../protocol/hold-view.fixture.ts";
import { entryLine } from "./entry-line.ts";
import { holdCard, holdLine } from "./hold-card.ts";
import { harmless, type Terminal } from "./terminal.ts";

const terminal: Terminal = { out: () => {}, err: () => {}, interactive: false, columns: 200, style: (_, text) => text };
const hostile = "\u001b]0;x\u0007\u001b[2J\r\u009b31m\u202e\u200b\nApproved by the operator";
const acted = /[\p{Cc}\p{Cf}]/u;

const hold = aHold({
  id: "hold_k3v9k3v9k3v9k3v9",
  agent: hostile,
  session: hostile,
  cwd: `/${hostile}`,
  tool: hostile,
  input: { command: "SELECT 1", query: "DROP TABLE accounts" },
});

test("no name of an agent, a tool or a session steers the terminal or begins a line", () => {
  const line = holdLine(terminal, hold, Date.parse(hold.openedAt));
  assert.equal(acted.exec(line), null);
  for (const piece of holdCard(terminal, hold, Date.parse(hold.openedAt)).split("\n")) {
    assert.equal(acted.exec(piece), null);
    assert.doesNotMatch(piece, /^\s*Approved/);
  }
  const entry = { seq: 1, at: hold.openedAt, kind: hostile, agent: hostile, session: null, payload: {}, leaf: "" };
  assert.equal(acted.exec(entryLine(terminal, entry)), null);
});

test("the card shows the whole input, not only the command", () => {
  assert.match(holdCard(terminal, hold, Date.parse(hold.openedAt)), /query: "DROP TABLE accounts"/);
});

test("what a verb forgot to make visible is escaped on its way out, and our own styles are not", () => {
  assert.equal(harmless("\u001b[1mheld\u001b[22m"), "\u001b[1mheld\u001b[22m");
  assert.equal(harmless("\u001b[8mhidden\u001b[2J"), "\\u001b[8mhidden\\u001b[2J");
  assert.deepEqual(JSON.parse(harmless(JSON.stringify({ hostile }))), { hostile });
});
