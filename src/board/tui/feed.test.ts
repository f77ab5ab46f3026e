import assert from "node:assert/strict";
import { test } from "node:test";
import { openDoor } from "../../../test/support/door.ts";
import { systemClock } from "../../kit/clock.ts";
import type { Call } from "../../protocol/handlers.ts";
import { aHold } from "../../protocol/hold-view.fixture.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import { createStore } from "../model/index.ts";
import { feed } from "./feed.ts";

test("what a hold has become while the board subscribes is not taken back by the list that was older", async () => {
  const stop = new AbortController();
  const hold = aHold({ id: "hold_aaaaaaaaaaaaaaaa", session: "s", waiting: 0, editable: false });
  const holds = Promise.withResolvers<Call>();
  const asked = Promise.withResolvers<void>();
  await using door = await openDoor({
    "hold/watch": async (_, call) => {
      holds.resolve(call);
      return { holds: [hold] };
    },
    "session/watch": async () => {
      // Before it is answered the hook has begun to wait.
      (await holds.promise).push("hold/changed", { hold: { ...hold, waiting: 1, editable: true } });
      return { snapshot: true, cursor: "c-1", sessions: [], removed: [] };
    },
    "daemon/status": () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const store = createStore();
  const opened: HoldView[] = [];
  const options = {
    socket: door.path,
    store,
    clock: systemClock,
    onClient: () => {},
    onHold: (one: HoldView) => void opened.push(one),
  };
  const feeding = feed(options, { signal: stop.signal });
  try {
    await asked.promise;
    assert.deepEqual(
      [...store.state.holds.values()].map(({ waiting, editable }) => ({ waiting, editable })),
      [{ waiting: 1, editable: true }],
    );
    assert.deepEqual(opened, [], "it was there when the board came");
  } finally {
    stop.abort(new Error("the test is over"));
    await feeding;
  }
});
