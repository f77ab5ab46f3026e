import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { Refusal } from "../protocol/refusals.ts";
import { shimNames } from "./names.ts";

/** Beside the links: whose they are. hook/shim.c reads it, so its form is a contract. */
const ownerFile = ".signalbox";

export interface ShimFolder {
  /** `<home>/shims`. */
  readonly folder: string;
  readonly home: string;
  /** The hook client in the home, which every link leads to. */
  readonly hook: string;
}

export interface Installed {
  readonly linked: readonly string[];
  /** Usual names that this machine has no program for. */
  readonly left: readonly string[];
}

/**
 * Makes the links. Twice is the same as once; what is not a link of ours is never replaced.
 * @param names  these only, whether or not the programs are there; default: the usual ones that are
 * @throws Refusal INVALID_PARAMS  not a name · CONFLICT  what a person must do first
 */
export function installShims(at: ShimFolder, names: readonly string[], path: string | undefined): Installed {
  if (/[\n\0]/.test(at.home))
    throw new Refusal(
      "CONFLICT",
      "A home with a line break in its path can't have shims.",
      "Choose another: signalbox --home DIR up",
    );
  if (statSync(at.hook, { throwIfNoEntry: false }) === undefined)
    throw new Refusal(
      "CONFLICT",
      `${at.hook} is missing. A start of the daemon puts it there.`,
      "signalbox up --detach",
    );
  const wrong = names.find((name) => !/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(name) || name.startsWith("signalbox"));
  if (wrong !== undefined)
    throw new Refusal(
      "INVALID_PARAMS",
      `"${wrong}" is no name that a shim can have: a program's own, without its folder.`,
      "e.g. signalbox shim install terraform",
    );
  const wanted = names.length > 0 ? names : shimNames.filter((name) => programOf(name, path, at.folder) !== undefined);
  mkdirSync(at.folder, { recursive: true, mode: 0o700 });
  for (const name of wanted) {
    const link = join(at.folder, name);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(at.hook, link);
    else if (!isOurs(link, at.hook))
      throw new Refusal(
        "CONFLICT",
        `${link} is not a link of ours, so nothing more was made.`,
        `Move it away, then: signalbox shim install ${name}`,
      );
  }
  writeFileAtomic.sync(join(at.folder, ownerFile), `signalbox-shims 1\nhome ${at.home}\n`, { mode: 0o600 });
  return { linked: wanted, left: names.length > 0 ? [] : shimNames.filter((name) => !wanted.includes(name)) };
}

/** Takes our links away, or these only; what is not ours stays, and then the folder too. @returns the names that went */
export function uninstallShims(at: ShimFolder, names: readonly string[]): string[] {
  const ours = linksIn(at).filter((name) => names.length === 0 || names.includes(name));
  for (const name of ours) rmSync(join(at.folder, name));
  if (linksIn(at).length > 0) return ours;
  rmSync(join(at.folder, ownerFile), { force: true });
  try {
    rmdirSync(at.folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTEMPTY") throw error; // a file of somebody else's keeps the folder
  }
  return ours;
}

export interface ShimStatus {
  readonly folder: string;
  readonly linked: readonly string[];
  /** Links whose program is not on PATH: running them ends with 127. */
  readonly missing: readonly string[];
  /** Names that something else on PATH answers to first. */
  readonly shadowed: readonly string[];
  readonly onPath: boolean;
}

export function shimStatus(at: ShimFolder, path: string | undefined): ShimStatus {
  const linked = linksIn(at);
  const folders = foldersOf(path);
  const place = folders.indexOf(at.folder);
  const before = place < 0 ? [] : folders.slice(0, place);
  return {
    folder: at.folder,
    linked,
    missing: linked.filter((name) => programOf(name, path, at.folder) === undefined),
    shadowed: linked.filter((name) => before.some((folder) => isProgram(join(folder, name)))),
    onPath: place >= 0,
  };
}

/** PATH with the shims first, and only there. */
export function pathWithShims(at: ShimFolder, path: string | undefined): string {
  const rest = (path ?? "").split(delimiter).filter((folder) => folder !== at.folder);
  return [at.folder, ...rest].join(delimiter);
}

function linksIn({ folder, hook }: ShimFolder): string[] {
  if (ownerOf(folder) === undefined) return [];
  return readdirSync(folder)
    .filter((name) => isOurs(join(folder, name), hook))
    .sort();
}

function ownerOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, ownerFile), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

const isOurs = (path: string, hook: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(path) === hook;

/** As hook/shim.c looks for it: the first on PATH that is in no folder of shims. */
function programOf(name: string, path: string | undefined, own: string): string | undefined {
  return foldersOf(path)
    .filter((folder) => folder !== own && ownerOf(folder) === undefined)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

const foldersOf = (path: string | undefined): string[] => (path ?? "").split(delimiter).filter(isAbsolute);

function isProgram(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not one that we could run
  }
}
