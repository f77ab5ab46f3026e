import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fact, factKey } from "./call.ts";
import { judgeCommand, ordinaryRoot } from "./testing.ts";

const path = `${ordinaryRoot}/src/old.ts`;
const known = (...facts: readonly Fact[]): ReadonlyMap<string, Fact> =>
  new Map(facts.map((fact) => [factKey({ ask: fact.ask, path }), fact]));
const there: Fact = { ask: "path", real: path, type: "file" };
const notMade: Fact = { ask: "made", made: false };

test("one file by its name goes by text alone, and facts decide as soon as there are any", () => {
  const command = "rm src/old.ts";
  const alone = judgeCommand(command);
  assert.equal(alone.verdict, "allow");
  assert.deepEqual(
    alone.wanted.map(factKey).sort(),
    [`git:${path}`, `made:${path}`, `path:${path}`],
    "the daemon looks before it believes the text",
  );
  for (const state of ["dirty", "untracked", "ignored", "outside"] as const)
    assert.equal(judgeCommand(command, known(there, { ask: "git", state }, notMade)).verdict, "hold", state);
  assert.equal(judgeCommand(command, known(there)).verdict, "hold", "a fact is there, the others are not yet");
  const unknown = (ask: Fact["ask"]): Fact => ({ ask, unknown: "it was not found out in time" });
  assert.equal(judgeCommand(command, known(unknown("path"), unknown("git"), unknown("made"))).verdict, "hold");
  assert.equal(judgeCommand(command, known(there, { ask: "git", state: "clean" }, notMade)).verdict, "allow");
  assert.equal(
    judgeCommand(command, known(there, { ask: "git", state: "untracked" }, { ask: "made", made: true })).verdict,
    "allow",
  );
});

test("neither patterns nor folders, data nor secrets are taken at their word", () => {
  for (const command of [
    "rm src/*.ts",
    "rm -r src",
    "rm -rf src/old.ts",
    "rm .env",
    "rm dev.db",
    "rm .git/HEAD",
    "rm ../x",
  ])
    assert.equal(judgeCommand(command).verdict, "hold", command);
});
