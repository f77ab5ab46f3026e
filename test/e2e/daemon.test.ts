import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  Agent,
  cli,
  endDaemon,
  hook,
  makeHome,
  nextHold,
  Person,
  plainEnvironment,
  preToolUse,
  run,
  TestDaemon,
} from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

const project = temporary("sbp-");
execFileSync("git", ["init", "--quiet", project]);
after(() => rmSync(project, { recursive: true, force: true }));
const ask = (
  place: { home: string; socket: string; configDir: string },
  command: string,
  session: string = randomUUID(),
  env?: NodeJS.ProcessEnv,
) =>
  hook(
    place,
    "claude-code",
    "PreToolUse",
    preToolUse(session, project, "Bash", { command }),
    env === undefined ? {} : { env },
  );

test("up --detach, status, down: a home of its own from nothing to nothing", async () => {
  using place = makeHome();
  const up = await cli(place, "up", "--detach");
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, /Signalbox is up/);
  const status = await cli(place, "status", "--json");
  assert.equal(status.code, 0, status.stderr);
  const seen = JSON.parse(status.stdout);
  assert.equal(seen.home, place.home);
  assert.equal(seen.socket, place.socket);
  assert.equal(seen.openHolds, 0);
  for (const key of ["pid", "version", "uptimeMs", "sessions", "ledger", "diskBytes"]) assert.ok(key in seen, key);
  const twice = await cli(place, "up", "--detach");
  assert.equal(twice.code, 0);
  assert.match(twice.stdout, /already up/);
  await endDaemon(place);
  const away = await cli(place, "status");
  assert.equal(away.code, 3);
  assert.match(away.stdout, /not running/);
});

test("killed between two calls, the daemon is started again by the next hook, whatever its environment says", async () => {
  using place = makeHome();
  const attackers = temporary("sba-");
  const daemon = await TestDaemon.start(place);
  assert.equal((await ask(place, "npm test")).code, 0);
  await daemon.kill("SIGKILL");
  writeFileSync(join(attackers, "node"), `#!/bin/sh\ntouch ${attackers}/ran\n`);
  chmodSync(join(attackers, "node"), 0o755);
  const hostile = {
    PATH: attackers,
    NODE_OPTIONS: `--require ${attackers}/evil.cjs`,
    LD_PRELOAD: `${attackers}/evil.so`,
    SIGNALBOX_HOME: attackers,
    SIGNALBOX_MODE: "observe",
    HOME: attackers,
  };
  writeFileSync(join(attackers, "evil.cjs"), `require("node:fs").writeFileSync("${attackers}/ran", "")`);
  assert.equal((await ask(place, "npm test", randomUUID(), hostile)).code, 0);
  assert.equal((await ask(place, "rm -rf /", randomUUID(), hostile)).code, 2);
  assert.equal(existsSync(join(attackers, "ran")), false);
  assert.equal(existsSync(join(attackers, "sock")), false);
  await endDaemon(place);
  rmSync(attackers, { recursive: true });
});

test("down --stay: hooks deny with a sentence that names the way back, and other events pass", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  await using person = await Person.sit(place);
  const down = await person.type("down", "--stay");
  assert.equal(down.code, 0, down.text);
  assert.equal(await daemon.exited, 0);
  const { code, stderr } = await ask(place, "ls");
  assert.equal(code, 2);
  assert.match(stderr, /signalbox up/);
  assert.match(stderr, /unwire/);
  for (const event of ["UserPromptSubmit", "Stop", "PostToolUse", "SessionStart"]) {
    const quiet = await hook(place, "claude-code", event, { session_id: "s", cwd: project, hook_event_name: event });
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, "", ""], event);
  }
});

test("an agent can't stop the daemon", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  const { code, stderr } = await cli(place, "down");
  assert.equal(code, 5, stderr);
  assert.equal(daemon.child.exitCode, null);
});

test("open holds are found again after a restart, and the hook that waits gets the decision made there", async () => {
  using place = makeHome();
  await using person = await Person.sit(place);
  using agent = new Agent(place);
  const first = await TestDaemon.start(place);
  const session = randomUUID();
  const waiting = agent.hook(
    "claude-code",
    "PreToolUse",
    preToolUse(session, project, "Bash", { command: "git push --force origin main" }),
  );
  let id: string;
  {
    await using client = await first.connect();
    id = await nextHold(client, session);
  }
  assert.equal(await first.kill("SIGTERM"), 0);
  await using _second = await TestDaemon.start(place);
  const approved = await person.type("hold", "approve", id);
  assert.equal(approved.code, 0, approved.text);
  assert.equal((await waiting).code, 0);
});

