import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeGlob, escapeWords, glob, matchesWords, wordsGlob } from "./glob.ts";
import { threadMs } from "../../../test/support/cpu.ts";

const yes: [string, string][] = [
  ["/srv/*", "/srv/a"],
  ["/srv/**", "/srv/a/b"],
  ["**/x", "x"],
  ["**/x", "a/b/x"],
  ["a/**/b", "a/b"],
  ["a/**/b", "a/c/d/b"],
  ["*.example.com", "api.example.com"],
  ["[a-c]?[!0-9]", "bxx"],
  ["\\*[]]", "*]"],
  ["a**b", "a/x/b"],
  ["", ""],
];
const no: [string, string][] = [
  ["/srv/*", "/srv/a/b"],
  ["/srv/**", "/srv"],
  ["**/x", "ax"],
  ["a/**/b", "a/cb"],
  ["*.example.com", "evil.com/.example.com"],
  ["a?b", "a/b"],
  ["[!x]", "/"],
  ["\\*", "a"],
];

test("patterns match what they say and nothing else", () => {
  for (const [pattern, text] of yes) assert.ok(glob(pattern).matches(text), `${pattern} should match ${text}`);
  for (const [pattern, text] of no) assert.ok(!glob(pattern).matches(text), `${pattern} should not match ${text}`);
});

test("a class or an escape that does not end, and a pattern without end, are refused", () => {
  for (const pattern of ["[", "[]", "a[b", "a\\", "x".repeat(1_025)]) assert.throws(() => glob(pattern), SyntaxError);
});

/** Plain recursion, exponential and obviously right. */
function reference(pattern: string, text: string, atSegment = true): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("**/") && atSegment) {
    const rest = pattern.slice(3);
    if (reference(rest, text, true)) return true;
    return text.split("").some((char, i) => char === "/" && reference(rest, text.slice(i + 1), true));
  }
  if (pattern.startsWith("**")) {
    const rest = pattern.slice(2);
    for (let i = 0; i <= text.length; i++) if (reference(rest, text.slice(i), false)) return true;
    return false;
  }
  if (pattern.startsWith("*")) {
    for (let i = 0; i <= text.length; i++) {
      if (reference(pattern.slice(1), text.slice(i), false)) return true;
      if (text[i] === "/") return false;
    }
    return false;
  }
  if (text === "") return false;
  if (pattern.startsWith("?")) return text[0] !== "/" && reference(pattern.slice(1), text.slice(1), false);
  return pattern[0] === text[0] && reference(pattern.slice(1), text.slice(1), pattern[0] === "/");
}

test("the matcher agrees with a naive one", () => {
  // Never three stars in a row: there the naive one reads `**` and `*`, ours one `**`.
  const pattern = fc
    .array(fc.constantFrom("a", "b", "/", "*", "?", "**", "**/"), { maxLength: 9 })
    .map((parts) => parts.join(""))
    .filter((text) => !text.includes("***"));
  const text = fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 9 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      assert.equal(glob(p).matches(t), reference(p, t));
    }),
    { numRuns: 4_000 },
  );
});

test("an escaped text matches itself only", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (text, other) => {
      const pattern = glob(escapeGlob(text));
      assert.ok(pattern.literal && pattern.matches(text));
      assert.equal(pattern.matches(other), text === other);
    }),
  );
});

test("escaped words match themselves only", () => {
  const words = fc.array(fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom("", '""', "*", "**", "a b", "\\")), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(words, words, (some, other) => {
      const pattern = wordsGlob(escapeWords(some));
      assert.ok(matchesWords(pattern, some, false));
      assert.equal(matchesWords(pattern, other, false), JSON.stringify(some) === JSON.stringify(other));
    }),
  );
});

test("in a command, * is a word and ** any number of them", () => {
  const push = wordsGlob("git push ** origin *");
  assert.ok(matchesWords(push, ["git", "push", "origin", "main"], false));
  assert.ok(matchesWords(push, ["git", "push", "-f", "-q", "origin", "a/b"], false));
  assert.ok(!matchesWords(push, ["git", "push", "origin"], false));
});

test("what can't be known is matched by a rule that tightens only, and so is ..", () => {
  const rm = wordsGlob("rm /tmp/x/*");
  assert.ok(matchesWords(rm, ["rm", undefined], true));
  assert.ok(!matchesWords(rm, ["rm", undefined], false));
  assert.ok(matchesWords(rm, ["rm", "/tmp/x/.."], true));
  assert.ok(!matchesWords(rm, ["rm", "/tmp/x/.."], false));
});

test("hostile patterns and texts take time in proportion", () => {
  const text = "a".repeat(60_000);
  for (const pattern of [
    "*a".repeat(60),
    "**a".repeat(40),
    "**/a*".repeat(20),
    `${"?*".repeat(50)}b`,
    "[!b]*".repeat(30),
  ]) {
    const compiled = glob(`${pattern}c`);
    const ms = threadMs(() => {
      assert.ok(!compiled.matches(text));
      assert.ok(!compiled.matches("a/".repeat(30_000)));
    });
    assert.ok(ms < 2_000, `${pattern}: ${ms} ms`);
  }
});
