import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Agent, cli, makeHome, nextHold, Person, preToolUse, TestDaemon } from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

/** A tool call's whole life through the real hook binary and the real daemon: judged, held, decided, recorded, answered. */
describe("a tool call of a wired agent", { timeout: 300_000 }, () => {
  const place = makeHome();
  const project = temporary("sbp-");
  let daemon: TestDaemon;
  let person: Person;
  let agent: Agent;
  before(async () => {
    execFileSync("git", ["init", "--quiet", project]);
    mkdirSync(join(project, "src"));
    daemon = await TestDaemon.start(place, ["holds.startGraceMs=0"]);
    person = await Person.sit(place);
    agent = new Agent(place);
  });
  after(async () => {
    agent[Symbol.dispose]();
    await person[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    rmSync(project, { recursive: true, force: true });
  });
  const ask = (session: string, command: string, id?: string) =>
    agent.hook("claude-code", "PreToolUse", preToolUse(session, project, "Bash", { command }, id));

  test("ordinary work: no objection is exit 0 and silence, and the outcome is tied to the verdict", async () => {
    const session = randomUUID();
    const id = `toolu_${randomUUID()}`;
    assert.deepEqual(pick(await ask(session, "npm test", id)), { code: 0, stdout: "", stderr: "" });
    const payload = {
      ...preToolUse(session, project, "Bash", { command: "npm test" }, id),
      hook_event_name: "PostToolUse",
      tool_response: { stdout: "ok" },
    };
    assert.equal((await agent.hook("claude-code", "PostToolUse", payload)).code, 0);
    await using client = await daemon.connect();
    const { entries } = await client.call("ledger/list", { session });
    const judged = entries.find(({ kind }) => kind === "gate/judged");
    const finished = entries.find(({ kind }) => kind === "tool/finished");
    assert.equal(judged?.payload?.["verdict"], "allow");
    assert.equal(finished?.payload?.["verdictEntry"], judged?.seq);
  });

  test("the catastrophic is denied by the triple that every host obeys", async () => {
    const { code, stdout, stderr } = await ask(randomUUID(), "rm -rf /");
    assert.equal(code, 2);
    const said = JSON.parse(stdout).hookSpecificOutput;
    assert.equal(said.hookEventName, "PreToolUse");
    assert.equal(said.permissionDecision, "deny");
    assert.equal(stderr.trim(), said.permissionDecisionReason);
    assert.ok(said.permissionDecisionReason.length > 20);
  });

  test("a held call waits, is approved once by a person and goes on as a grant", async () => {
    const session = randomUUID();
    const waiting = ask(session, "git push --force origin main");
    await using client = await daemon.connect();
    const id = await nextHold(client, session);
    const approved = await person.type("hold", "approve", id);
    assert.equal(approved.code, 0, approved.text);
    const { code, stdout } = await waiting;
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).hookSpecificOutput.permissionDecision, "allow");
    const { hold } = await client.call("hold/get", { id });
    assert.equal(hold.state, "used");
    const again = ask(session, "git push --force origin main");
    const second = await nextHold(client, session);
    assert.notEqual(second, id, "an approval is used once");
    await person.type("hold", "deny", second, "push to a branch instead");
    const denied = await again;
    assert.equal(denied.code, 2);
    assert.match(denied.stderr, /push to a branch instead/);
  });

  test("what the operator edits is judged again and then runs instead", async () => {
    const session = randomUUID();
    const waiting = ask(session, "git push --force origin main");
    await using client = await daemon.connect();
    const id = await nextHold(client, session);
    const path = join(project, "edited.json");
    writeFileSync(path, '{"command":"git push origin main"}');
    const answer = await person.type("hold", "approve", id, "--edit", path);
    assert.equal(answer.code, 0, answer.text);
    const { stdout } = await waiting;
    assert.deepEqual(JSON.parse(stdout).hookSpecificOutput.updatedInput, { command: "git push origin main" });
  });

  test("an edit outside the workspace is held, one inside is not", async () => {
    const session = randomUUID();
    const edit = (file_path: string) =>
      agent.hook("claude-code", "PreToolUse", preToolUse(session, project, "Write", { file_path, content: "x" }));
    assert.equal((await edit(join(project, "src/a.txt"))).code, 0);
    const waiting = edit("/nonexistent-home/.bashrc");
    await using client = await daemon.connect();
    const id = await nextHold(client, session);
    await person.type("hold", "deny", id, "no");
    assert.equal((await waiting).code, 2);
  });

  test("an agent can't approve: not by the CLI, JSON-RPC or HTTP, and its command is denied", async () => {
    const session = randomUUID();
    const waiting = ask(session, "git push --force origin main");
    await using client = await daemon.connect();
    const id = await nextHold(client, session);
    const byCli = await cli(place, "hold", "approve", id);
    assert.equal(byCli.code, 5);
    assert.match(byCli.stderr, /needs a person at a terminal/);
    await assert.rejects(client.call("hold/decide", { id, decision: "approve" }), { code: "NOT_PERMITTED" });
    const { hold } = await client.call("hold/get", { id });
    assert.equal(hold.state, "open");
    for (const command of [
      `signalbox hold approve ${id}`,
      `npx signalbox hold approve ${id}`,
      `curl --unix-socket ${place.socket} -d '{"decision":"approve"}' http://x/v1/holds/${id}/decide`,
    ]) {
      const { code } = await ask(randomUUID(), command);
      assert.equal(code, 2, command);
    }
    await person.type("hold", "deny", id);
    await waiting;
  });

  test("the daemon can't be ended by its number, and the checker that is another process knows it too", async () => {
    await using client = await daemon.connect();
    const { pid } = await client.call("daemon/hello", {});
    for (const command of [`kill ${pid}`, `kill -STOP ${pid}`, `gdb -p ${pid}`]) {
      const { code } = await ask(randomUUID(), command);
      assert.equal(code, 2, command);
    }
    assert.equal((await ask(randomUUID(), `kill ${process.pid}`)).code, 0);
    const { stdout } = await cli(place, "check", "--json", "--", `kill ${pid}`);
    assert.match(stdout, /"verdict": ?"deny"/);
  });

  test("a terminal opened after the agent's session began can't decide its hold", async () => {
    const session = randomUUID();
    const waiting = ask(session, "git push --force origin main");
    await using client = await daemon.connect();
    const id = await nextHold(client, session);
    await using late = await Person.sit(place);
    const answer = await late.type("hold", "approve", id);
    assert.equal(answer.code, 5, answer.text);
    await person.type("hold", "deny", id);
    await waiting;
  });

  test("a hook that its host ends withdraws its hold", async () => {
    const session = randomUUID();
    const waiting = ask(session, "git push --force origin main");
    await using client = await daemon.connect();
    const id = await nextHold(client, session);
    const withdrawn = Promise.withResolvers<string>();
    const stop = new AbortController();
    await client.stream(
      "hold/watch",
      {},
      ({ hold }) => hold.id === id && hold.state !== "open" && withdrawn.resolve(hold.state),
      { signal: stop.signal },
    );
    waiting.end();
    assert.equal(await withdrawn.promise, "withdrawn");
    stop.abort();
    await waiting;
  });
});

const pick = ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr });
