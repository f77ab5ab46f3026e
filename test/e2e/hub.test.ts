import assert from "node:assert/strict";
import { test } from "node:test";
import { loadHub } from "../../bench/hub.ts";
import { makeHome, TestDaemon } from "../support/daemon.ts";

test("every reader ends with the newest state of every session, also one that was stopped and one that is slow", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  const { behind, latencies, residentBytes } = await loadHub(daemon, {
    sessions: 300,
    readers: 12,
    updatesPerSecond: 200,
    seconds: 4,
  });
  assert.equal(behind, 0);
  assert.ok(latencies.length > 1_000, "updates arrive as they happen, not in snapshots");
  assert.ok(residentBytes.after - residentBytes.before < 64 * 1024 ** 2);
});
