import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchOf, partsOf, termsOf } from "./words.ts";
import { openBench } from "./memory.fixture.ts";

/** What the index's own query language would read as more than words (sqlite.org/fts5.html section 3). */
const hostile = [
  '"',
  '""',
  '"""',
  '"unclosed phrase',
  "deploy AND",
  "OR OR OR",
  "NOT deploy",
  "NEAR(deploy staging, 5)",
  "NEAR(",
  "text : deploy",
  "{text subject} : deploy",
  "- text : deploy",
  "scope : p0",
  "^deploy",
  "deploy*",
  "deploy + staging",
  "(((((((((((((",
  "))))",
  "'; DROP TABLE memory_notes; --",
  "\u0000deploy\u0000",
  "\ud800deploy",
  "rank MATCH 'x'",
  "memory_words",
  "%_%",
  "\\",
  "🔥",
  "­​deploy",
  "a".repeat(5_000),
  `${'"x" '.repeat(400)}`,
  "e\u0301a\u0308 ก็ कि",
  "天",
];

test("no query is a syntax error, and none reaches another project", async () => {
  await using bench = openBench();
  await bench.put("deploy to staging");
  const secret = (await bench.put("deploy the other project to staging text scope", { project: "/q" })).note.id;
  for (const query of hostile) assert.ok(!bench.ids(query).includes(secret), query.slice(0, 40));
  assert.equal(bench.ids("NEAR(deploy staging, 5)").length, 1);
  assert.equal(bench.memory.counts().notes, 2);
});

test("any text can be asked for and any text is found by its own first word", async () => {
  await using bench = openBench();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ unit: "grapheme", maxLength: 80 }),
        fc.mixedCase(fc.lorem()),
      ),
      fc.uuid(),
      async (text, mark) => {
        bench.ids(text);
        const { note } = await bench.put(`${text} ${mark}`);
        assert.ok(bench.ids(`"${mark}"`).includes(note.id));
        const { words } = termsOf(text, 1);
        const [word] = words;
        if (word !== undefined && /^[a-zA-Z]{4,20}$/.test(word))
          assert.ok(bench.ids(`${word} ${mark.slice(0, 8)}`, { limit: 50 }).includes(note.id), word);
      },
    ),
    { numRuns: 300 },
  );
  bench.store.db.exec("INSERT INTO memory_words (memory_words) VALUES ('integrity-check')");
});

test("a query's terms are bounded, and common words count only where there is no other", () => {
  const { phrases, words } = termsOf(
    `${'"one two" '.repeat(50)}${Array.from({ length: 100 }, (_, n) => `w${n}`).join(" ")}`,
    32,
  );
  assert.equal(phrases.length + words.length, 32);
  assert.deepEqual(termsOf("how do I deploy it", 32).words, ["deploy"]);
  assert.deepEqual(termsOf("how do I", 32).words, ["how", "do", "I"]);
  assert.equal(matchOf(["p1"], [], []), undefined);
});

test("the words that are indexed besides a text are in proportion to it", () => {
  assert.ok(partsOf("天".repeat(8_192)).length <= 8_192 * 3);
  assert.ok(partsOf("aB".repeat(4_096)).length <= 4_096 * 4);
  assert.equal(partsOf("plain words only"), "");
});
