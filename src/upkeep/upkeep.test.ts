import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../kit/canonical.ts";
import { silentLog } from "../kit/log.ts";
import { Scope } from "../kit/scope.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import type { UpkeepState } from "../protocol/operations/upkeep.ts";
import type { Refusal } from "../protocol/refusals.ts";
import { openStore, type Store } from "../store/index.ts";
import { createUpkeep, type RestTask, type Upkeep, upkeepMigrations } from "./index.ts";

const minute = 60_000;
const hour = 60 * minute;

/** A scheduler over a real store; time passes only when the test says so. */
class Bench implements AsyncDisposable {
  readonly clock = new SteppedClock();
  readonly store: Store;
  readonly entries: { kind: string; payload: Readonly<Record<string, Json>> }[] = [];
  readonly errors: object[] = [];
  upkeep: Upkeep;
  #scope: Scope;
  #activeMs = this.clock.monotonicMs();
  readonly #tasks: readonly RestTask[];

  constructor(tasks: readonly RestTask[], store = openStore({ path: ":memory:", migrations: upkeepMigrations })) {
    this.store = store;
    this.#tasks = tasks;
    [this.#scope, this.upkeep] = this.#start();
  }

  #start(): [Scope, Upkeep] {
    const scope = new Scope((name, error) => this.errors.push({ name, error }));
    const upkeep = createUpkeep({
      store: this.store,
      scope,
      clock: this.clock,
      log: { ...silentLog, error: (fields) => void this.errors.push(fields) },
      write: (entry) => this.entries.push(entry),
      tasks: this.#tasks,
      lastActiveMs: () => this.#activeMs,
    });
    return [scope, upkeep];
  }

  /** As a daemon that is stopped (or killed: what it would have said at the end is on disk anyway) and started again. */
  async restart(): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
    [this.#scope, this.upkeep] = this.#start();
    await this.turns();
  }

  work(): void {
    this.clock.advance(1);
    this.#activeMs = this.clock.monotonicMs();
  }

