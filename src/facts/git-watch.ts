import { dirname } from "node:path";
import { findGit, gitTop, readFilterNames, runGit } from "./git.ts";

/** Each folder costs a watch of the system, of which all programs of a user share some ten thousands. */
const foldersMax = 8_192;
const skippedMax = 256;
const planMsMax = 5_000;

/** Which folders of a working tree need no watching because git ignores them, or why the tree can't be watched at all. */
export async function watchPlan(
  root: string,
  signal: AbortSignal,
): Promise<{ skip: readonly string[] } | { refused: string }> {
  const git = findGit();
  if (git === undefined) return { refused: "there is no git on this machine" };
  if ((await gitTop(root, signal)) !== root) return { refused: "it is no working tree of git" };
  const within = AbortSignal.any([signal, AbortSignal.timeout(planMsMax)]);
  const filters = await readFilterNames(git, root, within);
  const list = (args: readonly string[], onRecord: (path: string) => boolean) =>
    runGit({
      git,
      top: root,
      filters,
      args: ["ls-files", "-z", "--exclude-standard", ...args],
      onRecord,
      signal: within,
    });
  const folders = new Set<string>();
  await list(["--cached", "--others"], (path) => {
    for (let folder = dirname(path); folder !== "." && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
    return folders.size <= foldersMax;
  });
  if (folders.size > foldersMax) return { refused: `it has more than ${foldersMax} folders` };
  const skip: string[] = [];
  await list(["--others", "--ignored", "--directory"], (path) => {
    if (path.endsWith("/")) skip.push(path.slice(0, -1));
    return skip.length < skippedMax;
  });
  return { skip };
}

/**
 * Those of these paths (relative to the working tree's top) that git does not ignore; a tracked one is never ignored. They may be gone: a folder
 * that is gone can't be told from a file, so each is asked about as both.
 * @throws what git says, or the signal's reason
 */
export async function unignoredOf(root: string, paths: readonly string[], signal: AbortSignal): Promise<string[]> {
  const git = findGit();
  if (git === undefined) throw new Error("there is no git on this machine");
  const filters = await readFilterNames(git, root, signal);
  const ignored = new Set<string>();
  const asFolders = new Set<string>();
  await runGit({
    git,
    top: root,
    filters,
    args: ["check-ignore", "--stdin", "-z"],
    // Begun with a dot, so that no name is taken for git's own marks.
    input: paths.map((path) => `./${path}\0./${path}/\0`).join(""),
    literal: false, // check-ignore takes no such option
    codes: [0, 1], // 1: none of them
    onRecord: (path) => {
      if (path.endsWith("/")) asFolders.add(path.slice(2, -1));
      else ignored.add(path.slice(2));
      return true;
    },
    signal,
  });
  for (const path of ignored) asFolders.delete(path);
  if (asFolders.size > 0) {
    // A tracked file is not found in the index by a folder's name.
    const args = ["ls-files", "--cached", "-z"];
    const onRecord = (path: string) => asFolders.delete(path) || asFolders.size > 0;
    await runGit({ git, top: root, filters, args, onRecord, signal });
  }
  return paths.filter((path) => !ignored.has(path) && !asFolders.has(path));
}
