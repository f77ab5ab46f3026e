import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { hook, makeHome, preToolUse, type Ran, TestDaemon } from "../support/daemon.ts";

/** Files of the home that vanish under a running daemon, as an agent's script or a careless person may make them. */

const ls = preToolUse("s1", "/tmp", "Bash", { command: "ls" });
const reasonOf = ({ stdout }: Ran): string =>
  (JSON.parse(stdout) as { hookSpecificOutput: { permissionDecisionReason: string } }).hookSpecificOutput
    .permissionDecisionReason;

test("a socket that is removed is put back: the next call is judged by the same daemon", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  await using before = await daemon.connect();
  const { pid } = await before.call("daemon/hello", {});
  rmSync(place.socket);
  const ran = await hook(place, "claude-code", "PreToolUse", ls);
  assert.deepEqual([ran.code, ran.stdout], [0, ""], ran.stderr);
  await using after = await daemon.connect();
  assert.equal((await after.call("daemon/hello", {})).pid, pid);
  assert.equal((await before.call("daemon/hello", {})).pid, pid, "connections live on");
});

test("what stands in the socket's place is waited for, not removed", async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  rmSync(place.socket);
  mkdirSync(place.socket);
  const denied = await hook(place, "claude-code", "PreToolUse", ls);
  assert.equal(denied.code, 2, "nothing is allowed meanwhile");
  rmdirSync(place.socket);
  for (;;) {
    const client = await daemon.connect().catch(() => undefined);
    if (client === undefined) continue;
    await client.call("daemon/hello", {});
    return client[Symbol.asyncDispose]();
  }
});

test("a database that is taken away is a deny with words, since nothing could be found again", async () => {
  using place = makeHome();
  await using _daemon = await TestDaemon.start(place);
  const database = join(place.home, "signalbox.db");
  assert.equal((await hook(place, "claude-code", "PreToolUse", ls)).code, 0);
  renameSync(database, `${database}.aside`);
  const denied = await hook(place, "claude-code", "PreToolUse", ls);
  assert.equal(denied.code, 2);
  assert.match(reasonOf(denied), /deleted or replaced under the daemon.*signalbox restart/);
  renameSync(`${database}.aside`, database);
  assert.equal((await hook(place, "claude-code", "PreToolUse", ls)).code, 0);
});
