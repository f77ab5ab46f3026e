import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { test } from "node:test";
import { makeHome, TestDaemon } from "../support/daemon.ts";

const rounds = 8;
const calls = 200;

test(`SIGTERM with ${calls} calls on their way: each gets its answer or a refusal, exit 0, and the next daemon starts at once`, async () => {
  using place = makeHome();
  for (let round = 0; round < rounds; round += 1) {
    const daemon = await TestDaemon.start(place);
    const socket = createConnection({ path: place.socket });
    await once(socket, "connect");
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => (text += part));
    for (let id = 0; id < calls; id += 1) {
      const params = { agent: "drain", session: `s${id}`, cwd: "/usr", tool: "Bash", input: { command: "echo" } };
      socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method: "gate/request", params })}\n`);
    }
    const closed = once(socket, "close");
    assert.equal(await daemon.kill("SIGTERM"), 0);
    await closed;
    const ids = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const answer = JSON.parse(line) as { id: number; result?: object; error?: { data?: { code?: string } } };
        assert.ok(answer.result !== undefined || answer.error?.data?.code === "DRAINING", line);
        return answer.id;
      });
    assert.equal(new Set(ids).size, calls, `round ${round}: ${ids.length} answers`);
  }
});
