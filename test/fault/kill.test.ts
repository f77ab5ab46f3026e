import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { createConnection } from "node:net";
import { test } from "node:test";
import { makeHome, TestDaemon } from "../support/daemon.ts";

const rounds = 50;
const connections = 64;

/**
 * 64 connections keep asking; the daemon is killed at a random moment; again and again in the same home. Promise 2: every verdict
 * that a client has received is in the ledger. Holds that were announced are still open.
 */
test(`kill -9 at random moments, ${rounds} rounds, ${connections} connections: no verdict that was received is lost`, {
  timeout: 300_000,
}, async () => {
  using place = makeHome();
  const received = new Map<number, string>();
  const held = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const daemon = await TestDaemon.start(place);
    const ends = Array.from({ length: connections }, (_, index) =>
      askOn(place.socket, index % 16 === 0, received, held),
    );
    const enough = received.size + randomInt(20, 400);
    await new Promise<void>((resolve) => {
      const look = () => (received.size >= enough ? resolve() : setImmediate(look));
      look();
    });
    await daemon.kill("SIGKILL");
    await Promise.all(ends);
  }
  await using daemon = await TestDaemon.start(place);
  await using client = await daemon.connect();
  const report = await client.call("ledger/verify", {});
  assert.deepEqual(report.findings, []);
  assert.equal(report.ok, true);
  assert.ok(received.size > rounds * 20, `only ${received.size} verdicts were received`);
  for (const [seq, session] of received) {
    const { entry } = await client.call("ledger/get", { seq });
    assert.equal(entry.kind, "gate/judged");
    assert.equal(entry.session, session, `entry ${seq}`);
  }
  const { holds } = await client.call("hold/list", { state: "open", limit: 1_000 });
  const open = new Set(holds.map(({ id }) => id as string));
  assert.ok(held.size > 0, "no hold was opened");
  for (const id of held) assert.ok(open.has(id), `${id} was announced and is not open any more`);
});

/** Asks one call after the other until the connection ends; a session of its own, so that an entry can be told from others'. */
function askOn(path: string, holds: boolean, received: Map<number, string>, held: Set<string>): Promise<void> {
  return new Promise((resolve) => {
    const session = randomUUID();
    const socket = createConnection({ path });
    let asked = 0;
    let rest = "";
    const ask = () => {
      asked += 1;
      const command = holds ? `git push --force origin b${asked}-${session}` : `echo ${asked}`;
      const params = { agent: "kill-test", session, cwd: "/usr", tool: "Bash", input: { command }, wait: false };
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id: asked, method: "gate/request", params })}\n`);
    };
    socket.once("connect", ask);
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const { result } = JSON.parse(line) as { result?: { entry: number; hold?: string } };
        if (result === undefined) continue;
        received.set(result.entry, session);
        if (result.hold !== undefined) held.add(result.hold);
        if (!holds || asked < holdsEach) ask();
      }
    });
    socket.on("error", () => {}); // the daemon was killed, which is the point
    socket.once("close", () => resolve());
  });
}

/** Below the limit of open holds of one session, and of all over the rounds. */
const holdsEach = 4;
