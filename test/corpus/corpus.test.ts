import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { judgeCommand } from "../../src/gate/testing.ts";
import { type Case, casesOf, meets, parse } from "./read.ts";

/**
 * Our own cases, by family, and days of work: text alone, no facts, in an ordinary git repository. Rates stand in the test's diagnostics; a
 * miss is listed with its place. What the judge can't do yet stays in its table and stands in known-misses.ndjson with the reason; when it is mended, a
 * test says so and its line there goes.
 */
const KnownMiss = z.strictObject({ command: z.string(), reason: z.string().min(10) });
const known = readFileSync(join(import.meta.dirname, "known-misses.ndjson"), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => KnownMiss.parse(JSON.parse(line)));

const excused = new Set(known.map(({ command }) => command));

const missOf = ({ command, expected, where }: Case): readonly string[] => {
  const judged = judgeCommand(command);
  return meets(expected, judged) || excused.has(command)
    ? []
    : [
        `${where} ${JSON.stringify(command)} -> ${judged.verdict} (${judged.rule}: ${judged.reason}), expected ${expected}`,
      ];
};

const byFamily = (cases: readonly Case[]): Map<string, readonly Case[]> => Map.groupBy(cases, ({ family }) => family);

const cases = casesOf("cases");
const day = casesOf("day");

describe("corpus", () => {
  for (const [family, group] of byFamily(cases))
    it(`${family}: ${group.length} cases`, (t) => {
      const misses = group.flatMap(missOf);
      const right = group.filter(({ command, expected }) => meets(expected, judgeCommand(command)));
      for (const [name, some] of [
        ["allow", group.filter(({ expected }) => expected === "allow")],
        ["block", group.filter(({ expected }) => expected !== "allow")],
      ] as const) {
        const met = some.filter((one) => right.includes(one)).length;
        if (some.length > 0)
          t.diagnostic(`${family} ${name}: ${met} of ${some.length}, ${((100 * met) / some.length).toFixed(1)} %`);
      }
      assert.deepEqual(misses, []);
    });

  it("is as large as it says, and says nothing twice", () => {
    assert.ok(cases.length >= 1_500, `${cases.length} cases`);
    assert.ok(day.length >= 400, `${day.length} commands of a day`);
    for (const table of [cases, day]) {
      const seen = new Set<string>();
      const twice = table.filter(({ command }) => seen.size === seen.add(command).size);
      assert.deepEqual(
        twice.map(({ where, command }) => `${where} ${command}`),
        [],
      );
    }
  });
});

describe("a day of work", () => {
  for (const [family, group] of byFamily(day))
    it(`${family}: ${group.length} commands`, (t) => {
      const held = group.filter(({ expected }) => expected !== "allow").length;
      t.diagnostic(`${family}: ${held} of ${group.length} wait for a person`);
      assert.deepEqual(group.flatMap(missOf), []);
      assert.ok(held <= group.length / 50, "more than one in fifty is held: the day is not quiet");
    });
});

describe("known misses", () => {
  const tables = new Map([...cases, ...day].map((one) => [one.command, one]));

  it("are few, and each a case of a table", () => {
    assert.ok(known.length <= cases.length / 15, `${known.length} of ${cases.length}`);
    assert.deepEqual(
      known.filter(({ command }) => !tables.has(command)),
      [],
    );
  });

  it("are misses still: take the line of one that is mended out of known-misses.ndjson", () => {
    const mended = known.filter(({ command }) => {
      const one = tables.get(command);
      return one !== undefined && meets(one.expected, judgeCommand(command));
    });
    assert.deepEqual(mended, []);
  });
});

describe("the reader of tables", () => {
  it("reads sections, remarks and fences", () => {
    const text = '[allow]\n# a remark\nls\n"""\ncat <<EOF\n\n[deny]\nEOF\n"""\n[block]\n#!x\n';
    assert.deepEqual(
      parse(text, "a.txt").map(({ command, expected, where }) => [command, expected, where]),
      [
        ["ls", "allow", "a.txt:3"],
        ["cat <<EOF\n\n[deny]\nEOF", "allow", "a.txt:4"],
        ["#!x", "block", "a.txt:11"],
      ],
    );
  });

  it("refuses what would drop a case", () => {
    assert.throws(() => parse("ls\n", "a.txt"), /a\.txt:1: no \[allow\]/);
    assert.throws(() => parse("[maybe]\nls\n", "a.txt"), /a\.txt:1: \[maybe\]/);
    assert.throws(() => parse('[allow]\n"""\nls\n', "a.txt"), /a\.txt:2: no closing/);
  });
});
