import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { resolvePath } from "./paths.ts";
import type { Fact } from "./types.ts";

const standardGits = [
  "/usr/bin/git",
  "/usr/local/bin/git",
  "/opt/homebrew/bin/git",
  "/run/current-system/sw/bin/git",
  "/bin/git",
];

/** More output than this is unknown: a folder of that many files is not judged within the deadline. */
const outputBytesMax = 16 * 1024 * 1024;
const errorBytesMax = 4 * 1024;

export function findGit(): string | undefined {
  return standardGits.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false; // not there or not for us: the next one is tried
    }
  });
}

/** The folder with the `.git` (a folder, or the file of a worktree or submodule) at or above an absolute real path. */
export async function gitTop(path: string, signal: AbortSignal): Promise<string | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    signal.throwIfAborted();
    if (await isRepository(join(folder, ".git"))) return folder;
    if (folder === "/") return undefined;
  }
}

async function isRepository(path: string): Promise<boolean> {
  try {
    const stat = await lstat(path);
    if (stat.isDirectory()) return (await lstat(join(path, "HEAD"))).isFile();
    if (!stat.isFile()) return false;
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.toString("latin1", 0, bytesRead) === "gitdir: ";
    } finally {
      await file.close();
    }
  } catch {
    return false; // what can't be looked at is no repository to us: then nothing in it counts as tracked
  }
}

/** Names of a repository's filters, asked for once per request. */
export type FilterNames = Map<string, Promise<readonly string[]>>;

/**
 * Whether everything at and below a path is tracked and as it was committed. Answers the worst of what is there: dirty, then untracked,
 * then ignored, then clean. The repository itself (its top, its `.git`) is never clean: git can't bring itself back.
 */
export async function findGitState(
  git: string | undefined,
  path: string,
  filters: FilterNames,
  signal: AbortSignal,
): Promise<Fact> {
  const { real, stat } = await resolvePath(path, signal);
  const folder = stat?.isDirectory() === true ? real : dirname(real);
  if (real.split("/").includes(".git")) return { ask: "git", state: "outside" };
  const top = await gitTop(folder, signal);
  if (top === undefined) return { ask: "git", state: "outside" };
  if (real === top) return { ask: "git", state: "untracked" };
  if (git === undefined) throw new Error("there is no git on this machine");

  let names = filters.get(top);
  if (names === undefined) {
    names = readFilterNames(git, top, signal);
    filters.set(top, names);
  }
  const environment = safeEnvironment(top, await names);
  const run = (args: readonly string[], onRecord: (record: string) => boolean) =>
    records(git, ["--literal-pathspecs", ...args, "--", real], environment, top, onRecord, signal);

  let tracked = 0;
  let hidden = false;
  await run(["ls-files", "--stage", "-v", "-z"], (record) => {
    tracked += 1;
    // `h` and `S`: an index entry that git was told not to look at; 160000: another repository, whose state is its own.
    hidden = record[0] !== "H" || record.slice(2, 8) === "160000";
    return !hidden;
  });
  if (hidden) return { ask: "git", state: "dirty" };

  let state: "clean" | "ignored" | "untracked" | "dirty" = "clean";
  const args = ["status", "--porcelain=v1", "-z", "--ignored=traditional", "--untracked-files=normal", "--no-renames"];
  await run([...args, "--ignore-submodules=all"], (record) => {
    const code = record.slice(0, 2);
    if (code === "!!") state = state === "clean" ? "ignored" : state;
    else if (code === "??") state = "untracked";
    else state = "dirty";
    return state !== "dirty";
  });
  if (state === "clean" && tracked === 0 && !(stat?.isDirectory() === true && (await readdir(real)).length === 0))
    return { ask: "git", state: "untracked" };
  return { ask: "git", state };
}

/**
 * An environment from nothing, in which git runs no program that a repository (or the user's configuration) names: hooks and
 * fsmonitor by these settings, filters by emptying each that is configured, diff and merge drivers because no diff is made,
 * transports because lazy fetching and every protocol are off, pagers and editors because nothing asks for them. It also
 * takes back the settings by which a repository could make git overlook changes, and writes nothing (optional locks).
 */
