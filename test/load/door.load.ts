import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { test } from "node:test";
import { makeHome, TestDaemon } from "../support/daemon.ts";
import { Peer } from "../support/door.ts";
import { unharmedBy, written } from "../support/load.ts";

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

test("10,000 connections a second, or as many as this machine opens, for 10 s", async (t) => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  const until = performance.now() + 10_000;
  let opened = 0;
  let answered = 0;
  /** Every fourth asks, the others go without a word; at most 10,000 a second in all. */
  const one = (ask: boolean) =>
    new Promise<void>((resolve, reject) => {
      const socket = createConnection({ path: place.socket });
      socket.once("error", reject);
      socket.once("connect", () => {
        opened += 1;
        if (!ask) return void socket.destroy();
        socket.once("data", () => {
          answered += 1;
          socket.destroy();
        });
        socket.write(hello);
      });
      socket.once("close", () => resolve());
    });
  let asked = 0;
  const caller = async () => {
    for (let turn = 0; performance.now() < until && opened < 100_000; turn += 1) {
      const ask = turn % 4 === 0;
      if (ask) asked += 1;
      await one(ask);
    }
  };
  const seen = await unharmedBy(daemon, async () => void (await Promise.all(Array.from({ length: 64 }, caller))));
  assert.equal(answered, asked);
  assert.ok(seen.grownMiB < 128, `${seen.grownMiB} MiB`);
  t.diagnostic(
    `${Math.round(opened / 10)} connections a second; the bystander had ${seen.answers} verdicts, nine of ten within ${seen.p90Ms.toFixed(0)} ms`,
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
