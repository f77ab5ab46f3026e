import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeCommand } from "./testing.ts";
import { threadMs } from "../../test/support/cpu.ts";

/** Texts made to cost time, or to be read otherwise than they run. Each is answered within its time, and not by an allow. */
const msMax = 50;

const costly: Readonly<Record<string, string>> = {
  "64 KiB of words": `echo ${"a ".repeat(32_000)}`.slice(0, 65_000),
  "more than 64 KiB": "a".repeat(70_000),
  "5,000 nested $(": "$(".repeat(5_000),
  "5,000 nested $( that close": `${"$(".repeat(5_000)}ls${")".repeat(5_000)}`,
  "100,000 ;": ";".repeat(100_000),
  "30,000 commands": "a;".repeat(30_000),
  "10,000 coproc": "coproc ".repeat(9_000),
  "20,000 pipes": `a${"|a".repeat(20_000)}`,
  "48 unclosed (": "(".repeat(48),
  "9,000 backticks": "`a`".repeat(9_000),
  "braces within braces": `echo ${"{a,".repeat(2_000)}b${"}".repeat(2_000)}`,
  "many braces": `echo ${"{a,b}".repeat(10_000)}`,
  "20,000 redirects": `a ${">b ".repeat(16_000)}`,
  "heredocs by the thousand": "cat <<E\n".repeat(8_000),
  "nested loops": `${"for a in 1 2 3 4 5 6 7 8 9; do ".repeat(30)}ls${"; done".repeat(30)}`,
  "functions that call each other": `${Array.from({ length: 400 }, (_, i) => `f${i}() { f${i + 1}; f${i + 1}; }`).join("\n")}\nf0`,
  "64 KiB of python": `python3 -c '${"open(x).read(); ".repeat(3_900)}'`,
  "64 KiB of sql": `psql -c '${"DROP TABLE a; ".repeat(4_500)}'`,
  "64 KiB of awk": `awk '${'{print "a" | "b"} '.repeat(3_500)}'`,
  "64 KiB of sed": `sed '${"s/a/b/e;".repeat(7_500)}'`,
  "sh -c in sh -c": Array.from({ length: 12 })
    .reduce<string>((text) => `sh -c ${JSON.stringify(text)}`, "rm -rf /")
    .slice(0, 60_000),
};

describe("hostile texts", () => {
  for (const [name, command] of Object.entries(costly))
    it(`${name}: answered within ${msMax} ms`, () => {
      judgeCommand(command);
      const ms = threadMs(() => {
        const { rule, reason } = judgeCommand(command);
        assert.notEqual(rule, "gate-fault", reason);
      });
      assert.ok(ms < msMax * 3, `took ${ms.toFixed(1)} ms`);
    });

  for (const name of [
    "more than 64 KiB",
    "5,000 nested $(",
    "100,000 ;",
    "10,000 coproc",
    "48 unclosed (",
    "30,000 commands",
  ])
    it(`${name}: not sure, so held`, () => {
      assert.equal(judgeCommand(costly[name] ?? "").verdict, "hold");
    });

  for (const command of [
    "ls \u202e; rm x",
    "git\u200b status",
    "echo a\u0000b",
    "\u0435cho hi",
    "echo 'x",
    "if true; then",
    "ls \u2066x",
  ])
    it(`${JSON.stringify(command)} is held`, () => {
      assert.equal(judgeCommand(command).verdict, "hold");
    });
});
