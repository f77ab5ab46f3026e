import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../kit/log.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { SessionView } from "../protocol/session-view.ts";
import { Hub, type Reader, type SessionsChanged, type Shown } from "./hub.ts";
import { keyOf, refOf } from "./keys.ts";

const key = (session: string) => keyOf({ agent: "a", session });

function rig(change: { behindMax?: number; watchersMax?: number; numbersMax?: number } = {}) {
  const clock = new SteppedClock();
  const states = new Map<string, SessionView["state"]>();
  let made = 0;
  const hub = new Hub({
    clock,
    log: silentLog,
    epoch: "e",
    watchersMax: 10,
    behindMax: 3,
    numbersMax: 100,
    keys: () => states.keys(),
    view: (of) => {
      made += 1;
      const state = states.get(of);
      return state === undefined ? undefined : ({ id: refOf(of).session, state } as SessionView);
    },
    refOf,
    ...change,
  });
  return {
    clock,
    hub,
    made: () => made,
    set: (session: string, state: SessionView["state"] | undefined) => {
      if (state === undefined) states.delete(key(session));
      else states.set(key(session), state);
      hub.changed(key(session));
    },
    /** Lets what lingers out, and the readers' answers in. */
    settle: async (ms = 10) => {
      clock.advance(ms);
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
    },
  };
}

class Slow implements Reader {
  readonly pushed: SessionsChanged[] = [];
  readonly stop = new AbortController();
  readonly signal = this.stop.signal;
  ended = false;
  unseen = false;
  takes = true;
  #takes: PromiseWithResolvers<void> | undefined;

  push(changed: SessionsChanged): boolean {
    this.pushed.push(changed);
    return this.takes;
  }

  caughtUp(): Promise<void> {
    this.#takes = Promise.withResolvers<void>();
    return this.#takes.promise;
  }

  end(): void {
    this.ended = true;
  }

  async took(): Promise<void> {
    this.#takes?.resolve();
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  }
}

const brief = ({ cursor, snapshot, sessions, removed }: SessionsChanged) =>
  `${cursor}${snapshot ? " all" : ""} ${sessions.map(({ id, state }) => `${id}=${state}`).join(",")}${removed.length === 0 ? "" : ` -${removed.map(({ session }) => session).join(",")}`}`;

test("all sessions first, then those that changed, changes of one breath together", async () => {
  const { hub, set, settle } = rig();
  set("one", "idle");
  const reader = new Slow();
  assert.equal(brief(hub.watch(reader, undefined, undefined)), "e:1 all one=idle");
  set("one", "working");
  set("two", "idle");
  set("one", "waiting");
  assert.equal(reader.pushed.length, 0);
  await settle();
  assert.deepEqual(reader.pushed.map(brief), ["e:4 one=waiting,two=idle"]);
  await reader.took();
  set("two", undefined);
  await settle();
  assert.equal(brief(reader.pushed[1] as SessionsChanged), "e:5  -two");
});

test("a reader that does not take costs one push and a set; it gets the newest of each, or all when too far behind", async () => {
  const { hub, set, settle } = rig();
  const [slow, quick] = [new Slow(), new Slow()];
  hub.watch(slow, undefined, undefined);
  hub.watch(quick, undefined, undefined);
  for (let round = 0; round < 50; round += 1) {
    for (const session of ["a", "b"]) set(session, round % 2 === 0 ? "working" : "idle");
    await settle();
    await quick.took();
  }
  assert.equal(slow.pushed.length, 1);
  assert.equal(quick.pushed.length, 50);
  await slow.took();
  assert.equal(brief(slow.pushed[1] as SessionsChanged), "e:100 a=idle,b=idle");
  for (const session of ["a", "b", "c", "d"]) set(session, "error");
  await settle();
  await slow.took();
  assert.equal(brief(slow.pushed[2] as SessionsChanged), "e:104 all a=error,b=error,c=error,d=error");
});

test("a cursor gets what changed since, or all where that is not known", async () => {
  const { hub, set } = rig({ numbersMax: 4, watchersMax: 99 });
  set("a", "idle");
  set("b", "idle");
  const resume = (after: string) => brief(hub.watch(new Slow(), undefined, after));
  assert.equal(resume("e:1"), "e:2 b=idle");
  assert.equal(resume("e:2"), "e:2 ");
  set("b", undefined);
  assert.equal(resume("e:1"), "e:3  -b");
  for (const strange of ["f:1", "e:9", "e:", "e:-1", "x", "e:1e3", "e:99999999999999999999"])
    assert.match(resume(strange), / all /, strange);
  for (const session of ["c", "d", "e", "f"]) set(session, "idle");
  assert.match(resume("e:1"), / all /, "more changed than it is worth telling, and the oldest changes are forgotten");
});

test("with a filter a session that stops to match is gone", async () => {
  const { hub, set, settle } = rig();
  const working: Shown = ({ state }) => state === "working";
  const reader = new Slow();
  set("a", "working");
  set("b", "idle");
  assert.equal(brief(hub.watch(reader, working, undefined)), "e:2 all a=working");
  set("a", "idle");
  set("b", "working");
  await settle();
  assert.equal(brief(reader.pushed[0] as SessionsChanged), "e:4 b=working -a");
  await reader.took();
  set("a", "error");
  await settle();
  assert.equal(reader.pushed.length, 1, "nothing of what it watches changed");
});

test("a view is made once for all readers", async () => {
  const { hub, set, settle, made } = rig();
  set("a", "idle");
  for (let index = 0; index < 8; index += 1) hub.watch(new Slow(), undefined, undefined);
  assert.equal(made(), 1);
  set("a", "working");
  await settle();
  assert.equal(made(), 2);
});

test("silence is said every 15 s, and only to those who take it", async () => {
  const { hub, settle } = rig();
  const [taking, stuck] = [new Slow(), new Slow()];
  hub.watch(taking, undefined, undefined);
  hub.watch(stuck, undefined, undefined);
  for (let beat = 0; beat < 3; beat += 1) {
    await settle(15_000);
    await taking.took();
  }
  assert.deepEqual([taking.pushed.length, stuck.pushed.length], [3, 1]);
  assert.equal(brief(taking.pushed[0] as SessionsChanged), "e:0 ");
});

test("a reader that is gone, fails or is one too many harms nobody", async () => {
  const { hub, set, settle } = rig({ watchersMax: 2 });
  const [gone, other] = [new Slow(), new Slow()];
  hub.watch(gone, undefined, undefined);
  hub.watch(other, undefined, undefined);
  assert.throws(
    () => hub.watch(new Slow(), undefined, undefined),
    (error) => error instanceof Refusal && error.code === "BUSY",
  );
  gone.takes = false;
  set("a", "idle");
  await settle();
  assert.deepEqual([hub.watchers, other.pushed.length], [1, 1]);
  other.stop.abort();
  assert.equal(hub.watchers, 0);
  const elsewhere = new Slow();
  elsewhere.unseen = true;
  hub.watch(elsewhere, undefined, undefined);
  assert.equal(hub.watchers, 0, "nobody looks");
});
