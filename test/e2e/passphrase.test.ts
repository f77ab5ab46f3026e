import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import { makeHome, Person, TestDaemon } from "../support/daemon.ts";
import { remove, temporary } from "../support/temporary.ts";

describe("with a passphrase set, a terminal alone releases and loosens nothing for good", { timeout: 300_000 }, () => {
  const place = makeHome();
  const project = temporary("sbp-");
  let person: Person;
  let daemon: TestDaemon;
  let client: Client;
  const knows = [["Passphrase: ", "correct horse"]] as const;
  const guesses = [["Passphrase: ", "correct house"]] as const;
  /** As a script would: at the person's terminal, with nobody to ask. */
  const unasked = (...args: readonly string[]) => person.typeInto("", ...args);
  const mode = async () => (await client.call("daemon/status", {})).mode;
  const held = async (command: string, session = "s"): Promise<string> => {
    const call = { agent: "codex", session, cwd: project, tool: "Bash", input: { command }, wait: false };
    const { hold } = await client.call("gate/request", call);
    return hold ?? assert.fail(`${command} was not held`);
  };

  before(async () => {
    execFileSync("git", ["init", "--quiet", project]);
    person = await Person.sit(place);
    daemon = await TestDaemon.start(place);
    client = await daemon.connect();
    const lines = "correct horse\ncorrect horse\n";
    assert.equal((await person.typeInto(lines, "operator", "passphrase", "set", "--stdin")).code, 0);
  });
  after(async () => {
    await client[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
    await person[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    remove(project);
  });

  test("a hold that can't be undone is released with it, and the record says so", async () => {
    const hold = await held("git push --force origin main");
    assert.equal((await client.call("hold/get", { id: hold })).hold.undoable, false);
    const refused = await unasked("hold", "approve", hold);
    assert.equal(refused.code, 5);
    assert.match(refused.text, new RegExp(`needs the operator's passphrase[^]*signalbox hold approve ${hold}`));
    assert.match((await person.typeAnswering(guesses, "hold", "approve", hold)).text, /not that of the passphrase/);
    assert.equal((await client.call("hold/get", { id: hold })).hold.state, "open");

    const approved = await person.typeAnswering(knows, "hold", "approve", hold);
    assert.equal(approved.code, 0, approved.text);
    const { entries } = await client.call("ledger/list", { kind: "hold/decided" });
    assert.match(JSON.stringify(entries[0]?.payload?.["by"]), /"passphrase":true/);
  });

  test("`hold watch` asks for it, and shows nothing of what is typed", async () => {
    await using watcher = await Person.sit(place);
    const hold = await held("git push --force origin watched", "after they sat down");
    const watching = watcher.type("hold", "watch");
    await watcher.sees(/origin watched/);
    watcher.keys("a");
    await watcher.sees(/Passphrase \(Esc to go back\): /);
    watcher.keys("correct horse\r");
    await watcher.sees(/[Aa]pproved/);
    watcher.keys("q");
    assert.doesNotMatch((await watching).text, /horse/);
    assert.equal((await client.call("hold/get", { id: hold })).hold.state, "approved");
  });

  test("a proof is good for the one hold that it was made for", async () => {
    const [one, other] = [await held("git push --force origin one"), await held("git push --force origin other")];
    const { nonce } = await client.call("operator/challenge", { op: `hold/decide:${one}` });
    const proof = JSON.stringify({ id: other, decision: "approve", proof: { nonce, proof: "00" } });
    const script = `const s=require("net").connect(${JSON.stringify(place.socket)});s.on("data",d=>{process.stdout.write(String(d));s.destroy()});s.write(JSON.stringify({jsonrpc:"2.0",id:1,method:"hold/decide",params:${proof}})+"\\n")`;
    assert.match((await person.run(process.execPath, "-e", script)).text, /given for another operation/);
  });

  test("what can be undone, and whatever is stricter, needs a terminal only", async () => {
    const denied = await held("git push --force origin two");
    assert.equal((await unasked("hold", "deny", denied)).code, 0);
    assert.equal((await unasked("mode", "unattended")).code, 0);
    assert.equal((await unasked("mode", "attended")).code, 0);
    assert.equal((await unasked("panic")).code, 0);
    assert.equal(await mode(), "panic");
  });

  test("modes that guard less, trust and the daemon's end need it", async () => {
    assert.equal((await unasked("mode", "attended")).code, 5);
    assert.equal(await mode(), "panic");
    assert.equal((await person.typeAnswering(knows, "mode", "attended")).code, 0);
    assert.equal((await unasked("mode", "observe")).code, 5);
    assert.equal((await person.typeAnswering(guesses, "mode", "observe")).code, 5);
    assert.equal(await mode(), "attended");

    const policy = join(project, ".signalbox.toml");
    writeFileSync(policy, "");
    assert.equal((await unasked("policy", "trust", policy)).code, 5);
    const trusted = await person.typeAnswering(knows, "policy", "trust", policy);
    assert.equal(trusted.code, 0, trusted.text);

    assert.equal((await unasked("down")).code, 5);
    assert.equal((await client.call("daemon/hello", {})).pid, daemon.child.pid);
    assert.equal((await person.typeAnswering(knows, "down")).code, 0);
    assert.equal(await daemon.exited, 0);
  });
});

test("the panic of a policy file is left with it too", { timeout: 300_000 }, async () => {
  using place = makeHome();
  writeFileSync(join(place.configDir, "policy.toml"), 'mode = "panic"\n', { mode: 0o600 });
  await using person = await Person.sit(place);
  await using _ = await TestDaemon.start(place);
  const lines = "correct horse\ncorrect horse\n";
  assert.equal((await person.typeInto(lines, "operator", "passphrase", "set", "--stdin")).code, 0);
  assert.equal((await person.typeInto("", "mode", "attended")).code, 5);
  assert.equal((await person.typeAnswering([["Passphrase: ", "correct horse"]], "mode", "attended")).code, 0);
});
