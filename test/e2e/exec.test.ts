import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { makeHome, plainEnvironment, root, TestDaemon } from "../support/daemon.ts";
import { daemonWithProject } from "../support/project.ts";
import { remove, temporary } from "../support/temporary.ts";

interface Answer {
  readonly text: string;
  readonly failed: boolean;
}

/** A host that speaks to `signalbox mcp` over its standard input and output. */
class Host implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: Record<string, unknown>) => void>();
  lastId = 0;

  constructor(home: string, cwd: string, flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(
      process.execPath,
      [join(root, "bin/signalbox.js"), "--home", home, "mcp", "--agent", "plain", ...flags],
      {
        cwd,
        env: { ...plainEnvironment, ...env },
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    if (this.#child.stdout === null) throw new Error("it was spawned with a pipe");
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const message = JSON.parse(line) as Record<string, unknown>;
      this.#waiting.get(message["id"] as number)?.(message);
    });
  }

  async open(): Promise<void> {
    const clientInfo = { name: "host", version: "1" };
    await this.ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
    this.tell({ method: "notifications/initialized" });
  }

  ask(method: string, params: object): Promise<Record<string, unknown>> {
    this.lastId += 1;
    const id = this.lastId;
    const answer = new Promise<Record<string, unknown>>((resolve) => this.#waiting.set(id, resolve));
    this.tell({ id, method, params });
    return answer;
  }

  async exec(args: object): Promise<Answer> {
    const { result } = (await this.ask("tools/call", { name: "exec", arguments: args })) as {
      result: { content: { text: string }[]; isError?: boolean };
    };
    return { text: result.content[0]?.text ?? "", failed: result.isError === true };
  }

  tell(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
  }
}

describe("the MCP tool that runs a command through the gate", { timeout: 300_000 }, () => {
  const at = daemonWithProject();
  const { place, project } = at;

  test("is there only when it was asked for", async () => {
    await using plain = new Host(place.home, project);
    await plain.open();
    const { result } = (await plain.ask("tools/list", {})) as { result: { tools: { name: string }[] } };
    assert.ok(!result.tools.some(({ name }) => name === "exec"));
  });

  test("runs what is allowed, tells its outcome, and refuses what is denied", async () => {
    await using host = new Host(place.home, project, ["--exec"]);
    await host.open();
    const ran = await host.exec({ command: "pwd; echo no >&2; exit 3" });
    assert.deepEqual(ran, { failed: true, text: `exit code 3\nstdout:\n${project}\n\nstderr:\nno\n` });
    assert.deepEqual(await host.exec({ command: "cat" }), { failed: false, text: "exit code 0" });
    await using client = await at.daemon.connect();
    const { entries } = await client.call("ledger/list", { kind: "tool/finished" });
    assert.deepEqual(
      entries.map(({ payload }) => payload?.["status"]),
      ["done", "failed"],
    );
    assert.ok(entries.every(({ payload }) => typeof payload?.["verdictEntry"] === "number"));
    const denied = await host.exec({ command: "rm -rf --no-preserve-root /" });
    assert.ok(denied.failed && !denied.text.includes("exit code"), denied.text);
    assert.match((await host.exec({ command: "" })).text, /Nothing was run: command/);
    assert.match(
      (await host.exec({ command: "true", cwd: "/nonexistent/folder" })).text,
      /can't be started in \/nonexistent\/folder/,
    );
  });

  test("what a repository sets in the environment does not change what was judged", async () => {
    writeFileSync(join(project, "start"), "echo started");
    const env = {
      BASH_ENV: join(project, "start"),
      ENV: join(project, "start"),
      "BASH_FUNC_pwd%%": "() { echo mine; }",
    };
    await using host = new Host(place.home, project, ["--exec"], env);
    await host.open();
    assert.equal((await host.exec({ command: "pwd" })).text, `exit code 0\nstdout:\n${project}\n`);
  });

  test("keeps the beginning and the end of a long output", async () => {
    await using host = new Host(place.home, project, ["--exec"]);
    await host.open();
    const { text } = await host.exec({ command: "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo last" });
    assert.ok(text.length < 70_000);
    assert.match(text, /first[^]*bytes left out[^]*last/);
  });

  test("out of time or cancelled, all that it started is ended", async () => {
    await using host = new Host(place.home, project, ["--exec"]);
    await host.open();
    const late = await host.exec({ command: "sleep 60 & echo $! > late; wait", timeoutMs: 300 });
    assert.match(late.text, /^ended after 300 ms/);
    await gone(join(project, "late"));
    const pidFile = join(project, "cancelled");
    const begun = appears(pidFile);
    void host.exec({ command: "trap '' TERM; sleep 60 & echo $! > cancelled; wait" });
    await begun;
    host.tell({ method: "notifications/cancelled", params: { requestId: host.lastId } });
    await gone(pidFile);
  });
});

describe("a daemon that goes away while the command runs", { timeout: 300_000 }, () => {
  test("what ran is told as run, with what could not be entered", async () => {
    using place = makeHome();
    const project = temporary("sbp-");
    try {
      execFileSync("git", ["init", "--quiet", project]);
      const daemon = await TestDaemon.start(place);
      await using host = new Host(place.home, project, ["--exec"]);
      await host.open();
      const begun = appears(join(project, "begun"));
      const ran = host.exec({ command: "mkfifo go; echo yes > begun; read word < go; echo $word" });
      await begun;
      await daemon[Symbol.asyncDispose]();
      writeFileSync(join(project, "go"), "on\n");
      const { text, failed } = await ran;
      assert.equal(failed, false, text);
      assert.match(text, /^exit code 0\nstdout:\non\n/);
      assert.match(text, /It was run\. Its outcome could not be entered: /);
    } finally {
      remove(project);
    }
  });
});

/** Resolves when the file is there and says something. */
async function appears(path: string): Promise<void> {
  const says = () => existsSync(path) && readFileSync(path, "utf8").endsWith("\n");
  const watcher = watch(join(path, ".."));
  try {
    while (!says()) await once(watcher, "change");
  } finally {
    watcher.close();
  }
}

/** Resolves when the process that the file names has ended. */
async function gone(path: string): Promise<void> {
  const stat = `/proc/${readFileSync(path, "utf8").trim()}/stat`;
  const runs = () => {
    try {
      return !/\) Z /.test(readFileSync(stat, "utf8"));
    } catch {
      return false; // it ended before or while it was looked at
    }
  };
  while (runs()) await new Promise((resolve) => setImmediate(resolve));
}