  /** Lets time pass tick by tick, with a turn after each. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5_000) {
      this.clock.advance(Math.min(5_000, ms - passed));
      await this.turns();
    }
  }

  /** Until the scheduler waits for time again. */
  async turns(): Promise<void> {
    for (let still = 0; still < 8; still += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async until(state: UpkeepState): Promise<void> {
    for (let ticks = 0; this.upkeep.state !== state; ticks += 1) {
      assert.ok(ticks < 2_000, `never ${state}, but ${this.upkeep.state}`);
      await this.pass(5_000);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
    await this.store.close();
  }
}

/** A task that counts its runs; with `hold`, each run lasts until it is let go or told to stop. */
function counting(name: string, { hold = false, everyMs = 20 * hour } = {}) {
  const counted = {
    runs: 0,
    stopped: 0,
    finish: () => {},
    task: {
      name,
      everyMs,
      run: async (signal: AbortSignal) => {
        counted.runs += 1;
        if (hold)
          await new Promise<void>((resolve, reject) => {
            counted.finish = resolve;
            signal.addEventListener("abort", () => {
              counted.stopped += 1;
              reject(signal.reason as Error);
            });
          });
        return { run: counted.runs };
      },
    },
  };
  return counted;
}

const outcome = (upkeep: Upkeep, name: string) => upkeep.status().tasks.find((task) => task.name === name);
const command = (upkeep: Upkeep, id: string) => upkeep.status().commands.find((each) => each.id === id);
const by = { reason: "", by: "test" };

test("asked to sleep while that is being written down, it says that it sleeps already", async () => {
  const store = openStore({ path: ":memory:", migrations: upkeepMigrations });
  await using bench = new Bench([], store);
  await bench.turns();
  const [written, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const durably = store.durably.bind(store);
  let works = 0;
  Object.assign(store, {
    durably: async (work: () => unknown) => {
      const turn = (works += 1) === 2; // the first is the question's
      const result = await durably(work);
      if (!turn) return result;
      written.resolve();
      await letGo.promise;
      return result;
    },
  });
  const by = { reason: "bedtime", by: "person" };
  await bench.upkeep.ask("sleep", by);
  await written.promise;
  assert.equal(bench.upkeep.state, "WAKE");
  const again = await bench.upkeep.ask("sleep", by).catch((error: unknown) => error);
  letGo.resolve();
  assert.equal((again as Refusal).code, "CONFLICT");
  await bench.until("HIBERNATION");
});

test("in a quiet hour it falls asleep, does what is due once, and rests until work or the next day wakes it", async () => {
  const [one, two] = [counting("one"), counting("two")];
  await using bench = new Bench([one.task, two.task]);
  const seen: UpkeepState[] = [];
  for (let ticks = 0; ticks < 31 * 12; ticks += 1) {
    if (seen.at(-1) !== bench.upkeep.state) seen.push(bench.upkeep.state);
    await bench.pass(5_000);
  }
  assert.deepEqual([seen[0], seen[1], bench.upkeep.state], ["WAKE", "DROWSY", "HIBERNATION"]);
  assert.deepEqual([one.runs, two.runs], [1, 1]);
  assert.deepEqual(outcome(bench.upkeep, "one")?.result, { run: 1 });
  bench.work();
  await bench.pass(5_000);
  assert.equal(bench.upkeep.state, "WAKE");
  await bench.pass(22 * hour);
  assert.deepEqual([one.runs, two.runs], [2, 2]);
  assert.deepEqual(bench.errors, []);
});

test("whoever works interrupts a round, and the next one goes on where it was", async () => {
  const [one, two] = [counting("one"), counting("two", { hold: true })];
  await using bench = new Bench([one.task, two.task]);
  await bench.until("DREAMING");
  assert.deepEqual([one.runs, two.runs], [1, 1]);
  assert.equal(outcome(bench.upkeep, "two")?.running, true);
  bench.work();
  await bench.pass(5_000);
  assert.deepEqual(
    [bench.upkeep.state, two.stopped, outcome(bench.upkeep, "two")?.outcome],
    ["WAKE", 1, "interrupted"],
  );
  assert.equal(outcome(bench.upkeep, "two")?.failures, 0);
  await bench.restart();
  await bench.until("DREAMING");
  assert.deepEqual([one.runs, two.runs], [1, 2], "what was done is not done again");
  two.finish();
  await bench.until("HIBERNATION");
  assert.equal(outcome(bench.upkeep, "two")?.outcome, "done");
});

test("a round that is asked for runs at once though somebody works, all of it, and can be looked up by its id", async () => {
  const [one, two] = [counting("one"), counting("two", { hold: true })];
  await using bench = new Bench([one.task, two.task]);
  const asked = await bench.upkeep.ask("dream", { reason: "now please", by: "iai" });
  assert.equal(asked.state, "queued");
  await bench.turns();
  assert.deepEqual([bench.upkeep.state, command(bench.upkeep, asked.id)?.state], ["DREAMING", "running"]);
  bench.work();
  await bench.pass(5_000);
  assert.equal(two.stopped, 0);
  two.finish();
  await bench.turns();
  assert.deepEqual(
    [command(bench.upkeep, asked.id)?.state, command(bench.upkeep, asked.id)?.note],
    ["done", "one done, two done"],
  );
  assert.equal(bench.upkeep.state, "WAKE");
  const again = await bench.upkeep.ask("dream", by);
  await bench.turns();
  two.finish();
  await bench.turns();
  assert.equal(one.runs, 2, "what is asked for runs though it is not due");
  assert.equal(command(bench.upkeep, again.id)?.state, "done");
  assert.deepEqual(
    bench.entries.map(({ kind }) => kind),
    ["upkeep/asked", "upkeep/rounded", "upkeep/asked", "upkeep/rounded"],
  );
});

test("asked to sleep it goes through its states; asked twice it says so; asked to wake it wakes, even from a round", async () => {
  const one = counting("one", { hold: true });
  await using bench = new Bench([one.task]);
  const sleep = await bench.upkeep.ask("sleep", { reason: "bedtime", by: "iai" });
  await bench.turns();
  assert.equal(command(bench.upkeep, sleep.id)?.note, "the state is TRANSITIONING");
  assert.equal(bench.upkeep.state, "DREAMING");
  await assert.rejects(bench.upkeep.ask("sleep", by), (error: Refusal) => error.code === "CONFLICT");
  await bench.upkeep.ask("wake", by);
  await bench.turns();
  assert.deepEqual([bench.upkeep.state, one.stopped], ["WAKE", 1]);
  const asked = await bench.upkeep.ask("dream", by);
  await bench.turns();
  await bench.upkeep.ask("wake", by);
  await bench.turns();
  assert.deepEqual([bench.upkeep.state, one.stopped], ["WAKE", 2]);
  assert.equal(command(bench.upkeep, asked.id)?.note, "interrupted: woken");
});

test("a session that opens wakes it from an idle round, not from one that was asked for", async () => {
  const one = counting("one", { hold: true });
  await using bench = new Bench([one.task]);
  await bench.until("DREAMING");
  await bench.upkeep.ask("session", by);
  await bench.turns();
  assert.deepEqual([bench.upkeep.state, one.stopped], ["WAKE", 1]);
  await bench.upkeep.ask("dream", by);
  await bench.turns();
  await bench.upkeep.ask("session", by);
  await bench.turns();
  assert.deepEqual([bench.upkeep.state, one.stopped], ["DREAMING", 1]);
  one.finish();
  await bench.turns();
});

test("a pause ends by itself, exactly, whatever the wall clock does; what was asked meanwhile then runs", async () => {
  const one = counting("one");
  await using bench = new Bench([one.task]);
  const { until } = await bench.upkeep.pause({ seconds: 90, by: "test" });
  assert.equal(until, "2026-01-01T00:01:30.000Z");
  const asked = await bench.upkeep.ask("dream", by);
  bench.clock.stepWall(-10 * hour);
  await bench.pass(89_000);
  assert.deepEqual([bench.upkeep.paused, one.runs, command(bench.upkeep, asked.id)?.state], [true, 0, "queued"]);
  await bench.pass(1_000);
  assert.deepEqual([bench.upkeep.paused, one.runs, command(bench.upkeep, asked.id)?.state], [false, 1, "done"]);
  assert.deepEqual(
    bench.entries.map(({ kind, payload }) => [kind, payload["by"]]),
    [
      ["upkeep/paused", "test"],
      ["upkeep/asked", "test"],
      ["upkeep/resumed", "deadline"],
      ["upkeep/rounded", undefined],
    ],
  );
});

test("a pause survives a restart with what is left of it, and one without a length ends after a week", async () => {
  await using bench = new Bench([]);
  await bench.upkeep.pause({ seconds: 60, by: "test" });
  await bench.pass(20_000);
  await bench.restart();
  assert.equal(bench.upkeep.status().pausedUntil, "2026-01-01T00:01:00.000Z");
  await bench.pass(39_000);
  assert.equal(bench.upkeep.paused, true);
  await bench.pass(1_000);
  assert.equal(bench.upkeep.paused, false);
  await bench.upkeep.pause({ by: "test" });
  await bench.pass(5_000);
  await bench.upkeep.resume({ by: "test" });
  assert.equal(bench.upkeep.paused, false);
  await bench.restart();
  assert.equal(bench.upkeep.paused, false);
  const { until } = await bench.upkeep.pause({ by: "test" });
  assert.equal(Date.parse(until) - bench.clock.nowMs(), 7 * 24 * hour);
  const { note } = await bench.upkeep.resume({ by: "test" });
  assert.equal(note, "the pause is over");
  assert.equal((await bench.upkeep.resume({ by: "test" })).note, "it was not paused");
});

test("a pause stops a round", async () => {
  const one = counting("one", { hold: true });
  await using bench = new Bench([one.task]);
  const asked = await bench.upkeep.ask("dream", by);
  await bench.turns();
  await bench.upkeep.pause({ seconds: 10, by: "test" });
  await bench.turns();
  assert.deepEqual([one.stopped, command(bench.upkeep, asked.id)?.note], [1, "interrupted: paused"]);
  await bench.pass(hour);
  assert.equal(one.runs, 2, "what is left is done in the next quiet hour");
  one.finish();
  await bench.turns();
});

test("a task that fails is tried again later, rests for a day after three times, and stops no other", async () => {
  const failing = counting("failing");
  const run = failing.task.run;
  failing.task.run = async (signal) => {
    await run(signal);
    throw new Error("no such table");
  };
  const other = counting("other");
  await using bench = new Bench([failing.task, other.task]);
  await bench.pass(2 * hour);
  assert.deepEqual([failing.runs, other.runs], [3, 1]);
  const seen = outcome(bench.upkeep, "failing");
  assert.deepEqual(
    [seen?.outcome, seen?.failures, seen?.result, seen?.due],
    ["failed", 3, { error: "no such table" }, false],
  );
  assert.ok(seen?.restsUntil !== null);
  assert.equal(bench.errors.length, 3);
  await bench.pass(10 * hour);
  assert.equal(failing.runs, 3);
  await bench.pass(14 * hour);
  assert.equal(failing.runs, 4);
});

test("what was due for a day runs though nobody ever rests", async () => {
  const one = counting("one");
  await using bench = new Bench([one.task]);
  await bench.upkeep.ask("dream", by);
  await bench.turns();
  for (let hours = 0; hours < 50; hours += 1) {
    for (let minutes = 0; minutes < 60; minutes += 4) {
      bench.work();
      bench.clock.advance(4 * minute);
      await bench.turns();
    }
  }
  assert.equal(one.runs, 2);
});

test("what was queued or ran when the daemon was killed is taken up by the next one", async () => {
  const one = counting("one", { hold: true });
  await using bench = new Bench([one.task]);
  const asked = await bench.upkeep.ask("dream", by);
  await bench.turns();
  bench.store.db.exec("UPDATE upkeep_commands SET state = 'running', ended_ms = NULL"); // as it stands on disk at that moment
  await bench.restart();
  bench.store.db.exec("UPDATE upkeep_commands SET state = 'running', ended_ms = NULL");
  bench.clock.advance(5_000);
  await bench.turns();
  assert.equal(bench.upkeep.state, "DREAMING");
  one.finish();
  await bench.turns();
  assert.equal(command(bench.upkeep, asked.id)?.state, "done");
});

test("commands are bounded: too many that wait are refused, old ones are forgotten", async () => {
  await using bench = new Bench([]);
  await bench.upkeep.pause({ by: "test" });
  for (let count = 0; count < 64; count += 1) await bench.upkeep.ask("dream", by);
  await assert.rejects(bench.upkeep.ask("dream", by), (error: Refusal) => error.code === "BUSY");
  await bench.upkeep.resume({ by: "test" }).catch(() => {});
  await bench.restart();
  bench.store.db.exec("UPDATE upkeep_commands SET state = 'done'");
  for (let count = 0; count < 120; count += 1) {
    await bench.upkeep.ask("wake", by);
    await bench.turns();
  }
  assert.equal(bench.upkeep.status().commands.length, 100);
});
