import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createConnection, type Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { cli, endDaemon, makeHome, TestDaemon } from "../../support/daemon.ts";

interface Answer {
  readonly tool_use_id: string;
  readonly outcome: Record<string, unknown>;
}

/**
 * A client as nexo's own is, written from what is known of it: it connects when first asked, numbers its requests, has one in flight, takes
 * the next line for its answer, connects anew and asks once more when the line is gone, and takes every failure for "unavailable".
 */
class NexoClient implements Disposable {
  readonly #path: string;
  #counter = 0;
  #socket: Socket | undefined;
  #lines: Interface | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async decide(request: {
    tool_use_id?: string;
    tool_name: string;
    input?: unknown;
    metadata?: object;
  }): Promise<Answer> {
    const id = String(this.#counter++);
    const asked = {
      goal_id: "5f3c0a52-8c57-4a0c-9a6c-0c7f4f0f2b10",
      tool_use_id: "",
      input: null,
      metadata: {},
      ...request,
    };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const line = await this.#exchange(`${JSON.stringify({ kind: "decide", id, request: asked })}\n`);
      if (line === undefined) continue;
      const message = JSON.parse(line) as { kind: string; response: Answer; message?: string };
      if (message.kind === "decision") return message.response;
      return { tool_use_id: asked.tool_use_id, outcome: { outcome: "unavailable", reason: message.message } };
    }
    return { tool_use_id: asked.tool_use_id, outcome: { outcome: "unavailable", reason: "socket closed by peer" } };
  }

  async #exchange(frame: string): Promise<string | undefined> {
    if (this.#socket === undefined || this.#socket.destroyed) {
      const socket = createConnection(this.#path);
      const connected = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      if (!connected) return undefined;
      this.#socket = socket;
      this.#lines = createInterface(socket);
    }
    const [socket, lines] = [this.#socket, this.#lines as Interface];
    return new Promise((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(undefined));
      socket.once("close", () => resolve(undefined));
      socket.write(frame);
    });
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
  }
}

test("nexo's client gets its verdicts, and goes on by itself when the daemon was started again", async () => {
  using home = makeHome();
  using client = new NexoClient(home.socket);
  const asked = {
    tool_use_id: "toolu_1",
    tool_name: "Bash",
    input: { command: "echo hi" },
    metadata: { cwd: home.home },
  };
  assert.equal((await client.decide(asked)).outcome["outcome"], "unavailable");
  {
    await using _ = await TestDaemon.start(home);
    const { tool_use_id, outcome } = await client.decide(asked);
    assert.deepEqual({ tool_use_id, outcome }, { tool_use_id: "toolu_1", outcome: { outcome: "allow_once" } });
  }
  await using _ = await TestDaemon.start(home);
  assert.equal((await client.decide(asked)).outcome["outcome"], "allow_once");
  assert.equal((await client.decide({ tool_name: "Bash", input: { command: "rm -rf ~" } })).outcome["outcome"], "deny");
});

test("where the driver names no folder, the client's own is judged in", async () => {
  using home = makeHome();
  await using daemon = await TestDaemon.start(home);
  using client = new NexoClient(home.socket);
  await client.decide({ tool_name: "Bash", input: { command: "git status" } });
  await using ours = await daemon.connect();
  const { entries } = await ours.call("ledger/list", { kind: "gate/judged", limit: 1 });
  assert.equal(entries[0]?.payload?.["cwd"], process.cwd());
});

test("a decider that answers in a person's place needs a home that was made for tests, and only a new one can be", async () => {
  using home = makeHome();
  await assert.rejects(TestDaemon.start(home, ["nexo.decider=allow-all"]), /made for tests/);
  await assert.rejects(TestDaemon.start(home, ["nexo.decider=allow-all"], ["--test"]), /only a new one can be/);
  await assert.rejects(TestDaemon.start(home, ["nexo.decider=scripted"]), /made for tests/);
  using fresh = makeHome();
  const up = await cli(fresh, "up", "--detach", "--test");
  assert.equal(up.code, 0, up.stderr);
  const again = await cli(fresh, "up", "--detach", "--test");
  assert.match(again.stderr, /only a new home can be made for tests/);
  await endDaemon(fresh);
  await assert.rejects(TestDaemon.start(fresh, ["nexo.decider=scripted"]), /needs a script/);
  await using daemon = await TestDaemon.start(fresh, ["nexo.decider=allow-all"]);
  using client = new NexoClient(fresh.socket);
  const push = { tool_name: "Bash", input: { command: "git push --force origin main" }, metadata: { cwd: fresh.home } };
  assert.equal((await client.decide(push)).outcome["outcome"], "allow_once");
  await using ours = await daemon.connect();
  const { entries } = await ours.call("ledger/list", { kind: "hold/decided", limit: 1 });
  assert.match(JSON.stringify(entries[0]?.payload), /"decider":"allow-all"/);
});

test("a model has a say: it sees the call without its secrets, can be stricter, and its words are entered", async (t) => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(body);
      const content = '{"verdict":"deny","reason":"Not on a Friday."}';
      response.end(JSON.stringify({ choices: [{ message: { content } }] }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  using home = makeHome();
  const model = ["api=openai", `url=http://127.0.0.1:${port}/v1/chat/completions`, "model=small"];
  const settings = ["nexo.decider=model", ...model.map((pair) => `nexo.model.${pair}`)];
  await using daemon = await TestDaemon.start(home, settings);
  using client = new NexoClient(home.socket);
  const command = `echo ${secret} | wc -c`;
  const { outcome } = await client.decide({ tool_name: "Bash", input: { command }, metadata: { cwd: home.home } });
  assert.equal(outcome["outcome"], "deny");
  assert.match(JSON.stringify(outcome), /The model small objects: Not on a Friday\./);
  assert.equal(seen.length, 1);
  assert.ok(!seen[0]?.includes(secret), "the model never sees a secret");
  await using ours = await daemon.connect();
  const { entries } = await ours.call("ledger/list", { kind: "decider/asked", limit: 1 });
  assert.match(JSON.stringify(entries[0]?.payload), /"answer":"deny".*"reason":"Not on a Friday\."/);
});
