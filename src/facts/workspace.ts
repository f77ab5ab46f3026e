import { dirname, resolve } from "node:path";
import { gitTop } from "./git.ts";
import { resolvePath } from "./paths.ts";
import type { Machine, Workspace } from "./types.ts";

/** Nobody's project: neither these nor anything below them. */
const systemTrees = [
  "/bin",
  "/boot",
  "/dev",
  "/etc",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/proc",
  "/run",
  "/sbin",
  "/sys",
  "/usr",
  "/System",
  "/Library",
  "/Applications",
];
/** Not these themselves, though projects may live below. */
const systemFolders = [
  "/",
  "/home",
  "/Users",
  "/root",
  "/var",
  "/opt",
  "/srv",
  "/mnt",
  "/media",
  "/nix",
  "/snap",
  "/usr/src",
  "/usr/local/src",
  "/private",
  "/Volumes",
  "/workspaces",
];
/** Where containers keep the project, though it is below a system tree. */
const projectTrees = ["/usr/src/", "/usr/local/src/"];

/**
 * The workspace of a session that starts in `cwd`: the git top level, else the cwd, with symlinks resolved. A repository around
 * a home (dotfiles) or in a system folder does not make that a workspace: then the cwd is taken.
 */
export async function findWorkspace(
  cwd: string,
  machine: Machine,
  added: readonly string[],
  signal: AbortSignal,
): Promise<Workspace> {
  try {
    const { real } = await resolvePath(cwd, signal);
    const top = await gitTop(real, signal);
    const root = top !== undefined && isOrdinary(top, machine) ? top : real;
    return { root, added, ordinary: isOrdinary(root, machine) };
  } catch {
    // What can't be resolved in time or at all is nobody's own: everything in it is judged as outside.
    return { root: resolve(cwd), added, ordinary: false };
  }
}

/** False for `/`, homes, temp roots and system folders: there only what a session made is its own. */
function isOrdinary(root: string, { userHome, tempRoots }: Machine): boolean {
  if (root === userHome || tempRoots.includes(root) || systemFolders.includes(root)) return false;
  if (userHome.startsWith(`${root}/`)) return false; // above the home
  if (["/home", "/Users"].includes(dirname(root))) return false; // somebody's home
  if (projectTrees.some((tree) => root.startsWith(tree))) return true;
  return !systemTrees.some((tree) => root === tree || root.startsWith(`${tree}/`));
}
