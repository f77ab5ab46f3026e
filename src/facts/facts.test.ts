import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createFacts, factValue, queriesMax } from "./facts.ts";
import { findGit } from "./git.ts";
import { alive, processOf } from "./process.ts";
import type { FactQuery, FactsOptions } from "./types.ts";

const git = findGit();
const needsGit = { skip: git === undefined ? "git is not installed" : false };
const forever = { signal: new AbortController().signal };

function folder(t: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "sb-facts-")));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function factsFor(change: Partial<FactsOptions> = {}) {
  const facts = createFacts({
    userHome: "/home/op",
    user: "op",
    signalboxPaths: [],
    agentConfigPaths: [],
    made: () => false,
    deadlineMs: 10_000,
    ...change,
  });
  const context = { agent: "a", session: "s", workspace: { root: "/", added: [], ordinary: false } };
  return {
    facts,
    find: async (...queries: FactQuery[]) => facts.find(queries, context, forever),
    value: async (ask: FactQuery["ask"], path: string) => {
      const found = await facts.find([{ ask, path }], context, forever);
      return factValue(found.get(`${ask}:${path}`) ?? assert.fail("no answer"));
    },
    why: async (ask: FactQuery["ask"], path: string) => {
      const fact = (await facts.find([{ ask, path }], context, forever)).get(`${ask}:${path}`);
      return fact !== undefined && "unknown" in fact ? fact.unknown : "";
    },
  };
}

const clean = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };
const run = (cwd: string, ...args: string[]) =>
  execFileSync(git ?? "git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
    cwd,
    env: clean,
    stdio: "pipe",
  });

/** A repository with a.txt, dir/b.txt and .gitignore (out/) committed. */
function repository(t: TestContext): string {
  const path = join(folder(t), "repo");
  mkdirSync(join(path, "dir"), { recursive: true });
  writeFileSync(join(path, "a.txt"), "a\n");
  writeFileSync(join(path, "dir", "b.txt"), "b\n");
  writeFileSync(join(path, ".gitignore"), "out/\n");
  run(path, "init", "-q");
  run(path, "add", "-A");
  run(path, "commit", "-qm", "first");
  return path;
}

test("a path leads through links, dangling ones too, dots and what is missing", async (t) => {
  const dir = folder(t);
  const { value, why } = factsFor();
  mkdirSync(join(dir, "real"));
  writeFileSync(join(dir, "real", "file"), "x");
  symlinkSync("real", join(dir, "link"));
  symlinkSync(join(dir, "elsewhere", "new"), join(dir, "dangling"));
  symlinkSync("loop", join(dir, "loop"));
  assert.equal(await value("path", `${dir}/link/file`), `file ${dir}/real/file`);
  assert.equal(await value("path", `${dir}/link`), `folder ${dir}/real`);
  assert.equal(await value("path", `${dir}/link/../x/y`), `missing ${dir}/x/y`);
  assert.equal(await value("path", `${dir}/link/./new/deep`), `missing ${dir}/real/new/deep`);
  assert.equal(await value("path", `${dir}/dangling`), `missing ${dir}/elsewhere/new`);
  assert.equal(await value("path", `${dir}/real/file/below`), `missing ${dir}/real/file/below`);
  assert.equal(await value("path", `${dir}/link/..`), `folder ${dir}`);
  assert.equal(await value("path", "/dev/null"), "device /dev/null");
  assert.match(await why("path", `${dir}/loop`), /more than 40 symbolic links/);
  assert.match(await why("path", "relative"), /not absolute/);
  assert.match(await why("path", `${dir}/a\0b`), /NUL/);
  assert.match(await why("path", "/proc/self/cwd/x"), /\/proc\/self/);
});

test("a socket and a FIFO are told from files", async (t) => {
  const dir = folder(t);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(dir, "sock"), resolve));
  t.after(() => server.close());
  execFileSync("/usr/bin/mkfifo", [join(dir, "fifo")]);
  const { value, why } = factsFor();
  assert.equal(await value("path", join(dir, "sock")), `socket ${dir}/sock`);
  assert.equal(await value("path", join(dir, "fifo")), `socket ${dir}/fifo`);
  assert.match(await why("script", join(dir, "fifo")), /not a plain file/); // and opening it did not block
});

