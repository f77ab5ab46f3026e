import { constants, type Stats } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { Fact } from "./types.ts";

/** As the kernel's own limit (path_resolution(7)). */
const linksMax = 40;
const componentsMax = 1_024;

export interface Place {
  /** Absolute, without symlinks, `.` and `..`; what does not exist is kept as written. */
  readonly real: string;
  /** `undefined` when nothing is there. */
  readonly stat: Stats | undefined;
}

/**
 * Where a path leads, by the kernel's rules: component by component, symlinks followed (also one whose target does not exist:
 * writing there makes it), `..` after the symlinks before it. `realpath` alone fails on everything that does not exist yet.
 * @throws Error  in words: not absolute, too many links, not readable, or another answer for each process
 */
export async function resolvePath(path: string, signal: AbortSignal): Promise<Place> {
  if (!isAbsolute(path)) throw new Error("it is not absolute");
  if (path.includes("\0")) throw new Error("it contains a NUL");
  let pending = path.split("/");
  let real = "/";
  let stat: Stats | undefined;
  let links = 0;
  for (let steps = 0; pending.length > 0; steps += 1) {
    if (steps > componentsMax) throw new Error(`it has more than ${componentsMax} components`);
    signal.throwIfAborted();
    const name = pending.shift() as string;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      real = dirname(real);
      stat = undefined;
      continue;
    }
    const here = join(real, name);
    // What these links say depends on who asks, and the agent is not us.
    if (/^\/proc\/(self|thread-self)$/.test(here)) throw new Error("it leads through /proc/self");
    const found = await statOf(here);
    if (found === undefined) return { real: missing(here, pending), stat: undefined };
    if (found.isSymbolicLink()) {
      links += 1;
      if (links > linksMax) throw new Error(`it leads through more than ${linksMax} symbolic links`);
      const target = await readlink(here);
      if (isAbsolute(target)) real = "/";
      pending = [...target.split("/"), ...pending];
      stat = undefined;
      continue;
    }
    real = here;
    stat = found;
  }
  return { real, stat: stat ?? (await statOf(real)) };
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Error(`${path} can't be looked at (${code ?? String(error)})`, { cause: error });
  }
}

/** Below something that is missing there are no links, so the rest is what it says. */
function missing(here: string, pending: readonly string[]): string {
  let real = here;
  for (const name of pending) {
    if (name === "" || name === ".") continue;
    real = name === ".." ? dirname(real) : join(real, name);
  }
  return real;
}

export async function findPath(path: string, signal: AbortSignal): Promise<Fact> {
  const { real, stat } = await resolvePath(path, signal);
  return { ask: "path", real, type: typeOf(stat) };
}

/** A FIFO counts as a socket: what is written there goes to another process. */
function typeOf(stat: Stats | undefined): "file" | "folder" | "device" | "socket" | "missing" {
  if (stat === undefined) return "missing";
  switch (stat.mode & constants.S_IFMT) {
    case constants.S_IFDIR:
      return "folder";
    case constants.S_IFCHR:
    case constants.S_IFBLK:
      return "device";
    case constants.S_IFSOCK:
    case constants.S_IFIFO:
      return "socket";
    default:
      return "file";
  }
}
