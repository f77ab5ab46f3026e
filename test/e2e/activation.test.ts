import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "../../src/client/index.ts";
import { daemonArguments, type Place } from "../../src/protocol/place.ts";
import { hook, makeHome, plainEnvironment, preToolUse, root } from "../support/daemon.ts";

const daemonOf = (place: Place) => [process.execPath, ...daemonArguments(place, join(root, "bin/signalbox.js"))];

/** Somebody who listens on the socket and starts the daemon when the first caller comes. */
async function activator(
  place: Place,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ parent: ChildProcess; complaint: () => string }> {
  const parent = spawn(join(root, "build/activate"), [place.socket, ...daemonOf(place)], {
    env: { ...plainEnvironment, HOME: place.home, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaint = "";
  parent.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  await once(parent.stdout as NonNullable<typeof parent.stdout>, "data");
  return { parent, complaint: () => complaint };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

for (const [how, environment] of [
  ["", {}],
  [", one that has to start itself anew in a clean environment included", { NODE_NO_WARNINGS: "1" }],
] as const)
  test(`the call that starts an activated daemon is answered, and the path outlives it${how}`, async (t) => {
    using place = makeHome();
    const { parent, complaint } = await activator(place, environment);
    t.after(() => parent.kill("SIGKILL"));
    const { ino } = lstatSync(place.socket);
    // A hook is the first to call: its call must be answered by the daemon that it woke, not by the hook's static text.
    const asked = await hook(
      place,
      "claude-code",
      "PreToolUse",
      preToolUse("s", place.home, "Bash", { command: "ls" }),
    );
    assert.deepEqual([asked.code, asked.stderr], [0, ""], complaint());
    {
      await using client = await connect({ socket: place.socket });
      const { entries } = await client.call("ledger/list", { kind: "gate/judged", limit: 10 });
      assert.equal(entries.length, 1);
      const { pid } = await client.call("daemon/hello", {});
      assert.doesNotMatch(readFileSync(`/proc/${pid}/cmdline`, "utf8"), /ready-fd/);
    }
    parent.kill("SIGTERM");
    assert.equal(await exitOf(parent), 0, complaint());
    assert.equal(lstatSync(place.socket).ino, ino);
  });

test("a descriptor that was announced to another process is left alone: the daemon binds, and finds the path taken", async () => {
  using place = makeHome();
  const { parent, complaint } = await activator(place, { LISTEN_PID_OFF: "1" });
  const { ino } = lstatSync(place.socket);
  void connect({ socket: place.socket }).catch(() => {}); // nobody will answer it: it only wakes
  assert.equal(await exitOf(parent), 1);
  assert.match(complaint(), /Another daemon answers on/);
  assert.equal(lstatSync(place.socket).ino, ino);
});

const systemd = "/usr/bin/systemd-socket-activate";

test("systemd's own socket activation starts it", {
  skip: existsSync(systemd) ? false : `${systemd} is not installed`,
}, async (t) => {
  using place = makeHome();
  const names = ["PATH", "HOME", "LANG"].flatMap((name) => ["-E", name]);
  const parent = spawn(systemd, [...names, "-l", place.socket, ...daemonOf(place)], {
    env: { ...plainEnvironment, HOME: place.home },
    stdio: ["ignore", "ignore", "pipe"],
  });
  t.after(() => parent.kill("SIGKILL"));
  await new Promise<void>((resolve) => {
    let said = "";
    parent.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Listening on")) resolve();
    });
  });
  const { ino } = lstatSync(place.socket);
  await using client = await connect({ socket: place.socket });
  const { pid } = await client.call("daemon/hello", {});
  assert.equal(pid, parent.pid); // it execs
  assert.equal(lstatSync(place.socket).ino, ino);
  parent.kill("SIGTERM");
  assert.equal(await exitOf(parent), 0);
  assert.equal(lstatSync(place.socket).ino, ino);
});
