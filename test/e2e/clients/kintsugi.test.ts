import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { argon2Sync, createPrivateKey, randomUUID, sign } from "node:crypto";
import { createConnection } from "node:net";
import { test } from "node:test";
import { cli, makeHome, Person, plainEnvironment, root, TestDaemon } from "../../support/daemon.ts";

type Reply = Readonly<Record<string, unknown>>;

/**
 * A client as kintsugi's own is, written from what is known of it: a fresh connection for each request, one line each way, then it
 * hangs up. It derives its proofs itself.
 */
class KintsugiClient {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  ask(request: object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(this.#path);
      let text = "";
      socket.setEncoding("utf8");
      socket.once("connect", () => socket.write(`${JSON.stringify(request)}\n`));
      socket.on("data", (chunk: string) => {
        text += chunk;
        if (!text.endsWith("\n")) return;
        socket.destroy();
        resolve(JSON.parse(text) as Reply);
      });
      socket.once("error", reject);
      socket.once("end", () => reject(new Error("connection closed before a message was received")));
    });
  }

  async shutdown(password: string, op = "shutdown", about: object = {}): Promise<Reply> {
    const { nonce, salt, params } = (await this.ask({ kind: "authbegin", op })) as {
      nonce: string;
      salt: string;
      params: { m_cost: number; t_cost: number; p_cost: number };
    };
    const seed = argon2Sync("argon2id", {
      message: password,
      nonce: Buffer.from(salt, "hex"),
      parallelism: params.p_cost,
      tagLength: 32,
      memory: params.m_cost,
      passes: params.t_cost,
    });
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const message = Buffer.concat([
      Buffer.from("kintsugi.admin.settings.v1"),
      Buffer.from(nonce, "hex"),
      Buffer.of(0x1f),
      Buffer.from(op),
    ]);
    const proof = sign(null, message, key).toString("hex");
    return this.ask({ kind: "shutdown", op, nonce, proof, ...about });
  }
}

const propose = (cwd: string, raw: string) => ({
  kind: "propose",
  id: randomUUID(),
  ts: new Date().toISOString(),
  agent: "shim",
  cwd,
  argv: raw.split(" "),
  raw,
});

test("kintsugi's client: a hundred commands, each on a connection of its own", async () => {
  using home = makeHome();
  await using _ = await TestDaemon.start(home);
  const client = new KintsugiClient(home.socket);
  const replies = await Promise.all(Array.from({ length: 100 }, () => client.ask(propose(home.home, "git status"))));
  assert.ok(replies.every(({ decision }) => decision === "allow"));
});

test("kintsugi's client: with a passphrase set, only its proof stops the daemon", async () => {
  using home = makeHome();
  await using person = await Person.sit(home);
  await using daemon = await TestDaemon.start(home);
  const client = new KintsugiClient(home.socket);
  const pipe = (lines: string, ...args: readonly string[]) => person.typeInto(lines, ...args);
  const set = await pipe("correct horse\ncorrect horse\n", "operator", "passphrase", "set", "--stdin");
  assert.equal(set.code, 0, set.text);
  assert.ok(!set.text.includes("correct horse"));
  assert.equal((await client.ask({ kind: "authbegin", op: "shutdown" }))["locked"], true);

  // An agent's process may not change it, nor may a person who does not know it.
  assert.equal((await cli(home, "operator", "passphrase", "remove", "--stdin")).code, 130);
  const wrong = await pipe("wrong horse\n", "operator", "passphrase", "remove", "--stdin");
  assert.match(wrong.text, /does not hold/);
  const unchanged = await pipe("wrong horse\nanother one\nanother one\n", "operator", "passphrase", "set", "--stdin");
  assert.match(unchanged.text, /does not hold/);

  const refused = /does not hold/;
  assert.match(String((await client.shutdown("wrong horse"))["message"]), refused);
  assert.match(
    String((await client.ask({ kind: "shutdown", op: "shutdown", nonce: "", proof: "" }))["message"]),
    refused,
  );
  const { nonce } = await client.ask({ kind: "authbegin", op: "other" });
  assert.match(String((await client.shutdown("correct horse", "shutdown", { nonce }))["message"]), refused);
  assert.equal((await client.ask({ kind: "status" }))["kind"], "status");

  assert.deepEqual(await client.shutdown("correct horse"), { kind: "ack" });
  assert.equal(await daemon.exited, 0);
  // It is still set for the next daemon; then it is changed, and taken away.
  await using __ = await TestDaemon.start(home);
  assert.equal((await client.ask({ kind: "authbegin", op: "shutdown" }))["locked"], true);
  const changed = await pipe(
    "correct horse\nbattery staple\nbattery staple\n",
    "operator",
    "passphrase",
    "set",
    "--stdin",
  );
  assert.match(changed.text, /changed/);
  assert.match(String((await client.shutdown("correct horse"))["message"]), refused);
  const removed = await pipe("battery staple\n", "operator", "passphrase", "remove", "--stdin");
  assert.match(removed.text, /removed/);
  assert.equal((await client.ask({ kind: "authbegin", op: "shutdown" }))["locked"], false);
});

