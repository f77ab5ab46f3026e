import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { ProcessSeen, ProcessTable } from "../facts/index.ts";
import { silentLog } from "../kit/log.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import type { Discovered, Evidence, Known, Observed } from "../sessions/index.ts";
import { agentOf } from "./agent-programs.ts";
import { SessionObserver } from "./session-observer.ts";

const signal = new AbortController().signal;
/** Pids above any that Linux gives, so that nothing real is read. */
const pid = (number: number) => 10_000_000 + number;

function tableOf(
  processes: readonly (Partial<ProcessSeen> & { pid: number; parent: number })[],
  nowTicks: number,
): ProcessTable {
  const seen = processes.map((one) => ({ startTime: 10, name: "x", cpuTicks: 0, residentBytes: 2 ** 20, ...one }));
  const children = new Map<number, ProcessSeen[]>();
  for (const one of seen) children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  return { byPid: new Map(seen.map((one) => [one.pid, one])), children, nowTicks };
}

function rig(change: Partial<Observed> = {}, watchers = 1, discover = true) {
  const clock = new SteppedClock();
  const told: Evidence[] = [];
  const learnt: Known[] = [];
  const found: (readonly Discovered[])[] = [];
  let table = tableOf([], 0);
  const one: Observed = {
    agent: "claude-code",
    session: "s",
    process: { pid: pid(1), startTime: 10 },
    workspace: "/nowhere",
    cwd: "/nowhere",
    lastSeenAtMs: 0,
    transcript: undefined,
    askedSinceMs: undefined,
    turnSinceMs: undefined,
    stated: false,
    terminal: true,
    ...change,
  };
  let scans = 0;
  const observer = new SessionObserver({
    sessions: {
      observed: () => [one],
      discover: (all) => void found.push(all),
      learn: (_, known) => void learnt.push(known),
      tell: (_, ...evidence) => void told.push(...evidence),
      watchers,
    },
    clock,
    log: silentLog,
    workspaceAt: (cwd) => Promise.resolve({ root: cwd }),
    projectAt: () => Promise.resolve(null),
    scan: () => {
      scans += 1;
      return Promise.resolve(table);
    },
    discover,
  });
  const look = async (next: ProcessTable) => {
    table = next;
    await observer.look(signal);
  };
  return { clock, told, learnt, found, look, scans: () => scans };
}

test("the processor time and memory of the whole tree since the look before", async () => {
  const { clock, learnt, look } = rig();
  const tree = (ticks: number) => [
    { pid: pid(1), parent: 1, cpuTicks: ticks },
    { pid: pid(2), parent: pid(1), cpuTicks: ticks },
    { pid: pid(3), parent: pid(2), cpuTicks: 0 },
    { pid: pid(4), parent: 1, cpuTicks: 9_999 },
  ];
  await look(tableOf(tree(100), 1_000));
  assert.deepEqual(
    learnt.filter(({ process }) => process !== undefined),
    [],
  );
  clock.advance(2_000);
  await look(tableOf(tree(150), 1_200));
  assert.deepEqual(learnt.at(-1)?.process, { processes: 3, cpuPercent: 50, residentBytes: 3 * 2 ** 20 });
});

test("a program that began after the dialog says that the person said yes; hooks, older and brief ones do not", async () => {
  const ask = rig({ askedSinceMs: Date.UTC(2026, 0, 1) });
  const below = (...more: readonly Parameters<typeof tableOf>[0][number][]) => [
    { pid: pid(1), parent: 1 },
    { pid: pid(2), parent: pid(1), startTime: 900, name: "mcp-server" },
    ...more,
  ];
  await ask.look(tableOf(below(), 1_000));
  await ask.look(tableOf(below({ pid: pid(3), parent: pid(1), startTime: 1_350, name: "statusline" }), 1_400));
  const hookShell = { pid: pid(4), parent: pid(1), startTime: 1_010, name: "sh" };
  const hook = { pid: pid(5), parent: pid(4), startTime: 1_010, name: "signalbox-hook" };
  await ask.look(tableOf(below(hookShell, hook), 1_400));
  assert.deepEqual(ask.told, []);
  await ask.look(tableOf(below({ pid: pid(6), parent: pid(1), startTime: 1_100, name: "make" }), 1_400));
  assert.deepEqual(ask.told, [{ kind: "program-ran" }]);
});

