import assert from "node:assert/strict";
import { test } from "node:test";
import { endDaemon, makeHome } from "../support/daemon.ts";
import { Seat } from "../support/seat.ts";
import { Stage, toldOf } from "./stage.ts";

test("over a daemon that ends and comes back: what is shown is said to be old, nothing is decided, then it goes on by itself", async () => {
  await using stage = await Stage.set();
  const { seat } = stage;
  seat.start("board");
  const hooked = stage.push("s-1");
  await seat.until("Needs you 1");
  await stage.daemon.kill("SIGKILL");
  await seat.until(/daemon away since \d\d:\d\d/);
  await seat.until(/git push --force-with-lease/); // what was known is still there
  assert.ok(seat.styleOf("git push").dim, "and drawn as something that is over");
  seat.type("ga");
  await seat.until("Not done: The daemon is away");
  // The hook that waits starts another one.
  await seat.until((text) => text.includes("1 needs you") && !text.includes("away"));
  seat.type("ga");
  assert.equal(toldOf(await hooked).decision, "allow", "the hook came back to the same hold");
});

test("a daemon that is connected and silent is away, too", async () => {
  await using stage = await Stage.set();
  const { seat, daemon } = stage;
  seat.start("board");
  await seat.until("nothing needs you");
  daemon.child.kill("SIGSTOP");
  try {
    await seat.until(/daemon away since/);
  } finally {
    daemon.child.kill("SIGCONT");
  }
  await seat.until("nothing needs you");
});

test("without a daemon the board says so and starts it with one key", async () => {
  using place = makeHome();
  await using seat = await Seat.take(place);
  seat.start("board");
  await seat.until(/daemon away since/);
  await seat.until(/No daemon answers/);
  await seat.until(/u start the daemon/);
  seat.type("u");
  try {
    await seat.until("The daemon is up.");
    await seat.until("nothing needs you");
  } finally {
    seat.type("q");
    await endDaemon(place);
  }
});

test("two boards see the same, and what one decides leaves the other", async () => {
  await using stage = await Stage.set();
  await using other = await Seat.take(stage.place);
  stage.seat.start("board");
  other.start("board");
  await Promise.all([stage.seat.until("nothing needs you"), other.until("nothing needs you")]);
  const hooked = stage.push("s-1");
  await Promise.all([stage.seat.until("Needs you 1"), other.until("Needs you 1")]);
  stage.seat.type("ga");
  assert.equal(toldOf(await hooked).decision, "allow");
  await other.until((text) => !text.includes("Needs you"));
});
