import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import { makeHome, plainEnvironment, Person, root, run, TestDaemon } from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

/** What a person types, through a real interactive bash on a terminal of its own. */
describe("a shell that is recorded", { timeout: 300_000 }, () => {
  const place = makeHome();
  const userHome = temporary("sbu-");
  const rc = join(userHome, ".bashrc");
  const rcText =
    "PS1='$ '\nHISTFILE=\nHISTCONTROL=ignoreboth\nPROMPT_COMMAND='echo \"<code $?>\"'\n# no line feed at the end";
  const env = { ...plainEnvironment, HOME: userHome };
  const verb = (...args: readonly string[]) =>
    run(process.execPath, [join(root, "bin/signalbox.js"), "--home", place.home, ...args], { env });
  let daemon: TestDaemon;
  before(async () => {
    daemon = await TestDaemon.start(place);
    writeFileSync(rc, rcText, { mode: 0o640 });
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    rmSync(userHome, { recursive: true, force: true });
  });

  /** Types these lines, then leaves. @returns the screen */
  async function types(...lines: readonly string[]): Promise<string> {
    const shell = spawn(join(root, "build/pty"), ["/bin/bash", "-i"], {
      cwd: userHome,
      env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    let screen = "";
    shell.stdout.setEncoding("utf8").on("data", (text: string) => (screen += text));
    shell.stdin.write(`${lines.join("\n")}\nexit\n`);
    await once(shell, "exit");
    return screen;
  }

  /** Resolves with the recorded commands as soon as there are so many. */
  async function recorded(
    client: Client,
    count: number,
  ): Promise<{ command: string; exitCode: unknown; cwd: unknown }[]> {
    const enough = Promise.withResolvers<void>();
    const stop = new AbortController();
    const list = async () => {
      const { entries } = await client.call("ledger/list", { kind: "gate/recorded" });
      if (entries.length >= count) enough.resolve();
      return entries.reverse();
    };
    await client.stream("ledger/tail", {}, () => void list().catch(enough.reject), { signal: stop.signal });
    await list();
    await enough.promise;
    stop.abort(new Error("found"));
    return (await list()).map(({ payload }) => ({
      command: String((payload?.["input"] as { command?: unknown } | undefined)?.command),
      exitCode: payload?.["exitCode"],
      cwd: payload?.["cwd"],
    }));
  }

  test("tells what ran, where and how it ended, redacted, and leaves the user's own hook as it was", async () => {
    assert.equal((await verb("record", "install", "bash")).code, 0);
    assert.match((await verb("record", "install")).stdout, /Nothing was to be changed/);
    const screen = await types(
      "false",
      "",
      "cd /tmp",
      " echo not told",
      "export TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345",
    );
    assert.match(screen, /<code 1>/, "the user's PROMPT_COMMAND still sees the command's code");
    await using client = await daemon.connect();
    const told = await recorded(client, 3);
    assert.deepEqual(
      told
        .slice(0, 3)
        .map(({ command, exitCode, cwd }) => [command.slice(0, 13), exitCode, cwd])
        .sort((a, b) => String(a).localeCompare(String(b))),
      [
        ["cd /tmp", 0, userHome],
        ["export TOKEN=", 0, "/tmp"],
        ["false", 1, userHome],
      ],
    );
    assert.doesNotMatch(JSON.stringify(told), /ghp_|not told/);
  });

  test("loses no line that replaced its like in the history, and does not end a shell that ends at failures", async () => {
    await using client = await daemon.connect();
    const before = (await recorded(client, 3)).length;
    const lines = ["HISTCONTROL=erasedups", "echo a", "echo b", "echo a", "set -e", "! true", "echo al''ive"];
    assert.match(await types(...lines), /alive/);
    const told = (await recorded(client, before + lines.length)).slice(before).map(({ command }) => command);
    assert.deepEqual(told.toSorted(), lines.toSorted());
  });

  test("keeps, redacted, what was typed while no daemon ran, and hands it over", async () => {
    await daemon.kill("SIGTERM");
    writeFileSync(join(place.home, "stay"), "");
    await types("export TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345");
    const spool = join(place.home, "recording", "spool");
    while (!existsSync(spool)) await new Promise((resolve) => setImmediate(resolve)); // the shell has left; its child writes on
    assert.doesNotMatch(readFileSync(spool, "utf8"), /ghp_/);
    daemon = await TestDaemon.start(place);
    await using client = await daemon.connect();
    const told = await recorded(client, 3 + 7 + 1); // with those of the tests before
    assert.match(told.at(-1)?.command ?? "", /^export TOKEN=/);
    assert.ok(!existsSync(spool));
  });

  test("uninstalled by a person, the rc file has its very bytes again, or keeps what was edited since", async () => {
    assert.equal((await verb("record", "uninstall")).code, 5, "an agent's shell may not");
    await using person = await Person.sit(place);
    const typed = (word: string) =>
      person.runs(`HOME=${userHome} ${process.execPath} ${root}/bin/signalbox.js --home ${place.home} record ${word}`);
    assert.equal((await typed("uninstall bash")).code, 0);
    assert.equal(readFileSync(rc, "utf8"), rcText);
    assert.equal((await verb("record", "install")).code, 0);
    writeFileSync(rc, `${readFileSync(rc, "utf8")}alias ll='ls -l'\n`);
    assert.equal((await typed("uninstall bash")).code, 0);
    assert.equal(readFileSync(rc, "utf8"), `${rcText}\nalias ll='ls -l'\n`);
    writeFileSync(rc, "# <<< signalbox record <<<\n");
    assert.match((await verb("record", "install")).stderr, /not once each/);
  });
});
