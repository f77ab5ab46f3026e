import assert from "node:assert/strict";
import { test } from "node:test";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { limits } from "../protocol/limits.ts";
import { createDecider, deciderNames, type Question } from "./index.ts";

const question: Question = { session: "s", turn: "t", tool: "Bash", input: { command: "ls" } };
const scriptOf = (...outcomes: readonly object[]) => outcomes.map((each) => JSON.stringify(each)).join("\n");

function scripted(clock: SteppedClock, ...outcomes: readonly object[]) {
  return createDecider("scripted", { test: true, script: scriptOf(...outcomes), clock });
}

test("outside of a home made for tests nobody releases", () => {
  const clock = new SteppedClock();
  for (const name of deciderNames) {
    const make = () => createDecider(name, { test: false, script: scriptOf({ outcome: "allow_once" }), clock });
    if (name === "allow-all" || name === "scripted") assert.throws(make, /made for tests/);
    else assert.notEqual(make().decide(question).say, "release");
  }
});

test("a turn's answer stands for the same call in that turn, a session's in every turn of it", () => {
  const clock = new SteppedClock();
  const answers = [
    { outcome: "allow_session", scope: "turn" },
    { outcome: "allow_session", scope: "session" },
  ];
  for (const scope of ["turn", "session"]) {
    const decider = scripted(clock, ...answers.filter((answer) => answer.scope === scope), { outcome: "cancelled" });
    const says = (about: Partial<Question>) => decider.decide({ ...question, ...about }).say;
    assert.equal(says({}), "release");
    assert.equal(says({}), "release");
    if (scope === "session") assert.equal(says({ turn: "another" }), "release");
    else assert.equal(says({ turn: "another" }), "nothing");
  }
});

test("what is remembered is exact, ends with its turn and after its time", () => {
  const clock = new SteppedClock();
  const turn = { outcome: "allow_session", scope: "turn" };
  const of = () => scripted(clock, turn, { outcome: "deny", message: "no" });
  for (const about of [{ session: "b" }, { tool: "Read" }, { input: { command: "ls -l" } }]) {
    const decider = of();
    decider.decide(question);
    assert.equal(decider.decide({ ...question, ...about }).say, "stricter");
  }
  const ended = of();
  ended.decide(question);
  ended.turnEnded?.("another");
  assert.equal(ended.decide(question).say, "release");
  ended.turnEnded?.("t");
  assert.equal(ended.decide(question).say, "stricter");
  const late = of();
  late.decide(question);
  clock.advance(limits.sessionGrantAgeMsMax);
  assert.equal(late.decide(question).say, "stricter");
});

test("a script that can't be read says which line", () => {
  const clock = new SteppedClock();
  const make = (script: string | undefined) => () => createDecider("scripted", { test: true, script, clock });
  assert.throws(make(undefined), /nexo\.script/);
  assert.throws(make('{"outcome":"allow_once"}\nnonsense'), /Line 2 of the decider's script is not JSON/);
  assert.throws(make('{"outcome":"allow"}'), /Line 1 of the decider's script is no outcome/);
  assert.throws(make("{}\n".repeat(10_001)), /at most 10000 lines/);
  const one = scripted(clock, { outcome: "unavailable", reason: "asleep" });
  assert.deepEqual(one.decide(question), { say: "nothing", because: "unavailable", reason: "asleep" });
  assert.throws(() => one.decide(question), /ended after 1 answers/);
});