test("a passphrase that is typed is not shown", async () => {
  using home = makeHome();
  await using person = await Person.sit(home);
  await using _ = await TestDaemon.start(home);
  const set = ["operator", "passphrase", "set"];
  const short = await person.typeAnswering([["New passphrase: ", "tiny"]], ...set);
  assert.match(short.text, /at least 8 characters/);
  const typed = await person.typeAnswering(
    [
      ["New passphrase: ", "correct hoax\u007f\u007frse"],
      ["Once more: ", "correct horse"],
    ],
    ...set,
  );
  assert.equal(typed.code, 0, typed.text);
  assert.doesNotMatch(typed.text, /correct|hoax|horse/);
  const other = await person.typeAnswering(
    [
      ["Passphrase now: ", "correct horse"],
      ["New passphrase: ", "battery staple"],
      ["Once more: ", "battery stable"],
    ],
    ...set,
  );
  assert.match(other.text, /not the same, so nothing was changed/);
  const stopped = await person.typeAnswering([["Passphrase now: ", "\u0003"]], "operator", "passphrase", "remove");
  assert.equal(stopped.code, 130);
  assert.match((await person.type("operator", "passphrase", "status")).text, /A passphrase is set/);
});

test("kintsugi's client: at a person's terminal it approves, denies, resolves, prunes and stops", async () => {
  using home = makeHome();
  await using person = await Person.sit(home);
  await using daemon = await TestDaemon.start(home);
  const client = new KintsugiClient(home.socket);
  /** The same client, run in the person's terminal: its connection is made by a process of that terminal. */
  const atTerminal = async (request: object): Promise<Reply> => {
    const script = `const s = require("net").connect(process.argv[1]); let t = ""; s.on("data", (c) => { t += c; if (t.endsWith("\\n")) { process.stdout.write(t); s.destroy(); } }); s.write(process.argv[2] + "\\n");`;
    const { text } = await person.run(process.execPath, "-e", script, home.socket, JSON.stringify(request));
    return JSON.parse(text.split("\n").find((line) => line.startsWith("{")) ?? "null") as Reply;
  };
  const ack = { kind: "ack" };
  const push = (branch: string) => propose(home.home, `git push --force origin ${branch}`);
  const status = async (id: string) => (await client.ask({ kind: "pendingstatus", id }))["status"];
  const held = async (branch: string) => {
    const command = push(branch);
    assert.equal((await client.ask(command))["decision"], "hold");
    return command;
  };

  const first = await held("one");
  assert.deepEqual(await atTerminal({ kind: "approve", id: first.id }), ack);
  assert.match(String((await atTerminal({ kind: "approve", id: first.id }))["message"]), /no longer open/);
  assert.match(String((await atTerminal({ kind: "deny", id: first.id }))["message"]), /no longer open/);
  assert.equal(await status(first.id), "approved");

  const second = await held("two");
  assert.deepEqual(await atTerminal({ kind: "deny", id: second.id }), ack);
  assert.match(String((await atTerminal({ kind: "deny", id: second.id }))["message"]), /no longer open/);
  assert.equal(await status(second.id), "denied");

  const third = await held("three");
  const { kind: _, ...command } = third;
  assert.deepEqual(await atTerminal({ kind: "resolve", command, decision: "allow", remember: false }), ack);
  assert.equal(await status(third.id), "approved");
  const again = await client.ask({ ...third, id: randomUUID() });
  assert.equal(again["decision"], "hold"); // one approval, one run
  const fourth = await held("four");
  const { kind: __, ...denied } = fourth;
  assert.deepEqual(await atTerminal({ kind: "resolve", command: denied, decision: "deny", remember: false }), ack);
  assert.equal(await status(fourth.id), "denied");

  assert.deepEqual(await atTerminal({ kind: "prunepending" }), { kind: "pending", status: "1" });
  assert.deepEqual(await client.ask({ kind: "listpending" }), { kind: "pendinglist", items: [] });
  assert.deepEqual(await atTerminal({ kind: "shutdown", op: "shutdown", nonce: "", proof: "" }), ack);
  assert.equal(await daemon.exited, 0);
});

