import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import { Agent, cli, makeHome, nextHold, Person, preToolUse, TestDaemon } from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

/** Policy as people meet it: files, trust, modes, what a session read before, and the verbs that explain and propose. */
describe("policy", { timeout: 300_000 }, () => {
  const place = makeHome();
  const project = temporary("sbp-");
  const userFile = join(place.configDir, "policy.toml");
  const repositoryFile = join(project, ".signalbox.toml");
  const settings = ["holds.startGraceMs=0"];
  let daemon: TestDaemon;
  let person: Person;
  let agent: Agent;
  before(async () => {
    execFileSync("git", ["init", "--quiet", project]);
    mkdirSync(join(project, "src"));
    daemon = await TestDaemon.start(place, settings);
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

  const ask = (session: string, command: string) =>
    agent.hook("claude-code", "PreToolUse", preToolUse(session, project, "Bash", { command }));
  const use = (session: string, tool: string, input: object) =>
    agent.hook("claude-code", "PreToolUse", preToolUse(session, project, tool, input));
  /** The newest verdict of a session. */
  const verdict = async (client: Client, session: string) => {
    const { entries } = await client.call("ledger/list", { session, kind: "gate/judged", limit: 1 });
    assert.ok(entries[0] !== undefined);
    return { seq: entries[0].seq, ...entries[0].payload } as Record<string, unknown> & { seq: number };
  };
  /** The rule that is saved, TOML. */
  const rule = (id: string, what: "hold" | "deny" | "allow", command: string, example: string) =>
    `[[rule]]\nid = "${id}"\nverdict = "${what}"\nreason = "the test says so"\ncommand = "${command}"\nexamples = [{ command = "${example}", verdict = "${what}" }]\n`;
  const inMode = async (mode: string, work: () => Promise<void>) => {
    assert.equal((await person.type("mode", mode)).code, 0);
    try {
      await work();
    } finally {
      assert.equal((await person.type("mode", "attended")).code, 0);
    }
  };
  /** Approves the session's next hold and waits for the call's end. */
  const approved = async (
    client: Client,
    session: string,
    asked: ReturnType<typeof ask>,
    ...how: readonly string[]
  ) => {
    const id = await nextHold(client, session);
    const { code, text } = await person.type("hold", "approve", id, ...how);
    assert.equal(code, 0, text);
    assert.equal((await asked).code, 0);
    return id;
  };

  test("an invalid file keeps the last good text, over a restart too, and status tells it", async () => {
    writeFileSync(userFile, rule("no-xtool", "deny", "xtool **", "xtool a"));
    assert.equal((await ask(randomUUID(), "xtool a")).code, 2);
    writeFileSync(userFile, "this is = not [ toml");
    const denied = await ask(randomUUID(), "xtool b");
    assert.equal(denied.code, 2);
    assert.match(denied.stderr, /the test says so/);
    const status = await cli(place, "status");
    assert.match(status.stdout, /policy\.toml, line 1/);

    assert.equal(await daemon.kill("SIGTERM"), 0);
    daemon = await TestDaemon.start(place, settings);
    assert.equal((await ask(randomUUID(), "xtool c")).code, 2);
    await using client = await daemon.connect();
    const { policy } = await client.call("daemon/status", {});
    assert.equal(policy.problems.length, 1);
    assert.match(policy.problems[0] ?? "", /policy\.toml, line 1/);
    const shown = await cli(place, "policy", "show", "--cwd", project);
    assert.match(shown.stdout, /no-xtool/);
    assert.match(shown.stdout, /not valid: .*policy\.toml, line 1/);
    const { entries } = await client.call("ledger/list", { kind: "policy/refused" });
    assert.ok(entries.length >= 1);

    // A rule that fails its own example makes the file invalid, too.
    writeFileSync(userFile, rule("no-ytool", "deny", "ytool **", "ztool a"));
    assert.equal((await ask(randomUUID(), "ytool a")).code, 0);
    assert.equal((await ask(randomUUID(), "xtool d")).code, 2);
    writeFileSync(userFile, "");
    assert.equal((await ask(randomUUID(), "xtool e")).code, 0);
    assert.deepEqual((await client.call("daemon/status", {})).policy.problems, []);
  });

  test("a repository's file only tightens until a person trusts exactly that text", async () => {
    const text = `mode = "observe"\n${rule("ours", "allow", "git push --force **", "git push --force")}${rule("no-deploy", "deny", "make deploy", "make deploy")}`;
    writeFileSync(repositoryFile, text);
    await using client = await daemon.connect();
    assert.equal((await ask(randomUUID(), "make deploy")).code, 2);
    const session = randomUUID();
    const held = ask(session, "git push --force origin x");
    const id = await nextHold(client, session);
    await person.type("hold", "deny", id);
    assert.equal((await held).code, 2);
    const before = await cli(place, "policy", "show", "--effective", "--cwd", join(project, "src"));
    assert.match(before.stdout, /deny +no-deploy +repository/);
    assert.match(before.stdout, /allows by its rule ours: not in force until you trust it/);

    const otherText = { path: repositoryFile, sha256: "0".repeat(64) };
    await assert.rejects(client.call("policy/trust", otherText), { code: "NOT_PERMITTED" });
    const byAgent = await cli(place, "policy", "trust", repositoryFile);
    assert.equal(byAgent.code, 5);
    const trusted = await person.type("policy", "trust", repositoryFile);
    assert.equal(trusted.code, 0, trusted.text);
    assert.match(trusted.text, /id = "no-deploy"/, "what is trusted is shown");
    assert.equal((await ask(randomUUID(), "git push --force origin x")).code, 0);
    assert.equal((await ask(randomUUID(), "make deploy")).code, 2);

    writeFileSync(repositoryFile, `${text}# one more line\n`);
    const again = randomUUID();
    const second = ask(again, "git push --force origin x");
    await person.type("hold", "deny", await nextHold(client, again));
    assert.equal((await second).code, 2, "any edit takes the trust away");
    rmSync(repositoryFile);
  });

  test("an approval saved as a rule works at the next call, for that call alone", async () => {
    await using client = await daemon.connect();
    const session = randomUUID();
    await approved(client, session, ask(session, "ssh build.example uptime"), "--rule");
    assert.match(readFileSync(userFile, "utf8"), /ssh build\.example uptime/);
    const next = await ask(randomUUID(), "ssh build.example uptime");
    assert.deepEqual([next.code, next.stderr], [0, ""]);
    const other = randomUUID();
    const held = ask(other, "ssh build.example reboot");
    await person.type("hold", "deny", await nextHold(client, other));
    assert.equal((await held).code, 2);
    writeFileSync(userFile, "");
  });

  test("modes: unattended denies what would be held, observe lets it pass and says so, panic denies all", async () => {
    await using client = await daemon.connect();
    await inMode("unattended", async () => {
      const session = randomUUID();
      const { code, stderr } = await ask(session, "git push --force origin x");
      assert.equal(code, 2);
      assert.match(stderr, /needs a person and nobody attends now/);
      const recorded = await verdict(client, session);
      assert.deepEqual([recorded["verdict"], recorded["would"], recorded["mode"]], ["deny", "hold", "unattended"]);
      assert.equal((await ask(session, "npm test")).code, 0);
    });
    await inMode("observe", async () => {
      const session = randomUUID();
      assert.equal((await ask(session, "git push --force origin x")).code, 0);
      const recorded = await verdict(client, session);
      assert.deepEqual([recorded["verdict"], recorded["would"], recorded["mode"]], ["allow", "hold", "observe"]);
      assert.equal((await ask(session, "rm -rf /")).code, 2);
      assert.equal((await ask(session, "npm test")).code, 0);
      assert.equal((await verdict(client, session))["would"], undefined);
    });
    await inMode("panic", async () => {
      const { code, stderr } = await ask(randomUUID(), "npm test");
      assert.equal(code, 2);
      assert.match(stderr, /operator stopped everything/);
    });
    assert.equal((await ask(randomUUID(), "npm test")).code, 0);
    assert.equal((await cli(place, "mode", "observe")).code, 5, "an agent can't set the mode");
  });

  test("strangers' text, a secret and a send in one session: held, over a restart, with the steps named", async () => {
    writeFileSync(join(project, ".env"), "DB_PASSWORD=hunter2\n");
    const session = randomUUID();
    {
      await using client = await daemon.connect();
      assert.equal((await use(session, "WebFetch", { url: "https://docs.example/a", prompt: "sum it up" })).code, 0);
      const fetched = await verdict(client, session);
      assert.equal((await ask(session, "git push origin x")).code, 0, "two legs raise nothing");
      await approved(client, session, ask(session, "cat .env"));
      const read = await verdict(client, session);
      assert.equal((await ask(session, "git push origin x")).code, 0, "nothing was written since that it could carry");
      assert.equal((await ask(session, "git commit -am x")).code, 0);
      const wrote = await verdict(client, session);

      assert.equal(await daemon.kill("SIGTERM"), 0);
      daemon = await TestDaemon.start(place, settings);
      await using again = await daemon.connect();
      const held = ask(session, "git push origin x");
      const id = await nextHold(again, session);
      const { hold } = await again.call("hold/get", { id });
      assert.equal(hold.rule, "lethal-trifecta");
      assert.match(hold.reason, new RegExp(`entry ${fetched.seq} brought in .*docs\\.example`));
      assert.match(hold.reason, new RegExp(`entry ${read.seq} read a secret .*\\.env`));
      assert.match(hold.reason, new RegExp(`entry ${wrote.seq} wrote what is sent`));
      await person.type("hold", "deny", id);
      assert.equal((await held).code, 2);
      await approved(again, session, ask(session, "git push origin x"));
      const once = ask(session, "git push origin x");
      await person.type("hold", "deny", await nextHold(again, session));
      assert.equal((await once).code, 2, "approved once is approved once");
      const noRule = ask(session, "git push origin y");
      const other = await nextHold(again, session);
      await assert.rejects(again.call("hold/rule", { id: other }), /No built-in rule holds this call by itself/);
      await person.type("hold", "deny", other);
      await noRule;
    }
    assert.equal((await ask(randomUUID(), "git push origin x")).code, 0, "another session has no such trail");
  });

  test("a temporary file is strangers' unless the session made it", async () => {
    await using client = await daemon.connect();
    const session = randomUUID();
    const own = join(tmpdir(), `sb-own-${session}`);
    const other = join(tmpdir(), `sb-other-${session}`);
    try {
      assert.equal((await ask(session, `date > ${own}`)).code, 0);
      writeFileSync(own, "what the command would have written\n");
      assert.equal((await ask(session, `cat ${own}`)).code, 0);
      assert.equal((await ask(session, "npm test")).code, 0);
      assert.equal((await verdict(client, session))["trail"], undefined);
      writeFileSync(other, "do as I say\n");
      assert.equal((await ask(session, `cat ${other}`)).code, 0);
      const { seq } = await verdict(client, session);
      assert.equal((await ask(session, "npm test")).code, 0);
      const { trail } = await verdict(client, session);
      assert.deepEqual(
        (trail as { leg: string; entry: number }[]).map(({ leg, entry }) => [leg, entry]),
        [["untrusted", seq]],
      );
    } finally {
      rmSync(own, { force: true });
      rmSync(other, { force: true });
    }
  });

  test("check --entry replays a verdict and says when today's rules say otherwise", async () => {
    await using client = await daemon.connect();
    const session = randomUUID();
    const held = ask(session, "git push --force https://bob:hunter2@host.example/a main");
    const id = await nextHold(client, session);
    const { seq, ...recorded } = await verdict(client, session);
    assert.ok(!JSON.stringify(recorded).includes("hunter2"));
    await person.type("hold", "deny", id);
    await held;
    const same = await cli(place, "check", "--entry", String(seq), "--json");
    assert.equal(same.code, 0, same.stderr);
    const told = JSON.parse(same.stdout);
    assert.deepEqual([told.same, told.before.verdict, told.now.verdict, told.limits], [true, "hold", "hold", []]);

    writeFileSync(userFile, rule("no-force", "deny", "git push --force **", "git push --force"));
    const other = await cli(place, "check", "--entry", String(seq));
    assert.equal(other.code, 10);
    assert.match(other.stdout, /Not the same today: the test says so/);
    writeFileSync(userFile, "");
    const none = await cli(place, "check", "--entry", "0");
    assert.notEqual(none.code, 0);
    assert.match(none.stderr, /Entry 0 is no verdict/);
  });

  test("simulate says what would change, suggest turns repeated approvals into rules that work", async () => {
    await using client = await daemon.connect();
    for (let time = 0; time < 2; time += 1) {
      const session = randomUUID();
      await approved(client, session, ask(session, "ssh deploy.example status"));
    }
    const proposed = join(project, "proposed.toml");
    writeFileSync(proposed, rule("no-npm-test", "deny", "npm test", "npm test"));
    const simulated = await cli(place, "policy", "simulate", proposed, "--json");
    assert.equal(simulated.code, 0, simulated.stderr);
    const { verdicts, counts, changes } = JSON.parse(simulated.stdout);
    assert.ok(verdicts > 10);
    assert.deepEqual(Object.keys(counts), ["allow -> deny"]);
    assert.ok(counts["allow -> deny"] >= 3);
    assert.equal(changes[0].after.rule, "no-npm-test");
    assert.equal((await ask(randomUUID(), "npm test")).code, 0, "nothing was put in force");

    const history = join(project, "history");
    writeFileSync(history, ": 1700000000:0;npm test\nls\nAPI_TOKEN=hunter2 npm test\n");
    assert.equal((await cli(place, "policy", "simulate", proposed, "--history", history)).code, 5);
    const typed = await person.type("policy", "simulate", proposed, "--history", history, "--last", "1");
    assert.equal(typed.code, 0, typed.text);
    assert.match(typed.text, /and 3 commands of your history/);
    assert.match(typed.text, /history {2}API_TOKEN=__redacted/);

    const suggested = await cli(place, "policy", "suggest");
    assert.equal(suggested.code, 0, suggested.stderr);
    assert.match(suggested.stdout, /# approved 2 times .*ssh deploy\.example status/);
    writeFileSync(userFile, suggested.stdout);
    assert.equal((await cli(place, "policy", "test")).code, 0);
    assert.equal((await ask(randomUUID(), "ssh deploy.example status")).code, 0);
    writeFileSync(userFile, "");
  });

  test("init writes once, for a person alone; test and import say what is wrong", async () => {
    rmSync(userFile, { force: true });
    assert.equal((await cli(place, "policy", "init")).code, 5);
    assert.equal(existsSync(userFile), false);
    const made = await person.type("policy", "init");
    assert.equal(made.code, 0, made.text);
    assert.equal(statSync(userFile).mode & 0o777, 0o600);
    assert.equal((await cli(place, "policy", "test")).code, 0);
    writeFileSync(userFile, "# mine\n");
    assert.notEqual((await person.type("policy", "init")).code, 0);
    assert.equal(readFileSync(userFile, "utf8"), "# mine\n");

    const wrong = join(project, "wrong.toml");
    writeFileSync(
      wrong,
      rule("a", "deny", "atool **", "atool x") +
        rule("b", "deny", "btool **", "ctool x") +
        rule("c", "hold", "rm **", "rm -rf /"),
    );
    const tested = await cli(place, "policy", "test", wrong, "--json");
    assert.equal(tested.code, 10);
    const told = JSON.parse(tested.stdout);
    assert.deepEqual([told.examples, told.wrong.map((each: { rule: string }) => each.rule)], [3, ["b", "c"]]);

    const settings = join(project, "settings.json");
    writeFileSync(settings, JSON.stringify({ permissions: { deny: ["Bash(git rebase:*)", "Agent(x)"] } }));
    const imported = await cli(place, "policy", "import", "claude", settings);
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stderr, /not translated: permissions\.deny: "Agent\(x\)"/);
    writeFileSync(userFile, imported.stdout);
    assert.equal((await ask(randomUUID(), "git rebase main")).code, 2);
    writeFileSync(userFile, "");
  });

  test("a rule is tried on what was judged before it is in force, over the socket too, and changes nothing", async () => {
    const session = randomUUID();
    for (const command of ["ls -la", "ls src", "git status"]) assert.equal((await ask(session, command)).code, 0);
    await using client = await daemon.connect();
    const add = rule("no-ls", "deny", "ls **", "ls x");
    const tried = await client.call("policy/simulate", { add, last: 3 });
    assert.deepEqual(
      [tried.judged, tried.unknown, tried.counts],
      [3, 0, [{ before: "allow", after: "deny", count: 2 }]],
    );
    assert.deepEqual(
      tried.changes.map(({ what, after }) => [what, after]),
      [
        ["ls src", { verdict: "deny", rule: "no-ls" }],
        ["ls -la", { verdict: "deny", rule: "no-ls" }],
      ],
    );
    assert.equal((await ask(session, "ls again")).code, 0, "nothing is in force");
    await assert.rejects(client.call("policy/simulate", { add: rule("x", "deny", "ls **", "cat x") }), {
      code: "INVALID_PARAMS",
    });
  });
});
