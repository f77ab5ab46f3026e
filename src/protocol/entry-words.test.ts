import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../kit/canonical.ts";
import { entryAbout, entryVerdict } from "./entry-words.ts";

const cases: readonly (readonly [kind: string, payload: Record<string, Json> | null, word: string, about: string])[] = [
  ["gate/judged", { tool: "Bash", input: { command: "ls" }, verdict: "allow" }, "allow", "ls"],
  ["gate/recorded", { tool: "Bash", input: { command: "ls" }, verdict: "hold" }, "hold", "ls"],
  ["hold/opened", { tool: "Bash", rule: "rewrite-history", hold: "hold_1" }, "", "Bash held by rewrite-history"],
  [
    "hold/decided",
    { hold: "hold_1", decision: "approve", scope: "session", by: { level: "terminal", terminal: "136:1" } },
    "approved",
    "for the session, terminal 136:1, hold_1",
  ],
  [
    "hold/decided",
    { hold: "hold_1", decision: "deny", words: "Not on a Friday.", by: { level: "passkey" } },
    "denied",
    "Not on a Friday., passkey, hold_1",
  ],
  ["hold/decided", { hold: "hold_1", decision: "edit" }, "edited", "hold_1"],
  ["hold/used", { hold: "hold_1", entry: 12 }, "used", "hold_1 by entry 12"],
  ["tool/finished", { tool: "Bash", status: "failed", verdictEntry: 4 }, "", "Bash, failed, judged in entry 4"],
  ["tool/finished", { tool: "Bash", status: "done", verdictEntry: null }, "", "Bash, done, never judged"],
  ["session/prompted", { cwd: "/w", characters: 44, event: "UserPromptSubmit" }, "", "44 characters, in /w"],
  ["hook/received", { cwd: "/w", event: "SessionStart" }, "", "SessionStart in /w"],
  ["session/ended", { why: "its process is gone" }, "", "its process is gone"],
  ["policy/mode-set", { before: null, mode: "panic" }, "", "panic"],
  ["policy/mode-set", { before: "panic", mode: "attended" }, "", "attended after panic"],
  ["pass/made", { pass: "pass_1", terminal: "136:1" }, "", "a browser was let in from terminal 136:1"],
  ["anything/else", { path: "/etc/x", sha: "1" }, "", "/etc/x"],
  ["anything/else", { sha: 1 }, "", '{"sha":1}'],
  ["gate/judged", null, "", "(its payload was dropped; its hash stays)"],
];

test("what an entry records and what it is about, in words", () => {
  for (const [kind, payload, word, about] of cases)
    assert.deepEqual([entryVerdict({ kind, payload }), entryAbout({ kind, payload })], [word, about], kind);
});
