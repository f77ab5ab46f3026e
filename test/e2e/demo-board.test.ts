import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { cli, makeHome, TestDaemon } from "../support/daemon.ts";

const stages = () => new Set(readdirSync(tmpdir()).filter((name) => name.startsWith("signalbox-demo-")));

test("the board's demo brings a dozen sessions of five agents into their states, and takes its stage away", {
  timeout: 300_000,
}, async (t) => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  const before = stages();
  const demo = cli(place, "demo", "--board");
  t.after(() => void demo.child.kill("SIGTERM"));
  let said = "";
  while (!said.includes("Ctrl-C")) said += String((await once(demo.child.stdout!, "data"))[0]);
  assert.match(said, /12 sessions are on the board, 3 wait for you/);

  await using client = await daemon.connect();
  const { sessions } = await client.call("session/list", { ended: true });
  assert.equal(sessions.length, 12);
  const states = sessions.map(({ state, waitingFor }) => waitingFor ?? state).toSorted();
  assert.deepEqual(states, [
    "finished-unseen",
    "finished-unseen",
    "finished-unseen",
    "gone",
    "permission",
    "permission",
    "permission",
    "plan",
    "question",
    "working",
    "working",
    "working",
  ]);
  assert.deepEqual([...new Set(sessions.map(({ agent }) => agent))].toSorted(), [
    "claude-code",
    "codex",
    "copilot",
    "gemini",
    "opencode",
  ]);
  const invoices = sessions.find(({ name }) => name?.includes("invoices"));
  assert.equal(invoices?.model, "Opus 5");
  assert.ok((invoices?.context?.percent ?? 0) >= 40);

  const asks = sessions.find(({ waitingFor }) => waitingFor === "question");
  assert.match(asks?.current?.what ?? "", /^Should a key over its limit get 429/);
  const plans = sessions.find(({ waitingFor }) => waitingFor === "plan");
  assert.match(plans?.current?.what ?? "", /^1\. Move colours into variables 2\./);

  demo.child.kill("SIGINT");
  const ended = await demo;
  assert.equal(ended.code, 0, ended.stderr);
  const left = [...stages()].filter((name) => !before.has(name) && existsSync(name));
  assert.deepEqual(left, []);
});