test("a script gives its hash and its first 64 KiB", async (t) => {
  const dir = folder(t);
  const path = join(dir, "run.sh");
  writeFileSync(path, `echo hi\n${"#".repeat(100_000)}`);
  const { find, why } = factsFor();
  const fact = (await find({ ask: "script", path })).get(`script:${path}`);
  assert.ok(fact !== undefined && "sha256" in fact);
  assert.equal(fact.text.length, 64 * 1024);
  assert.match(fact.sha256, /^[0-9a-f]{64}$/);
  writeFileSync(path, `echo hi\n${"#".repeat(99_999)}!`); // beyond the text, still another hash
  const changed = (await find({ ask: "script", path })).get(`script:${path}`);
  assert.ok(changed !== undefined && "sha256" in changed && changed.sha256 !== fact.sha256);
  assert.match(await why("script", join(dir, "none")), /does not exist/);
  assert.match(await why("script", dir), /not a plain file/);
});

test("git: clean, dirty, untracked, ignored, outside", needsGit, async (t) => {
  const repo = repository(t);
  const { value } = factsFor();
  const state = (path: string) => value("git", join(repo, path));
  assert.equal(await state("a.txt"), "clean");
  assert.equal(await state("dir"), "clean");
  mkdirSync(join(repo, "out", "deep"), { recursive: true });
  writeFileSync(join(repo, "out", "deep", "o.js"), "o");
  assert.equal(await state("out"), "ignored");
  assert.equal(await state("out/deep/o.js"), "ignored");
  writeFileSync(join(repo, "new.txt"), "n");
  assert.equal(await state("new.txt"), "untracked");
  assert.equal(await state("*.txt"), "untracked"); // a name, not a pattern
  writeFileSync(join(repo, "dir", "b.txt"), "changed\n");
  assert.equal(await state("dir"), "dirty");
  assert.equal(await state("dir/b.txt"), "dirty");
  run(repo, "add", "dir/b.txt");
  assert.equal(await state("dir"), "dirty"); // staged is not committed
  assert.equal(await state("."), "untracked"); // the repository itself
  assert.equal(await state(".git/config"), "outside");
  assert.equal(await value("git", join(repo, "..")), "outside");
  rmSync(join(repo, "a.txt"));
  assert.equal(await state("a.txt"), "dirty");
  mkdirSync(join(repo, "empty"));
  assert.equal(await state("empty"), "clean"); // nothing in it could be lost
});

test("git: what a repository hides from git's eyes is not clean", needsGit, async (t) => {
  const repo = repository(t);
  const { value } = factsFor();
  run(repo, "update-index", "--assume-unchanged", "a.txt");
  writeFileSync(join(repo, "a.txt"), "precious\n");
  assert.equal(await value("git", join(repo, "a.txt")), "dirty");
  run(repo, "update-index", "--skip-worktree", "dir/b.txt");
  writeFileSync(join(repo, "dir", "b.txt"), "precious\n");
  assert.equal(await value("git", join(repo, "dir")), "dirty");
  const nested = join(repo, "nested");
  mkdirSync(nested);
  run(nested, "init", "-q");
  run(nested, "commit", "-q", "--allow-empty", "-m", "x");
  assert.equal(await value("git", nested), "untracked");
  run(repo, "add", "nested");
  run(repo, "commit", "-qm", "as gitlink", "--", "nested");
  writeFileSync(join(nested, "precious"), "x");
  assert.notEqual(await value("git", join(repo, "nested", "precious")), "clean");
  run(repo, "config", "core.worktree", "/");
  assert.equal(await value("git", join(repo, ".gitignore")), "clean");
});