function safeEnvironment(top: string, filters: readonly string[]): Record<string, string> {
  const settings: [string, string][] = [
    ["core.fsmonitor", "false"],
    ["core.hooksPath", "/dev/null"],
    ["core.attributesFile", "/dev/null"],
    ["core.excludesFile", "/dev/null"],
    ["core.untrackedCache", "false"],
    ["core.ignoreStat", "false"],
    ["core.trustctime", "true"],
    ["core.checkStat", "default"],
    ["core.quotePath", "false"],
    ["submodule.recurse", "false"],
    ...filters.flatMap((name): [string, string][] => [
      [`filter.${name}.clean`, ""],
      [`filter.${name}.smudge`, ""],
      [`filter.${name}.process`, ""],
      [`filter.${name}.required`, "false"],
    ]),
  ];
  const environment: Record<string, string> = {
    PATH: "/usr/bin:/bin",
    LC_ALL: "C",
    HOME: "/nonexistent",
    GIT_DIR: join(top, ".git"),
    GIT_WORK_TREE: top,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: String(settings.length),
  };
  for (const [index, [key, value]] of settings.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

const filtersMax = 64;

export async function readFilterNames(git: string, top: string, signal: AbortSignal): Promise<readonly string[]> {
  const names = new Set<string>();
  const onRecord = (key: string): boolean => {
    const name = /^filter\.(.*)\.[^.]*$/s.exec(key)?.[1];
    if (name !== undefined) names.add(name);
    return names.size <= filtersMax;
  };
  const args = ["config", "--includes", "--name-only", "-z", "--get-regexp", "^filter\\."];
  await records(git, args, safeEnvironment(top, []), top, onRecord, signal, [0, 1]); // 1: there is none
  if (names.size > filtersMax) throw new Error(`its repository configures more than ${filtersMax} filters`);
  return [...names];
}

/** One call of git in a repository, in the safe environment. */
export function runGit(call: {
  readonly git: string;
  readonly top: string;
  readonly filters: readonly string[];
  readonly args: readonly string[];
  readonly onRecord: (record: string) => boolean;
  readonly signal: AbortSignal;
  /** What it reads; without it, nothing. */
  readonly input?: string;
  /** Exit codes that are no failure; 0 where none are named. */
  readonly codes?: readonly number[];
  /** False for the few commands that don't take `--literal-pathspecs`. */
  readonly literal?: boolean;
}): Promise<void> {
  const { git, top, filters, args, onRecord, signal, input, codes, literal = true } = call;
  const words = literal ? ["--literal-pathspecs", ...args] : args;
  return records(git, words, safeEnvironment(top, filters), top, onRecord, signal, codes, input);
}

/** Runs git and hands over each NUL-ended record until `onRecord` has heard enough. */
function records(
  git: string,
  args: readonly string[],
  environment: Record<string, string>,
  cwd: string,
  onRecord: (record: string) => boolean,
  signal: AbortSignal,
  codes: readonly number[] = [0],
  input?: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(git, args, {
      cwd,
      env: environment,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      shell: false,
    });
    child.stdin?.on("error", () => {}); // git that ends before it has read everything says why by its code
    child.stdin?.end(input);
    let rest = "";
    let bytes = 0;
    let errors = "";
    let over: "enough" | "too much" | undefined;
    const end = (why: "enough" | "too much") => {
      over ??= why;
      child.kill("SIGKILL");
    };
    const stopped = () => child.kill("SIGKILL");
    signal.addEventListener("abort", stopped, { once: true });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (over !== undefined) return;
      bytes += text.length;
      if (bytes > outputBytesMax) return end("too much");
      const parts = (rest + text).split("\0");
      rest = parts.pop() ?? "";
      for (const part of parts) if (part !== "" && !onRecord(part)) return end("enough");
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (errors.length < errorBytesMax) errors += text;
    });
    child.once("error", (error) => {
      signal.removeEventListener("abort", stopped);
      reject(error);
    });
    child.once("close", (code) => {
      signal.removeEventListener("abort", stopped);
      if (signal.aborted) reject(signal.reason);
      else if (over === "too much") reject(new Error(`git says more than ${outputBytesMax} bytes about it`));
      else if (over === "enough" || (code !== null && codes.includes(code))) resolve();
      else reject(new Error(`git ended with ${code ?? "a signal"}: ${errors.trim().slice(0, 200)}`));
    });
  });
}
