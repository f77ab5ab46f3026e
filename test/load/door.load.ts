import assert from "node:assert/strict";
import { test } from "node:test";
import { makeHome, TestDaemon } from "../support/daemon.ts";
import { Peer } from "../support/door.ts";
import { type ConnectLoad, connectLoad, unharmedBy, written } from "../support/load.ts";

/** What takes too long for `npm test`: `npm run test:load`. */
const hello = '{"jsonrpc":"2.0","id":1,"method":"daemon/hello","params":{}}\n';

test("a gigabyte without a newline is skipped and keeps nothing in memory", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  await using peer = await Peer.connect(place.socket);
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const seen = await unharmedBy(daemon, async () => {
    for (let sent = 0; sent < 1_024; sent += 1) await written(peer, chunk);
    await written(peer, `\n${hello}`);
    assert.equal(((await peer.next())["error"] as { code: number }).code, -32013);
    assert.equal((await peer.next())["id"], 1);
  });
  assert.ok(seen.grownMiB < 128, `${seen.grownMiB} MiB`);
});

test("10,000 connections a second for 10 s, every fourth of which asks", async (t) => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  let load: ConnectLoad | undefined;
  // An agent asks now and then; one that asks without a pause would itself take the core that the connections need.
  const seen = await unharmedBy(
    daemon,
    async () => {
      load = await connectLoad(place.socket, { seconds: 10, perSecondMax: 10_000 });
    },
    { pauseMs: 10 },
  );
  assert.equal(load?.answered, load?.asked);
  assert.ok((load?.asked ?? 0) > 0);
  assert.ok(seen.grownMiB < 128, `${seen.grownMiB} MiB`);
  t.diagnostic(
    `${Math.round((load?.opened ?? 0) / (load?.seconds ?? 1))} connections a second; the bystander had ${seen.answers} verdicts, nine of ten within ${seen.p90Ms.toFixed(0)} ms`,
  );
});

test("two daemons started in the same moment, 100 rounds: one serves, the other says so", async () => {
  using place = makeHome();
  for (let round = 0; round < 100; round += 1) {
    const started = await Promise.allSettled([TestDaemon.start(place), TestDaemon.start(place)]);
    const serving = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    assert.equal(serving.length, 1, `round ${round}: ${serving.length} serve`);
    const refused = started.find((result) => result.status === "rejected");
    assert.match(String(refused?.reason), /[Aa]nother daemon/, `round ${round}`);
    assert.equal(await serving[0]?.kill("SIGTERM"), 0, `round ${round}`);
  }
});