test("git: a worktree is a repository of its own", needsGit, async (t) => {
  const repo = repository(t);
  const tree = join(repo, "..", "tree");
  run(repo, "worktree", "add", "-q", tree);
  const { value, facts } = factsFor();
  assert.equal(await value("git", join(tree, "a.txt")), "clean");
  writeFileSync(join(tree, "a.txt"), "changed\n");
  assert.equal(await value("git", join(tree, "a.txt")), "dirty");
  assert.equal((await facts.workspaceAt(join(tree, "dir"))).root, realpathSync(tree));
});

test("git: asking runs none of the programs that a repository can configure", needsGit, async (t) => {
  const repo = repository(t);
  const marker = join(repo, "..", "ran");
  const program = join(repo, "..", "evil.sh");
  writeFileSync(program, `#!/bin/sh\necho "$0" >> ${marker}\ncat\n`);
  chmodSync(program, 0o755);
  writeFileSync(join(repo, ".gitattributes"), "*.txt filter=evil\n");
  run(repo, "add", ".gitattributes");
  run(repo, "commit", "-qm", "attributes");
  run(repo, "config", "filter.evil.clean", program);
  run(repo, "config", "filter.evil.process", program);
  run(repo, "config", "filter.evil.required", "true");
  run(repo, "config", "core.fsmonitor", program);
  run(repo, "config", "core.hooksPath", join(repo, ".."));
  const touch = () => utimesSync(join(repo, "a.txt"), new Date(), new Date());
  touch();
  const { value } = factsFor();
  assert.equal(await value("git", join(repo, "a.txt")), "clean");
  assert.equal(await value("git", join(repo, "dir")), "clean");
  assert.equal(existsSync(marker), false);
  // The same look without our precautions runs them: the trap works.
  touch();
  try {
    run(repo, "status");
  } catch {
    // git may well fail on such a filter; the marker is what counts
  }
  assert.equal(existsSync(marker), true);
});

test("made is asked with the real path", async (t) => {
  const dir = folder(t);
  symlinkSync(dir, join(dir, "self"));
  const asked: string[] = [];
  const { value } = factsFor({
    made: (context, path) => {
      asked.push(`${context.agent} ${context.session} ${path}`);
      return true;
    },
  });
  assert.equal(await value("made", join(dir, "self", "x")), "made by the session");
  assert.deepEqual(asked, [`a s ${dir}/x`]);
});

