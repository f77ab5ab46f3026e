import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Client } from "../../src/client/index.ts";
import { hook, makeHome, preToolUse, TestDaemon } from "../support/daemon.ts";
import { temporary } from "../support/temporary.ts";

/** A working tree with tracked, untracked and ignored files. */
function workingTree(): string {
  const top = temporary("sbw-");
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@localhost", ...args], { cwd: top, stdio: "ignore" });
  mkdirSync(join(top, "dist"));
  mkdirSync(join(top, "src"));
  for (const name of ["src/one.ts", "src/two.ts", "three.ts", "notes.txt", "dist/made.js"])
    writeFileSync(join(top, name), `${name}\n`);
  writeFileSync(join(top, ".gitignore"), "dist/\ncoverage/\n*.log\n");
  git("init", "-q");
  git("add", "src", "three.ts", ".gitignore");
  git("commit", "-qm", "first");
  return top;
}

/** The real watcher in the real daemon. */
describe("files that vanish outside tool calls", { timeout: 300_000 }, () => {
  const place = makeHome();
  const [quiet, working] = [workingTree(), workingTree()];
  const log = join(place.home, "log", "daemon.log");
  let daemon: TestDaemon;
  before(async () => {
    daemon = await TestDaemon.start(place);
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    place[Symbol.dispose]();
    for (const top of [quiet, working]) rmSync(top, { recursive: true, force: true });
  });

  const start = (session: string, cwd: string) =>
    hook(place, "claude-code", "SessionStart", {
      session_id: session,
      cwd,
      hook_event_name: "SessionStart",
      source: "startup",
    });
  const logged = async (sentence: string, workspace: string) => {
    const said = () =>
      readFileSync(log, "utf8")
        .split("\n")
        .some((line) => line.includes(sentence) && line.includes(workspace));
    const written = watch(log);
    try {
      while (!said()) await once(written, "change");
    } finally {
      written.close();
    }
  };

  async function entries(client: Client, workspace: string, count: number) {
    const enough = Promise.withResolvers<void>();
    const stop = new AbortController();
    const list = async () => {
      const found = await client.call("ledger/list", { kind: "workspace/changed-outside" });
      const own = found.entries.filter(({ payload }) => payload?.["workspace"] === workspace).reverse();
      if (own.length >= count) enough.resolve();
      return own;
    };
    await client.stream("ledger/tail", {}, () => void list().catch(enough.reject), { signal: stop.signal });
    await list();
    await enough.promise;
    stop.abort(new Error("found"));
    return list();
  }

  test("become an entry; what is ignored does not, and neither does what a running call takes away", async () => {
    await using client = await daemon.connect();
    for (const [session, cwd] of [
      ["quiet", quiet],
      ["working", working],
    ] as const)
      assert.equal((await start(session, cwd)).code, 0);
    const call = preToolUse("working", working, "Bash", { command: "git status" });
    assert.equal((await hook(place, "claude-code", "PreToolUse", call)).code, 0);
    for (const top of [quiet, working]) await logged("deletions in a workspace are watched", top);

    rmSync(join(working, "src"), { recursive: true });
    for (const top of ["src", "dist", "notes.txt"]) rmSync(join(quiet, top), { recursive: true });
    const [first] = await entries(client, quiet, 1);
    assert.equal(first?.payload?.["gone"], 4);
    assert.deepEqual(first?.payload?.["paths"], ["notes.txt", "src", "src/one.ts", "src/two.ts"]);
    assert.deepEqual(first?.payload?.["sessions"], [{ agent: "claude-code", session: "quiet" }]);

    // An ignored folder that was made since the watch began, and a rename.
    mkdirSync(join(quiet, "coverage"));
    writeFileSync(join(quiet, "coverage/x.html"), "");
    execFileSync("mv", ["three.ts", "four.ts"], { cwd: quiet });
    rmSync(join(quiet, "coverage"), { recursive: true });
    const told = await entries(client, quiet, 2);
    assert.deepEqual([told[1]?.payload?.["paths"], told[1]?.payload?.["appeared"]], [["three.ts"], 1]);
    // Its deletion came before both bursts: an entry of it would be there by now.
    assert.deepEqual(await entries(client, working, 0), []);
  });

  test("are watched only as long as a session is live there", async () => {
    await hook(place, "claude-code", "SessionEnd", {
      session_id: "quiet",
      cwd: quiet,
      hook_event_name: "SessionEnd",
      reason: "exit",
    });
    await logged("deletions in a workspace are no longer watched", quiet);
    assert.equal(await daemon.kill("SIGTERM"), 0, "it closes what it watches and drains");
  });
});
