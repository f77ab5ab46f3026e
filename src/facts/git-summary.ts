import { findGit, gitTop, readFilterNames, runGit } from "./git.ts";
import { projectOf } from "./project.ts";

/** What a board shows of a working tree; the shape of `SessionView.git`. */
export interface GitSummary {
  readonly root: string;
  readonly mainWorktree: string | null;
  readonly branch: string | null;
  readonly dirtyFiles: number;
  readonly ahead: number | null;
  readonly behind: number | null;
  readonly addedLines: number;
  readonly removedLines: number;
}

/** More changed files than this are counted no further. */
const filesMax = 10_000;

/**
 * Two calls of git, with an environment in which it runs no program of the repository's (git.ts) and writes nothing.
 * @returns undefined when the folder is in no repository or there is no git
 * @throws what git says, or the signal's reason
 */
export async function gitSummary(folder: string, signal: AbortSignal): Promise<GitSummary | undefined> {
  const git = findGit();
  const root = git === undefined ? undefined : await gitTop(folder, signal);
  if (git === undefined || root === undefined) return undefined;
  const filters = await readFilterNames(git, root, signal);
  const run = (args: readonly string[], onRecord: (record: string) => boolean) =>
    runGit({ git, top: root, filters, args, onRecord, signal });

  const found = { branch: null as string | null, ahead: null as number | null, behind: null as number | null };
  let dirtyFiles = 0;
  const status = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=normal", "--no-renames"];
  await run([...status, "--ignore-submodules=all"], (record) => {
    const head = /^# branch\.(head|ab) (.*)$/.exec(record);
    if (head?.[1] === "head") found.branch = head[2] === "(detached)" ? null : (head[2] ?? null);
    const counts = head?.[1] === "ab" ? /^\+(\d+) -(\d+)$/.exec(head[2] ?? "") : null;
    if (counts !== null) [found.ahead, found.behind] = [Number(counts[1]), Number(counts[2])];
    if (!record.startsWith("#")) dirtyFiles += 1;
    return dirtyFiles < filesMax;
  });
  let [addedLines, removedLines] = [0, 0];
  if (dirtyFiles > 0) {
    const diff = [
      "diff",
      "--numstat",
      "-z",
      "--no-renames",
      "--no-ext-diff",
      "--no-textconv",
      "--ignore-submodules=all",
      "HEAD",
    ];
    // A repository without a commit has no HEAD: then there is nothing to differ from.
    await run(diff, (record) => {
      const [, added, removed] = /^(\d+)\t(\d+)\t/.exec(record) ?? [];
      addedLines += Number(added ?? 0);
      removedLines += Number(removed ?? 0);
      return true;
    }).catch((error: unknown) => {
      if (signal.aborted || !/HEAD/.test((error as Error).message)) throw error;
    });
  }
  const project = await projectOf(root, signal);
  return { root, mainWorktree: project === root ? null : project, ...found, dirtyFiles, addedLines, removedLines };
}