test("what is not found out in time is unknown, and nothing else waits for it", async (t) => {
  const dir = folder(t);
  const slow = join(dir, "git");
  writeFileSync(slow, "#!/bin/sh\nexec sleep 60\n");
  chmodSync(slow, 0o755);
  mkdirSync(join(dir, "repo", ".git"), { recursive: true });
  writeFileSync(join(dir, "repo", ".git", "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(dir, "repo", "a"), "");
  const { find } = factsFor({ git: slow, deadlineMs: 200 });
  const path = join(dir, "repo", "a");
  const queries = Array.from(
    { length: 8 },
    (_, n): FactQuery => ({ ask: "git", path: n === 0 ? path : join(dir, "repo", `${n}`) }),
  );
  const startedMs = performance.now();
  const found = await find(...queries, { ask: "path", path });
  assert.ok(performance.now() - startedMs < 5_000);
  assert.equal(factValue(found.get(`path:${path}`) ?? assert.fail()), `file ${path}`);
  for (const query of queries) {
    const fact = found.get(`git:${query.path}`);
    assert.ok(fact !== undefined && "unknown" in fact);
    assert.match(fact.unknown, /not found out in time/);
  }
});

test("what a blocked loop could not look at in time is found all the same", async (t) => {
  const dir = folder(t);
  const deep = join(dir, ...Array.from({ length: 20 }, (_, n) => `${n}`));
  mkdirSync(deep, { recursive: true });
  const { find } = factsFor({ deadlineMs: 200 });
  const found = find({ ask: "path", path: deep });
  const sinceMs = performance.now();
  while (performance.now() - sinceMs < 600); // three deadlines long nobody has a turn
  assert.equal(factValue((await found).get(`path:${deep}`) ?? assert.fail()), `folder ${deep}`);
});

test("more questions than the limit are unknown with a reason", async () => {
  const { find } = factsFor();
  const found = await find(
    ...Array.from({ length: queriesMax + 1 }, (_, n): FactQuery => ({ ask: "made", path: `/none/${n}` })),
  );
  const last = found.get(`made:/none/${queriesMax}`);
  assert.ok(last !== undefined && "unknown" in last);
  assert.match(last.unknown, /only 256/);
});

test("the workspace is the git top level, else the cwd, and ordinary only where projects live", needsGit, async (t) => {
  const repo = repository(t);
  const { facts } = factsFor({ userHome: repo });
  const inRepo = factsFor().facts;
  assert.deepEqual(await inRepo.workspaceAt(join(repo, "dir")), { root: repo, added: [], ordinary: true });
  // A repository around the home makes no workspace of the home.
  assert.deepEqual(await facts.workspaceAt(join(repo, "dir")), { root: join(repo, "dir"), added: [], ordinary: true });
  assert.equal((await facts.workspaceAt(repo)).ordinary, false);
  for (const root of [
    "/",
    "/tmp",
    "/home",
    "/home/op",
    "/home/other",
    "/etc",
    "/etc/nginx",
    "/usr/lib",
    "/var",
    "/root",
    "/usr/src",
  ])
    assert.equal((await inRepo.workspaceAt(root)).ordinary, false, root);
  for (const root of ["/usr/src/app", "/opt/app", "/home/op/project", "/srv/site"])
    assert.equal((await inRepo.workspaceAt(root)).ordinary, true, root);
});

test("a process is its pid and its start", {
  skip: !existsSync("/proc/self/stat") && "this system has no /proc",
}, () => {
  const self = processOf(process.pid) ?? assert.fail("it runs");
  assert.equal(alive(self), true);
  assert.equal(alive({ pid: self.pid, startTime: self.startTime - 1 }), false);
  assert.equal(processOf(0), undefined);
  assert.equal(processOf(2 ** 30), undefined);
});

test("a shell that runs one command stands for whoever started it", {
  skip: !existsSync("/proc/self/stat") && "this system has no /proc",
}, async (t) => {
  const shell = spawn("/bin/sh", ["-c", "read line; true"], { stdio: ["pipe", "ignore", "ignore"] });
  t.after(() => shell.kill("SIGKILL"));
  await once(shell, "spawn");
  assert.equal(processOf(shell.pid ?? assert.fail())?.pid, process.pid);
  const other = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
  t.after(() => other.kill("SIGKILL"));
  await once(other, "spawn");
  assert.equal(processOf(other.pid ?? assert.fail())?.pid, other.pid);
});

test("a workspace is found on a machine that is too busy for a request's deadline", async (t) => {
  const { facts } = factsFor({ deadlineMs: 1 });
  const repo = repository(t);
  const found = facts.workspaceAt(join(repo, "dir"));
  const project = facts.projectAt(join(repo, "dir"));
  const sinceMs = performance.now();
  while (performance.now() - sinceMs < 20); // nothing else gets its turn
  assert.deepEqual(await found, { root: realpathSync(repo), added: [], ordinary: true });
  assert.equal(await project, realpathSync(repo));
});

test("our daemon is known by the line that it was started with, and this process by itself", async (t) => {
  const { value } = factsFor({ signalboxPaths: ["/home/op/.local/state/signalbox"] });
  const started = async (...words: string[]): Promise<string> => {
    const child = spawn(process.execPath, ["-e", "console.log(1);setInterval(() => {}, 1e6)", ...words], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    t.after(() => child.kill("SIGKILL"));
    await once(child.stdout, "data");
    return String(child.pid);
  };
  assert.equal(await value("process", String(process.pid)), "Signalbox's own");
  if (!existsSync("/proc/self/cmdline")) return;
  const ours = await started("--", "daemon", "--home", "/home/op/.local/state/signalbox");
  assert.equal(await value("process", ours), "Signalbox's own");
  assert.equal(await value("process", await started("--", "daemon", "--home", "/elsewhere")), "another's");
  assert.equal(await value("process", await started()), "another's");
});
