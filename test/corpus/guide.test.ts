import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { judgeCommand } from "../../src/gate/testing.ts";
import { type Verdict, verdicts } from "../../src/protocol/effects.ts";

/** docs/guides/what-gets-held.md says what the judge does: every command on the page is judged as the page says. */
const page = readFileSync(join(import.meta.dirname, "../../docs/guides/what-gets-held.md"), "utf8");

/** By heading, the text below it. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, end), part.slice(end)] as const;
    }),
);

/** Code spans; in a table a `|` is written `\|`. */
const spans = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => (code ?? "").replaceAll("\\|", "|"));

function below(heading: string): string {
  const text = sections.get(heading);
  assert.ok(text !== undefined, `no heading "${heading}"`);
  return text;
}

/** The rows of a section's table, without its head. */
const rows = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );

function judgedAs(commands: readonly string[], expected: Verdict): void {
  const wrong = commands.flatMap((command) => {
    const { verdict, rule } = judgeCommand(command);
    return verdict === expected ? [] : [`${command} is ${verdict} (${rule}), the page says ${expected}`];
  });
  assert.deepEqual(wrong, []);
}

describe("the page what-gets-held", () => {
  for (const [heading, expected, atLeast] of [
    ["Allowed unseen", "allow", 50],
    ["Held for you", "hold", 35],
  ] as const)
    it(`${heading}: every example is judged ${expected}`, () => {
      const commands = rows(below(heading)).flatMap(([, examples]) => spans(examples ?? ""));
      assert.ok(commands.length >= atLeast, `${commands.length} examples`);
      judgedAs(commands, expected);
    });

  it("Denied in every mode: every example is denied, and catastrophic", () => {
    const commands = spans(below("Denied in every mode"));
    assert.ok(commands.length >= 8);
    judgedAs(commands, "deny");
    for (const command of commands) assert.ok(judgeCommand(command).catastrophic, command);
  });

  it("The contested ones: each row's verdict", () => {
    const table = rows(below("The contested ones"));
    assert.ok(table.length >= 30);
    for (const verdict of verdicts)
      judgedAs(
        table.filter(([, said]) => said === verdict).flatMap(([command]) => spans(command ?? "")),
        verdict,
      );
    assert.deepEqual(
      table.filter(([, said]) => !verdicts.some((verdict) => verdict === said)),
      [],
    );
  });
});
