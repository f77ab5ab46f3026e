import assert from "node:assert/strict";
import { test } from "node:test";
import { makeHome, TestDaemon } from "../support/daemon.ts";

const rounds = 5;

test(`two daemons started in the same moment, ${rounds} rounds: one serves, the other says so`, async () => {
  for (let round = 0; round < rounds; round += 1) {
    using place = makeHome();
    const started = await Promise.allSettled([TestDaemon.start(place), TestDaemon.start(place)]);
    const serving = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    assert.equal(serving.length, 1, `round ${round}: ${serving.length} serve`);
    const refused = started.find((result) => result.status === "rejected");
    assert.match(String(refused?.reason), /[Aa]nother daemon/);
    await serving[0]?.kill("SIGTERM");
  }
});
