import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { judgeCommand } from "../../src/gate/testing.ts";
import { limits } from "../../src/protocol/limits.ts";
import { casesOf } from "../corpus/read.ts";

/**
 * Judging is bounded for any text up to `shellBytesMax`. No clock here: a text that costs too much ends in a not-sure hold of the budget, never in a
 * fault or an allow, and what fits the budget is read to its end.
 */
const budget =
  /more than can be read within|nested more than|here-documents|repeats one word more than|too long to be read|too many|too deep|parser fault/;

const pieces = fc.constantFrom(
  "a ",
  ";",
  "a;",
  "|a",
  "&&a",
  "$(",
  ")",
  "`",
  "`a`",
  "${x",
  "}",
  "{",
  "{a,b}",
  "((",
  "))",
  "[[ a ]];",
  "<<E\n",
  "<(",
  ">b ",
  "x=1 ",
  "$x",
  "'a'",
  '"$(a)"',
  "if a;then ",
  "fi;",
  "for a in b;do ",
  "done;",
  "case a in a)",
  ";;esac;",
  "f(){ ",
  "coproc ",
  "! ",
  "time ",
  "\\\n",
  "#",
  "eval ",
  "sh -c 'a' ",
  "sudo ",
  "xargs ",
  "rm -rf ~;",
  "cat .env;",
  "é",
  "\n",
);

/** Few pieces, many times: what makes parsers slow. */
const repeated = fc
  .tuple(fc.array(pieces, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: limits.shellBytesMax }))
  .map(([some, bytes]) => {
    const unit = some.join("");
    return unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes);
  });

describe("judging is bounded", () => {
  it("never fails on any text up to the limit, and names the budget where it ends there", (t) => {
    let hits = 0;
    let all = 0;
    fc.assert(
      fc.property(repeated, (text) => {
        const judged = judgeCommand(text);
        all++;
        assert.notEqual(judged.rule, "gate-fault", judged.reason);
        assert.ok(judged.effects.length <= limits.effectsMax);
        assert.ok(judged.reason.length <= limits.reasonCharsMax);
        if (judged.effects.some(({ what }) => budget.test(what))) {
          hits++;
          assert.notEqual(judged.verdict, "allow");
        }
      }),
      { numRuns: 80 },
    );
    t.diagnostic(`${hits} of ${all} ended at a budget`);
  });

  it("one byte over the limit is held, whatever it says", () => {
    const text = "ls ".repeat(limits.shellBytesMax).slice(0, limits.shellBytesMax + 1);
    const judged = judgeCommand(text);
    assert.deepEqual([judged.verdict, judged.rule], ["hold", "opaque"]);
    assert.match(judged.reason, /too long to be read/);
  });

  it("what stands at the end of a long text is still read, or the text is held", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("ls\n", "a=1;", "echo x | cat;", "# note\n", "true && "),
        fc.integer({ min: 1, max: 8_000 }),
        (unit, times) => {
          const text = unit.repeat(Math.min(times, Math.floor(60_000 / unit.length)));
          assert.notEqual(judgeCommand(`${text}rm -rf /`).verdict, "allow");
        },
      ),
      { numRuns: 60 },
    );
  });

  it("no command of the corpus comes near a budget", () => {
    const hit = [...casesOf("cases"), ...casesOf("day")].filter(({ command }) =>
      judgeCommand(command).effects.some(({ what }) => budget.test(what)),
    );
    assert.deepEqual(
      hit.map(({ where }) => where),
      [],
    );
  });
});
