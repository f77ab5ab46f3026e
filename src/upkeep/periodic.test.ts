import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../kit/log.ts";
import { Scope } from "../kit/scope.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { startUpkeep } from "./periodic.ts";

/** Lets what was woken run to its next pause. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("each task runs at its own period, and a step of the wall clock changes nothing", async () => {
  const clock = new SteppedClock();
  await using scope = new Scope(() => assert.fail("no task may fail"));
  const runs: string[] = [];
  const task = (name: string, periodMs: number) => ({ name, periodMs, run: () => void runs.push(name) });
  startUpkeep({ scope, clock, log: silentLog, tasks: [task("fast", 10), task("slow", 25)] });
  for (let step = 0; step < 5; step += 1) {
    clock.stepWall(step % 2 === 0 ? -1_000_000 : 1_000_000);
    clock.advance(10);
    await settle();
  }
  assert.equal(runs.filter((name) => name === "fast").length, 5);
  assert.equal(runs.filter((name) => name === "slow").length, 1);
});

test("a task that fails is logged, goes on, says when it works again, and stops nobody else", async () => {
  const clock = new SteppedClock();
  await using scope = new Scope(() => assert.fail("the failure stays in its task"));
  const logged: string[] = [];
  const log = {
    ...silentLog,
    error: (fields: object, sentence: string) => void logged.push(`${(fields as { task: string }).task}: ${sentence}`),
    info: (fields: object, sentence: string) => void logged.push(`${(fields as { task: string }).task}: ${sentence}`),
  };
  let runs = 0;
  let others = 0;
  const failing = () => {
    runs += 1;
    if (runs < 3) throw new Error("disk");
  };
  startUpkeep({
    scope,
    clock,
    log,
    tasks: [
      { name: "sweep", periodMs: 10, run: failing },
      { name: "other", periodMs: 10, run: () => void (others += 1) },
    ],
  });
  for (let step = 0; step < 4; step += 1) {
    clock.advance(10);
    await settle();
  }
  assert.equal(runs, 4);
  assert.equal(others, 4);
  assert.deepEqual(logged, ["sweep: a periodic task failed", "sweep: the periodic task works again"]);
});

test("closing the scope tells a running task to stop and waits for it", async () => {
  const clock = new SteppedClock();
  let ended = false;
  {
    await using scope = new Scope(() => assert.fail("stopping is no failure"));
    const run = (signal: AbortSignal) =>
      new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => {
          ended = true;
          resolve();
        }),
      );
    startUpkeep({ scope, clock, log: silentLog, tasks: [{ name: "long", periodMs: 10, run }] });
    clock.advance(10);
    await settle();
    assert.equal(ended, false);
  }
  assert.equal(ended, true);
});