test("nobody watches: it looks once a minute", async () => {
  const { clock, look, scans } = rig({}, 0);
  for (let second = 0; second < 120; second += 3) {
    await look(tableOf([], 0));
    clock.advance(3_000);
  }
  assert.equal(scans(), 2);
});

test("git is asked when the session did something or the state is old, and what it says is shown", async (t) => {
  const folder = temporary(t);
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@t", ...args], { stdio: "pipe" });
  git("init", "-q", "-b", "trunk");
  writeFileSync(join(folder, "a"), "1\n2\n");
  git("add", ".");
  git("commit", "-qm", "a");
  writeFileSync(join(folder, "a"), "1\n3\n4\n");
  writeFileSync(join(folder, "b"), "new\n");
  const { learnt, look } = rig({ workspace: folder, process: undefined });
  await look(tableOf([], 0));
  assert.deepEqual(learnt.at(-1)?.git, {
    root: folder,
    mainWorktree: null,
    branch: "trunk",
    dirtyFiles: 2,
    ahead: null,
    behind: null,
    addedLines: 2,
    removedLines: 1,
  });
  const before = learnt.length;
  await look(tableOf([], 0));
  assert.equal(learnt.length, before, "nothing happened since");
  const worktree = join(folder, "..", `${folder.split("/").at(-1)}-w`);
  git("worktree", "add", "-q", worktree);
  t.after(() => rmSync(worktree, { recursive: true, force: true }));
  const linked = rig({ workspace: worktree, process: undefined });
  await linked.look(tableOf([], 0));
  assert.equal(linked.learnt.at(-1)?.git?.mainWorktree, folder);
  assert.equal(linked.learnt.at(-1)?.git?.dirtyFiles, 0);
});

test("a transcript tells of a turn that was broken off, unless it was the turn before", async (t) => {
  const path = join(temporary(t), "t.jsonl");
  writeFileSync(
    path,
    `${"x".repeat(200_000)}\n{"type":"user","message":{"content":"[Request interrupted by user]"}}\n`,
  );
  const turn = Date.UTC(2026, 0, 1);
  const quiet = { transcript: path, process: undefined, turnSinceMs: turn };
  utimesSync(path, turn / 1_000 - 5, turn / 1_000 - 5);
  const before = rig(quiet);
  await before.look(tableOf([], 0));
  assert.deepEqual(before.told, []);
  utimesSync(path, turn / 1_000 + 5, turn / 1_000 + 5);
  await before.look(tableOf([], 0));
  assert.deepEqual(before.told, [{ kind: "interrupted", text: "its user broke it off" }]);
  const calling = rig({ ...quiet, turnSinceMs: undefined });
  await calling.look(tableOf([], 0));
  assert.deepEqual(calling.told, []);
});

test("agents are known by their command lines, their errands are not sessions", () => {
  const cases: [string, string | undefined][] = [
    ["claude", "claude-code"],
    ["/home/d/.local/share/claude/versions/2.1.329", undefined],
    ["claude --resume x", "claude-code"],
    ["node /usr/lib/node_modules/@google/gemini-cli/dist/index.js -m x", "gemini"],
    ["/usr/bin/node --no-warnings /usr/local/bin/gemini", "gemini"],
    ["node /x/codex.js", "codex"],
    ["codex app-server", undefined],
    ["codex exec fix the mcp server", "codex"],
    ["claude mcp serve", undefined],
    ["copilot --acp", undefined],
    ["vim claude", undefined],
    ["node server.js claude", undefined],
    ["", undefined],
  ];
  for (const [line, agent] of cases) assert.equal(agentOf(line.split(" ")), agent, line);
});

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "sb-look-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("an agent that was never wired is found by its process, unless that is turned off", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sb-unwired-"));
  t.after(() => rmSync(folder, { recursive: true }));
  copyFileSync("/bin/sleep", join(folder, "claude"));
  const claude = spawn(join(folder, "claude"), ["600"], { stdio: "ignore" });
  await once(claude, "spawn");
  t.after(() => claude.kill("SIGKILL"));
  const table = tableOf([{ pid: claude.pid ?? 0, parent: 1 }], 1_000);
  for (const discover of [true, false]) {
    const { found, look } = rig({}, 1, discover);
    await look(table);
    assert.deepEqual(
      found.map((all) => all.map(({ agent }) => agent)),
      [discover ? ["claude-code"] : []],
    );
  }
});