test("a home that others can enter is refused in a sentence", async () => {
  using place = makeHome();
  chmodSync(place.home, 0o755);
  const { code, stderr } = await cli(place, "up", "--detach");
  assert.equal(code, 1);
  assert.equal(stderr.match(/open to others/g)?.length, 1, "it is said once");
  assert.match(stderr, /It holds other things too, so choose a folder of its own/, "nobody is told to close /etc");
  writeFileSync(join(place.home, "config.toml"), "");
  assert.match((await cli(place, "up")).stderr, /open to others.*chmod 700/s);
});

test("a setting for this run that can't be taken is a usage error, and one for a daemon that runs already a conflict", async () => {
  using place = makeHome();
  for (const set of ["nope=1", "log.level=loud", "nothing"]) {
    const { code, stderr } = await cli(place, "up", "--detach", "--set", set);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /signalbox config explain/);
  }
  await using _daemon = await TestDaemon.start(place);
  const { code, stderr } = await cli(place, "up", "--set", "log.level=debug");
  assert.equal(code, 6);
  assert.match(stderr, /--set counts for one that is started/);
});

test("a wrong configuration names the key and the fix before anything starts", async () => {
  using place = makeHome();
  writeFileSync(join(place.home, "config.toml"), "[holds]\nwaitms = 5\n");
  const { code, stderr } = await cli(place, "up", "--detach");
  assert.equal(code, 1);
  assert.match(stderr, /holds\.waitms.*holds\.waitMs/);
});

test("the socket's path may have 100 bytes; a longer one is refused in a sentence", async () => {
  const long = join("/tmp", "x".repeat(110));
  const { code, stderr } = await run(
    process.execPath,
    [join(import.meta.dirname, "../../bin/signalbox.js"), "--home", long, "status"],
    { env: plainEnvironment },
  );
  assert.equal(code, 2);
  assert.match(stderr, /bytes long.*SIGNALBOX_HOME/);
});

test("a corrupt database: every call is denied with what to do, and ledger recover begins anew with a gap", async () => {
  using place = makeHome();
  {
    const daemon = await TestDaemon.start(place);
    await ask(place, "npm test");
    await daemon.kill("SIGTERM");
  }
  for (const suffix of ["-wal", "-shm"]) rmSync(join(place.home, `signalbox.db${suffix}`), { force: true });
  writeFileSync(join(place.home, "signalbox.db"), "this is no database, whatever its name says ".repeat(200));
  const daemon = await TestDaemon.start(place);
  const { code, stderr } = await ask(place, "npm test");
  assert.equal(code, 2);
  assert.match(stderr, /ledger recover/);
  const prompt = await hook(place, "claude-code", "UserPromptSubmit", { session_id: "s", cwd: project, prompt: "hi" });
  assert.deepEqual([prompt.code, prompt.stdout], [0, ""]);
  await daemon.kill("SIGTERM");
  const recovered = await cli(place, "ledger", "recover");
  assert.equal(recovered.code, 0, recovered.stderr);
  await using again = await TestDaemon.start(place);
  assert.equal((await ask(place, "npm test")).code, 0);
  await using client = await again.connect();
  const { entries } = await client.call("ledger/list", { after: -1 });
  assert.equal(entries[0]?.kind, "ledger/gap");
  assert.equal((await client.call("ledger/verify", {})).ok, true);
});

test("a missing ledger key: deny, never a new key in silence", async () => {
  using place = makeHome();
  {
    const daemon = await TestDaemon.start(place);
    await ask(place, "npm test");
    await daemon.kill("SIGTERM");
  }
  rmSync(join(place.home, "keys"), { recursive: true });
  mkdirSync(join(place.home, "keys"), { mode: 0o700 });
  await using _daemon = await TestDaemon.start(place);
  const { code, stderr } = await ask(place, "npm test");
  assert.equal(code, 2);
  assert.match(stderr, /ledger recover/);
});
