import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import { cli, hook, makeHome, Person, plainEnvironment, preToolUse, run, TestDaemon } from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

/** Shims through the real hook binary, the real daemon and real programs. */
describe("a program behind a shim", { timeout: 300_000 }, () => {
  const place = makeHome();
  const project = temporary("sbp-");
  const outside = realpathSync(mkdtempSync("/var/tmp/sbo-"));
  const shims = join(place.home, "shims");
  const shimmed = { ...plainEnvironment, PATH: `${shims}:${plainEnvironment.PATH}` };
  /** Runs a command line below the shims, started by bash's own path. */
  const sh = (line: string, options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {}) =>
    run("/bin/bash", ["--norc", "-c", line], { env: shimmed, cwd: project, ...options });
  let daemon: TestDaemon;
  /** Whose terminal was there before anything ran below the shims. */
  let person: Person;
  before(async () => {
    person = await Person.sit(place);
    execFileSync("git", ["init", "--quiet", project]);
    daemon = await TestDaemon.start(place, ["holds.startGraceMs=0"]);
    const installed = await cli(place, "shim", "install");
    assert.equal(installed.code, 0, installed.stderr);
  });
  after(async () => {
    await person[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    rmSync(project, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  });
  /** Work that nothing could bring back. */
  const makeSources = () => {
    mkdirSync(join(project, "sources"));
    writeFileSync(join(project, "sources", "draft"), "a day of work");
  };
  const entries = async () => {
    await using client = await daemon.connect();
    return (await client.call("ledger/list", { kind: "gate/judged", limit: 50 })).entries;
  };

  test("install links what is there, and only that; twice is once", async () => {
    const { linked, left } = JSON.parse((await cli(place, "--json", "shim", "install")).stdout);
    assert.ok(["rm", "bash", "sh", "find", "xargs"].every((name) => linked.includes(name)));
    assert.ok(
      left.length > 0 && left.every((name: string) => !existsSync(join(shims, name))),
      "`command -v` must not lie",
    );
    const status = JSON.parse((await cli(place, "--json", "shim", "status")).stdout);
    assert.deepEqual([status.linked.length, status.missing, status.onPath], [linked.length, [], false]);
  });

  test("allowed: it becomes the program, with its argv[0], environment, folder, descriptors and exit code", async () => {
    const ran = await sh(
      `A=1 bash -c 'echo "$0 $A $PWD"; exit 7' zero; echo $?; exec -a other bash -c 'echo $BASH_ARGV0; cat <&-; read x <&3; echo $x' 3<<<three`,
    );
    assert.deepEqual(ran.stdout.split("\n"), [`zero 1 ${project}`, "7", "other", "three", ""]);
    const [entry] = await entries();
    assert.deepEqual([entry?.agent, entry?.payload?.["cwd"]], ["shell", project]);
  });

  test("signals pass as without a shim: SIGPIPE ends it, an ignored SIGINT stays ignored, the code of a signal is the shell's", async () => {
    const ran = await sh(
      `find / -maxdepth 2 2>&1 | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"; trap '' INT; bash -c 'kill -INT $$; echo alive'; bash -c 'kill -TERM $$'; echo $?`,
    );
    assert.deepEqual(ran.stdout.split("\n").slice(1), ["alive", "143", ""]);
    assert.match(ran.stdout, /^(141|0)\n/);
  });

  test("denied: 126, with the reason, and nothing ran", async () => {
    const ran = await sh("rm -rf --no-preserve-root /; echo $?");
    assert.equal(ran.stdout, "126\n");
    assert.match(ran.stderr, /^signalbox: this was not run\. .+/);
    const [entry] = await entries();
    assert.deepEqual([entry?.payload?.["verdict"], entry?.agent], ["deny", "shell"]);
  });

  test("missing behind the shims: 127", async () => {
    assert.equal((await cli(place, "shim", "install", "no-such-program")).code, 0);
    const ran = await sh("no-such-program; echo $?");
    assert.equal(ran.stdout, "127\n");
    assert.match(ran.stderr, /no-such-program: no such program on PATH behind the shims/);
  });

  test("two folders of shims do not call each other for ever", async () => {
    const other = makeHome();
    try {
      assert.equal((await cli(other, "shim", "install", "find")).code, 0);
      const ran = await sh("find . -maxdepth 0", {
        env: { ...shimmed, PATH: `${shims}:${join(other.home, "shims")}:${shimmed.PATH}` },
      });
      assert.equal(ran.stdout, ".\n", ran.stderr);
    } finally {
      other[Symbol.dispose]();
    }
  });

  test("scripts of the workspace run at once, those from elsewhere are judged", async () => {
    const script = (folder: string) => {
      const path = join(folder, "work.sh");
      writeFileSync(path, "echo worked");
      return path;
    };
    const before = (await entries()).length;
    assert.equal((await sh(`sh ${script(project)}; bash ./work.sh; sh </dev/null`)).stdout, "worked\nworked\n");
    assert.equal((await entries()).length, before);
    await sh(`sh ${script(outside)}`);
    const [entry] = await entries();
    assert.equal(commandOf(entry), `sh ${outside}/work.sh`);

    // bash looks on PATH for a name that is not in its folder, and a program that only has a shell's name is no shell.
    writeFileSync(join(outside, "far.sh"), "echo far");
    await sh(`PATH=$PATH:${outside} bash far.sh`);
    assert.equal(commandOf((await entries())[0]), "bash far.sh");
    writeFileSync(join(outside, "dash"), "#!/bin/sh\necho dashed", { mode: 0o755 });
    await sh(`PATH=${shims}:${outside} dash ./work.sh`);
    assert.equal(commandOf((await entries())[0]), `${outside}/dash ./work.sh`);
  });

  test("a hold waits on the terminal where it was typed, and that person decides it there", async () => {
    makeSources();
    await using typist = await Person.sit(place);
    const line = `cd ${project}; PATH=${shims}:$PATH rm -r ./sources`;
    const denied = typist.runs(line);
    await typist.sees(/signalbox: held[^]*rm -r \.\/sources[^]*Type a to approve/);
    typist.keys("maybe\n");
    await typist.sees(/type a to approve it once, d to deny/);
    typist.keys("d\n");
    assert.equal((await denied).code, 126);
    assert.ok(existsSync(join(project, "sources")));

    await using again = await Person.sit(place);
    const approved = again.runs(line);
    await again.sees(/Type a to approve/);
    again.keys("a\n");
    assert.equal((await approved).code, 0);
    assert.ok(!existsSync(join(project, "sources")));
    const [entry] = await entries();
    assert.deepEqual([entry?.payload?.["verdict"], entry?.payload?.["granted"]], ["allow", true]);
  });

  test("a hold without a terminal waits for whoever decides elsewhere; ended, it is withdrawn", async () => {
    await using client = await daemon.connect();
    makeSources();
    const waiting = run(join(shims, "rm"), ["-r", "./sources"], { env: shimmed, cwd: project });
    const id = await openHold(client);
    assert.equal((await person.type("hold", "approve", id)).code, 0);
    const approved = await waiting;
    assert.equal(approved.code, 0, approved.stderr);
    assert.ok(!existsSync(join(project, "sources")));

    makeSources();
    const ended = run(join(shims, "rm"), ["-r", "./sources"], { env: shimmed, cwd: project });
    const second = await openHold(client);
    ended.child.kill("SIGTERM");
    await ended;
    await changed(client, second, "withdrawn");
    assert.ok(existsSync(join(project, "sources")));
  });

  test("below a wired agent's running call it runs at once, but for the catastrophic", async () => {
    const session = randomUUID();
    const id = `toolu_${randomUUID()}`;
    const below = (line: string) => sh(line);
    const payload = preToolUse(session, project, "Bash", { command: "npm test" }, id);
    // This process is the agent: the hook is its child, and so is what the call runs.
    assert.equal((await hook(place, "claude-code", "PreToolUse", payload)).code, 0);
    const before = (await entries()).length;
    mkdirSync(join(project, "built"));
    assert.equal((await below("rm -r ./built; bash -c 'exit 3'")).code, 3);
    assert.ok(!existsSync(join(project, "built")));
    assert.equal((await entries()).length, before, "the call's own verdict is theirs");
    assert.equal((await below("rm -rf --no-preserve-root /")).code, 126);
    const [denied] = await entries();
    assert.deepEqual([denied?.agent, denied?.session], ["claude-code", session]);

    await hook(place, "claude-code", "PostToolUse", { ...payload, hook_event_name: "PostToolUse", tool_response: {} });
    assert.equal((await below("bash -c true")).code, 0);
    const [after] = await entries();
    assert.equal(commandOf(after), "bash -c true");
    await hook(place, "claude-code", "SessionEnd", {
      session_id: session,
      cwd: project,
      hook_event_name: "SessionEnd",
    });
  });

  test("guard runs an agent with the shims first, and passes its exit code", async () => {
    const agent = join(outside, "agent");
    writeFileSync(agent, "#!/bin/bash\nbash -c 'echo asked'; exit 9\n", { mode: 0o755 });
    const ran = await cli(place, "guard", agent, "--flag", "word");
    assert.deepEqual([ran.code, ran.stdout, ran.stderr], [9, "asked\n", ""]);
    const [entry] = await entries();
    assert.equal(entry?.agent, "agent");
    assert.equal((await cli(place, "guard", "no-such-agent")).code, 127);
  });

  test("a person uninstalls it, and nothing is left", async () => {
    assert.equal((await cli(place, "shim", "uninstall")).code, 5, "an agent's shell may not");
    writeFileSync(join(shims, "mine"), "not a link of ours");
    assert.equal((await person.type("shim", "uninstall")).code, 0);
    assert.deepEqual(readdirSync(shims), ["mine"]);
  });
});

/** The id of the next hold that is open. */
async function openHold(client: Client): Promise<string> {
  let found = "";
  await watch(client, (hold) => {
    if (hold.state !== "open" || hold.waiting === 0) return false;
    found = hold.id;
    return true;
  });
  return found;
}

const changed = (client: Client, id: string, state: string) =>
  watch(client, (hold) => hold.id === id && hold.state === state, id);

async function watch(
  client: Client,
  is: (hold: { id: string; state: string; waiting: number }) => boolean,
  id?: string,
): Promise<void> {
  const found = Promise.withResolvers<void>();
  const stop = new AbortController();
  const look = (hold: { id: string; state: string; waiting: number }) => void (is(hold) && found.resolve());
  const { first } = await client.stream("hold/watch", {}, ({ hold }) => look(hold), { signal: stop.signal });
  first.holds.forEach(look);
  if (id !== undefined) look((await client.call("hold/get", { id })).hold);
  try {
    await found.promise;
  } finally {
    stop.abort(new Error("found"));
  }
}

const commandOf = (entry: { payload: Readonly<Record<string, unknown>> | null } | undefined): unknown =>
  (entry?.payload?.["input"] as { command?: unknown } | undefined)?.command;