test("a hold outlives the daemon for its polling client; an approval whose command is no longer known is not used", async () => {
  using home = makeHome();
  await using person = await Person.sit(home);
  const client = new KintsugiClient(home.socket);
  const command = propose(home.home, "git push --force origin main");
  {
    await using _ = await TestDaemon.start(home);
    assert.equal((await client.ask(command))["decision"], "hold");
  }
  await using _ = await TestDaemon.start(home);
  assert.equal((await client.ask({ kind: "pendingstatus", id: command.id }))["status"], "pending");
  const { items } = (await client.ask({ kind: "listpending" })) as unknown as { items: { command: { id: string } }[] };
  assert.equal(items[0]?.command.id, command.id);
  const { text } = await person.type("hold", "list", "--json");
  const [hold] = JSON.parse(text.slice(text.indexOf("["))) as { id: string }[];
  assert.equal((await person.type("hold", "approve", hold?.id ?? "")).code, 0);
  assert.equal((await client.ask({ kind: "pendingstatus", id: command.id }))["status"], "gone");
  assert.equal((await client.ask(command))["decision"], "allow");
});

for (const [tool, args] of [
  ["nc", ["-N", "-U"]],
  ["socat", ["-t", "2", "-", "UNIX-CONNECT:"]],
] as const) {
  const missing = spawnSync("/bin/sh", ["-c", `command -v ${tool}`]).status !== 0;
  test(`by hand: a line sent with ${tool} is answered`, { skip: missing && `there is no ${tool} here` }, async () => {
    using home = makeHome();
    await using _ = await TestDaemon.start(home);
    const lines = [
      { kind: "status" },
      { kind: "decide", id: "1", request: { tool_name: "TodoWrite" } },
      { protocol_version: { major: 1, minor: 0 }, type: "connect" },
      { jsonrpc: "2.0", id: 1, method: "daemon/hello", params: {} },
    ];
    for (const line of lines) {
      const target = tool === "nc" ? [...args, home.socket] : [args[0], args[1], args[2], `${args[3]}${home.socket}`];
      const { stdout } = spawnSync(tool, target.map(String), {
        input: `${JSON.stringify(line)}\n`,
        cwd: root,
        env: plainEnvironment,
      });
      const answer = JSON.parse(String(stdout)) as object;
      for (const field of ["kind", "type", "jsonrpc"]) assert.equal(field in answer, field in line, String(stdout));
    }
  });
}
