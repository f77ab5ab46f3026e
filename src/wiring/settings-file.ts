import { accessSync, constants, lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { WiringRefused } from "./wiring.ts";

/** A settings file as it is now. */
export interface SettingsFile {
  readonly path: string;
  /** Behind links: what is written, so that a linked dotfile stays a link. */
  readonly realPath: string;
  /** `null`: there is none. */
  readonly bytes: Buffer | null;
  /** Without byte order mark; empty when there is no file. */
  readonly text: string;
  readonly bom: boolean;
}

const settingsBytesMax = 4 * 1024 * 1024;
const linksMax = 40;

/** @throws WiringRefused when it is no ordinary, readable, writable text file of this user's */
export function readSettings(path: string): SettingsFile {
  const realPath = followLinks(path);
  const stat = statSync(realPath, { throwIfNoEntry: false });
  if (stat === undefined) return { path, realPath, bytes: null, text: "", bom: false };
  if (!stat.isFile()) throw new WiringRefused(`${path} is not a file, so it can't be edited.`);
  if (stat.size > settingsBytesMax)
    throw new WiringRefused(
      `${path} is ${stat.size} bytes long; a settings file of over ${settingsBytesMax} is left alone.`,
    );
  const bytes = readFileSync(realPath);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new WiringRefused(`${path} is not UTF-8 text, so nothing was changed. Convert it, then wire again.`, {
      cause: error,
    });
  }
  const bom = text.startsWith("\ufeff");
  return { path, realPath, bytes, text: bom ? text.slice(1) : text, bom };
}

/** The bytes of an edited text, with the byte order mark that the file had. */
export function toBytes(file: SettingsFile, text: string): Buffer {
  return Buffer.from(file.bom ? `\ufeff${text}` : text);
}

/** Replacing a file by a new one would get round its own write protection, so that is asked first. */
export function refuseReadOnly(file: SettingsFile): void {
  if (file.bytes === null) return;
  const { mode } = statSync(file.realPath);
  let writable = (mode & 0o222) !== 0;
  try {
    accessSync(file.realPath, constants.W_OK);
    accessSync(dirname(file.realPath), constants.W_OK);
  } catch {
    writable = false; // the message below says the same in words
  }
  if (!writable)
    throw new WiringRefused(
      `${file.path} is read-only${file.realPath === file.path ? "" : ` (it leads to ${file.realPath})`}, so nothing was changed. If something generates it, add what "--print" shows there; else: chmod u+w '${file.realPath}'`,
    );
}

/** Where a path leads, also when the last link's target does not exist yet. */
function followLinks(path: string): string {
  let current = resolve(path);
  for (let count = 0; count < linksMax; count++) {
    const stat = lstatSync(current, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) return join(realFolder(dirname(current)), basename(current));
    current = resolve(dirname(current), readlinkSync(current));
  }
  throw new WiringRefused(`${path} is a link that leads in a circle.`);
}

/** The folder's real path as far as it exists. */
function realFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return realpathSync(folder);
  const parent = dirname(folder);
  return parent === folder ? folder : join(realFolder(parent), basename(folder));
}
