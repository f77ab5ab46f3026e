import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Place } from "../../src/protocol/place.ts";
import { Agent, makeHome, plainEnvironment, preToolUse, root, TestDaemon } from "../support/daemon.ts";
import { toldOf } from "./stage.ts";

const missing = spawnSync("tmux", ["-V"]).status === 0 ? false : "there is no tmux here";
const screenMsMax = 60_000;

/** A server of tmux of its own, with one session; a client in control mode tells when something was drawn. */
class Tmux implements AsyncDisposable {
  readonly socket: string;
  readonly #watcher: ChildProcess;
  readonly #drawn = new Set<() => void>();

  constructor(place: Place) {
    this.socket = join(place.home, "tmux");
    const size = ["-x", "100", "-y", "30"];
    this.run("-f", "/dev/null", "new-session", "-d", ...size, "-s", "work", "-n", "board", "/bin/sh");
    this.#watcher = spawn("tmux", ["-S", this.socket, "-C", "attach", "-t", "work"], {
      env: environment,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#watcher.stdout?.on("data", () => this.#drawn.forEach((look) => look()));
  }

  run(...args: readonly string[]): string {
    return execFileSync("tmux", ["-S", this.socket, ...args], { env: environment, encoding: "utf8" }).trimEnd();
  }

  type(keys: string): void {
    this.run("send-keys", "-t", "work:board", "-l", keys);
  }

  get screen(): string {
    return this.run("capture-pane", "-p", "-t", "work:board");
  }

  async until(is: () => boolean): Promise<void> {
    const late = AbortSignal.timeout(screenMsMax);
    while (!is()) {
      if (late.aborted) throw new Error(`It did not come to that. The pane is:\n${this.screen}`);
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#drawn.delete(look);
          late.removeEventListener("abort", look);
          resolve();
        };
        this.#drawn.add(look);
        late.addEventListener("abort", look, { once: true });
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.run("kill-server");
    if (this.#watcher.exitCode === null) await once(this.#watcher, "exit");
  }
}

const environment = { ...plainEnvironment, TERM: "xterm-256color", LC_ALL: "C.UTF-8" };
const board = (place: Place) => `${process.execPath} ${join(root, "bin/signalbox.js")} --home ${place.home} board`;

test("in a pane of tmux: keys approve what can be undone, and a waiting hook returns; what can't is refused with the reason", {
  skip: missing,
}, async () => {
  using place = makeHome();
  await using daemon = await TestDaemon.start(place);
  await using tmux = new Tmux(place);
  tmux.type(`${board(place)}\n`);
  await tmux.until(() => tmux.screen.includes("No agent has been heard of yet."));
  using agent = new Agent(place);
  const push = { command: "git push --force-with-lease origin main" };
  const hooked = agent.hook("claude-code", "PreToolUse", preToolUse("s-1", place.home, "Bash", push));
  await tmux.until(() => tmux.screen.includes("Needs you 1"));
  tmux.type("ga");
  assert.equal(toldOf(await hooked).decision, "allow");
  await tmux.until(() => /Approved hold_\w+ once/.test(tmux.screen));

  const write = { file_path: "/etc/hosts", content: "x" };
  const held = agent.hook("claude-code", "PreToolUse", preToolUse("s-1", place.home, "Write", write));
  await tmux.until(() => tmux.screen.includes("It can't be undone."));
  tmux.type("ga");
  await tmux.until(() => tmux.screen.includes("Approve it once?"));
  tmux.type("y");
  await tmux.until(() => /Not done: .*(tmux|multiplexer)/s.test(tmux.screen));
  tmux.type("gdno\r");
  await tmux.until(() => tmux.screen.includes("Denied"));
  assert.match(toldOf(await held).reason, /no/);
  assert.equal(daemon.child.exitCode, null);
});

test("one key goes to the exact pane where a session runs", { skip: missing }, async () => {
  using place = makeHome();
  await using _daemon = await TestDaemon.start(place);
  await using tmux = new Tmux(place);
  tmux.type(`${board(place)}\n`);
  await tmux.until(() => tmux.screen.includes("No agent has been heard of yet."));
  const payload = { session_id: "s-1", cwd: place.home, hook_event_name: "UserPromptSubmit", prompt: "fix the login" };
  // As an agent has it: hooks are children of a program that runs in the pane, and goes on running there.
  const program = `require("node:child_process").execFileSync(${JSON.stringify(join(root, "build/signalbox-hook"))},
    ["--home", ${JSON.stringify(place.home)}, "claude-code", "UserPromptSubmit"], { input: ${JSON.stringify(JSON.stringify(payload))} });
    process.stdin.resume();`;
  writeFileSync(join(place.home, "agent.cjs"), program);
  tmux.run("new-window", "-d", "-t", "work", "-n", "other", "cat");
  tmux.run(
    "new-window",
    "-d",
    "-t",
    "work",
    "-n",
    "agent",
    `exec ${process.execPath} ${join(place.home, "agent.cjs")}`,
  );
  const pane = tmux.run("display-message", "-p", "-t", "work:agent", "#{pane_id}");
  await tmux.until(() => tmux.screen.includes("fix the login"));
  await tmux.until(() => tmux.screen.includes(`tmux pane ${pane}`));
  tmux.type("gt");
  await tmux.until(() => tmux.run("display-message", "-p", "-t", "work", "#{window_name}") === "agent");
  await tmux.until(() => tmux.screen.includes(`tmux shows fix the login, pane ${pane}.`));
});
