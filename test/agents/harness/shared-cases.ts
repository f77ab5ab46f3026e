import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "../../../src/client/index.ts";
import type { Place } from "../../../src/protocol/place.ts";
import type { ScriptedCall } from "../../../src/wiring/doctor/model-wires/tools.ts";
import type { MockModel, Script } from "../../../src/wiring/doctor/mock-model.ts";
import type { TestedAgent } from "./agents.ts";
import { openWorld, type Paths, type World } from "./world.ts";

/** Skips with a plain sentence where the agent is not installed. */
export const needs = (agent: TestedAgent): { skip: string | false } => ({
  skip: agent.binary === undefined ? `${agent.name} is not installed: node scripts/install-agents.js` : false,
});

/** All that the model was told about its tool calls, in order. */
export const told = (model: MockModel): string =>
  model.requests
    .at(-1)
    ?.results.map((result) => result.text)
    .join("\n") ?? "";

const one = (call: ScriptedCall): Script => [{ calls: [call] }];
export const shell = (command: string): Script => one({ role: "shell", command });

/** What holds for every agent that has command hooks. */
export function sharedCases(agent: TestedAgent): void {
  const name = agent.name;

  test(`${name}: an ordinary command runs, and verdict and outcome are in the ledger`, needs(agent), async (t) => {
    const world = await openWorld(t, { agent, script: () => shell("echo made by the agent > made.txt") });
    const run = await world.run({ prompt: "Make a file." });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(world.file(join(world.workspace, "made.txt")), "made by the agent\n");
    const [verdict] = await world.entries("gate/judged");
    assert.equal(verdict?.payload?.["verdict"], "allow");
    assert.deepEqual(world.model.strays, []);
  });

  test(`${name}: a denied command leaves no trace and the model is told the reason`, needs(agent), async (t) => {
    const script = ({ place }: Paths) => shell(`touch trace.txt; rm -rf ${place.home}`);
    const world = await openWorld(t, { agent, script });
    const run = await world.run({ prompt: "Clean up." });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!existsSync(join(world.workspace, "trace.txt")), "the command ran in part");
    assert.ok(existsSync(world.place.home), "the home is gone");
    const [verdict] = await world.entries("gate/judged");
    assert.equal(verdict?.payload?.["verdict"], "deny");
    const reason = verdict?.payload?.["reason"];
    assert.ok(typeof reason === "string" && reason.length > 20);
    assert.ok(told(world.model).includes(reason), told(world.model));
  });

  test(`${name}: a held command waits, is approved by a person at a terminal, and runs`, needs(agent), async (t) => {
    const world = await openWorld(t, { agent, script: () => shell("rm precious.txt") });
    const precious = join(world.workspace, "precious.txt");
    writeFileSync(precious, "nowhere else\n");
    const running = world.run({ prompt: "Tidy up." });
    const hold = await world.held(running);
    assert.ok(existsSync(precious), "it ran while it was held");
    assert.equal(world.model.requests.length, 1, "the agent went on while the call was held");
    const approved = await world.terminal.type(`signalbox hold approve ${hold.id}`);
    assert.equal(approved.code, 0, approved.shown);
    const run = await running;
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!existsSync(precious), "it did not run after the approval");
    assert.equal(world.model.requests.length, 2);
    assert.doesNotMatch(told(world.model), /signalbox/i);
    assert.equal((await world.holds()).find(({ id }) => id === hold.id)?.state, "used");
  });

  test(
    `${name}: a held command that is denied with words does not run, and the model is told them`,
    needs(agent),
    async (t) => {
      const world = await openWorld(t, { agent, script: () => shell("rm precious.txt") });
      const precious = join(world.workspace, "precious.txt");
      writeFileSync(precious, "nowhere else\n");
      const running = world.run({ prompt: "Tidy up." });
      const hold = await world.held(running);
      const denied = await world.terminal.type(`signalbox hold deny ${hold.id} keep it for the tax office`);
      assert.equal(denied.code, 0, denied.shown);
      assert.equal((await running).code, 0);
      assert.ok(existsSync(precious));
      assert.match(told(world.model), /keep it for the tax office/);
    },
  );

  test(`${name}: a file tool outside the workspace is held`, needs(agent), async (t) => {
    // In no temp folder, where agents may write. It is never written; were it, it would be removed.
    const outside = join("/opt", `signalbox-test-${process.pid}.txt`);
    t.after(() => rmSync(outside, { force: true }));
    const script = () => one({ role: "write", path: outside, content: "from the agent\n" });
    const world = await openWorld(t, { agent, script });
    const running = world.run({ prompt: "Write a note.", flags: agent.reaching("/opt") });
    const hold = await world.held(running);
    assert.ok(
      hold.effects.some((effect) => effect.kind === "write" && effect.target === outside),
      JSON.stringify(hold.effects),
    );
    const denied = await world.terminal.type(`signalbox hold deny ${hold.id} not yours`);
    assert.equal(denied.code, 0, denied.shown);
    assert.equal((await running).code, 0);
    assert.ok(!existsSync(outside));
    assert.match(told(world.model), /not yours/);
  });

  test(`${name}: an agent can't release a hold, neither by our CLI nor by hand`, needs(agent), async (t) => {
    let id = "";
    const attempts = (place: Place): string[] => [
      `signalbox hold approve ${id}`,
      `curl -s --unix-socket ${place.socket} -d '{"decision":"approve"}' http://localhost/v1/holds/${id}/decide`,
      // A script of the workspace's own: the gate lets it run, so only the proof of presence stands in its way.
      `node approve.js ${id}`,
    ];
    const opened = await openWorld(t, {
      agent,
      files: { "approve.js": approveByHand },
      script:
        ({ place }) =>
        ({ turn }) => {
          const command = attempts(place)[turn];
          return command === undefined ? { say: "done" } : { calls: [{ role: "shell", command }] };
        },
    });
    await using other = await otherSession(opened);
    id = other.hold;
    const run = await opened.run({ prompt: "Approve the hold." });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(opened.model.requests.length, 4);
    const hold = (await opened.holds()).find(({ id }) => id === other.hold);
    assert.equal(hold?.state, "open", `${hold?.state}: ${told(opened.model)}`);
    const texts = opened.model.requests.at(-1)?.results.map(({ text }) => text) ?? [];
    assert.equal(texts.length, 3);
    for (const text of texts) assert.match(text, /signalbox|NOT_PERMITTED|person/i);
  });

  test(
    `${name}: without a daemon that can start nothing runs, and prompt and stop still work`,
    needs(agent),
    async (t) => {
      const world = await openWorld(t, { agent, script: () => shell("touch trace.txt") });
      await world.killDaemonForGood();
      const run = await world.run({ prompt: "Make a file." });
      assert.equal(run.code, 0, run.stderr);
      assert.ok(!existsSync(join(world.workspace, "trace.txt")));
      assert.ok(
        world.model.requests[0]?.prompts.some((prompt) => prompt.includes("Make a file.")),
        "the prompt did not arrive",
      );
      assert.match(told(world.model), /Signalbox.*nothing is allowed/s);
      assert.equal(world.model.requests.length, 2, "stop forced more rounds");
    },
  );

  test(`${name}: a daemon that was killed is started by the next tool call, and judges it`, needs(agent), async (t) => {
    const world = await openWorld(t, { agent, script: () => shell("touch made.txt") });
    const before = await world.daemonPid();
    await world.killDaemon();
    const run = await world.run({ prompt: "Make a file." });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(existsSync(join(world.workspace, "made.txt")), told(world.model));
    assert.notEqual(await world.daemonPid(), before);
    assert.equal((await world.entries("gate/judged"))[0]?.payload?.["verdict"], "allow");
  });
}

/** A hold of another session, opened by a call that waits: what the agent will try to release. */
async function otherSession(world: World): Promise<AsyncDisposable & { readonly hold: string }> {
  const precious = join(world.workspace, "precious.txt");
  writeFileSync(precious, "nowhere else\n");
  const client = await connect({ socket: world.place.socket, signal: world.signal });
  const answer = await client.call("gate/request", {
    agent: "generic",
    session: "other",
    cwd: world.workspace,
    tool: "Bash",
    input: { command: `rm ${precious}` },
    wait: false,
  });
  assert.equal(answer.verdict, "hold", answer.reason);
  assert.ok(answer.hold !== undefined);
  const hold = answer.hold;
  return { hold, [Symbol.asyncDispose]: async () => client.close() };
}

/** Speaks JSON-RPC to the socket as any program could; prints the answer. */
const approveByHand = `
const net = require("node:net");
const socket = net.connect(process.env.SIGNALBOX_HOME + "/sock");
socket.write(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "hold/decide", params: { id: process.argv[2], decision: "approve" } }) + "\\n");
socket.once("data", (data) => { console.log(data.toString()); socket.end(); });
socket.once("error", (error) => console.log("signalbox: " + error.message));
`;
