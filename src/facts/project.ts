import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";

const pointerBytesMax = 4_096;

/**
 * The project that a git top level belongs to: for a worktree, the top level of its main repository (or the bare repository itself),
 * so that all worktrees of a repository are one project; else the folder itself. A `.git` file that claims to be a worktree of a
 * repository which does not know it (gitrepository-layout(5): `worktrees/<id>/gitdir` points back) is believed nothing.
 */
export async function projectOf(root: string, signal: AbortSignal): Promise<string> {
  try {
    const pointer = /^gitdir: (.+)$/m.exec(await small(join(root, ".git"), signal))?.[1]?.trim();
    if (pointer === undefined) return root;
    const own = await realpath(isAbsolute(pointer) ? pointer : resolve(root, pointer));
    if (basename(dirname(own)) !== "worktrees") return root; // a submodule, which is a project of its own
    const back = (await small(join(own, "gitdir"), signal)).trim();
    const claimed = await realpath(isAbsolute(back) ? back : resolve(own, back));
    if (claimed !== (await realpath(join(root, ".git")))) return root;
    const common = dirname(dirname(own));
    return basename(common) === ".git" ? dirname(common) : common;
  } catch {
    return root; // `.git` is a folder, or nothing there can be read: then it is no worktree
  }
}

async function small(path: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(pointerBytesMax), 0, pointerBytesMax, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
