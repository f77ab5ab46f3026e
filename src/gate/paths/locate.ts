import type { EffectPlace } from "../../protocol/effects.ts";
import type { Machine, Workspace } from "../call.ts";
import { homeOf, isAgentSettings, isQuietDevice } from "./known.ts";
import { isBelow } from "./text.ts";

export interface Located {
  readonly place: EffectPlace;
  /** The whole of something that must not go: `/`, a home, a top folder of the system, a temp root, the workspace itself. */
  readonly whole: boolean;
  /** `/dev/null` and its like: nothing happens there. */
  readonly quiet: boolean;
}

const topFolders = new Set(
  "bin boot dev etc home lib lib32 lib64 libx32 media mnt nfs opt proc root run sbin srv sys usr var Applications Library System Users Volumes private cores data nix snap".split(
    " ",
  ),
);

/** `/` and the folders of the system in it: nobody's own as a whole. */
export function isTopFolder(path: string): boolean {
  const parts = path.split("/");
  return path === "/" || (parts.length === 2 && topFolders.has(parts[1] ?? ""));
}

const usualTemp = /^\/(?:private\/)?(?:tmp|var\/tmp|var\/folders)(?:\/|$)/;

/** In a folder for temporary files, and not one itself: a home that is all of `/tmp` is no less temporary. */
const isTemp = (path: string, { tempRoots }: Machine): boolean =>
  !tempRoots.includes(path) &&
  (usualTemp.test(path) ? !/tmp$|folders$/.test(path) : tempRoots.some((root) => isBelow(path, root)));

/** Where a normalised absolute path is. */
export function locate(path: string, workspace: Workspace, machine: Machine): Located {
  for (const own of machine.signalboxPaths)
    if (isBelow(path, own)) return { place: "signalbox", whole: false, quiet: false };
  for (const own of machine.agentConfigPaths)
    if (isBelow(path, own)) return { place: "agent-config", whole: false, quiet: false };
  if (isAgentSettings(path, machine.userHome, workspace.root))
    return { place: "agent-config", whole: false, quiet: false };
  if (path.startsWith("/dev/")) {
    if (path.startsWith("/dev/shm/")) return { place: "temp", whole: false, quiet: false };
    return { place: "device", whole: false, quiet: isQuietDevice(path) };
  }
  if (workspace.ordinary) {
    if (isBelow(path, workspace.root)) return { place: "workspace", whole: path === workspace.root, quiet: false };
    for (const added of workspace.added)
      if (isBelow(path, added)) return { place: "workspace", whole: path === added, quiet: false };
  }
  // A home may lie in temp, as containers and test accounts have it: what is in it is a person's all the same.
  const homeInTemp = isBelow(path, machine.userHome) && isTemp(machine.userHome, machine);
  if (homeInTemp && !machine.tempRoots.some((root) => isBelow(root, machine.userHome) && isBelow(path, root)))
    return { place: "home", whole: path === machine.userHome, quiet: false };
  for (const root of machine.tempRoots)
    if (isBelow(path, root)) return { place: "temp", whole: path === root, quiet: false };
  if (usualTemp.test(path)) return { place: "temp", whole: /tmp$|folders$/.test(path), quiet: false };
  const inHome = homeOf(path, machine.userHome);
  if (inHome !== undefined) return { place: "home", whole: inHome === "", quiet: false };
  const whole =
    isTopFolder(path) ||
    isBelow(machine.userHome, path) ||
    /^\/(?:usr\/(?:bin|lib|sbin|local|share)|var\/(?:lib|log|spool)|etc\/(?:ssl|pam\.d|systemd|ssh))$/.test(path);
  return { place: "system", whole, quiet: false };
}
