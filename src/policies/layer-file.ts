import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";

/** One look at a policy file. `stamp` changes whenever the file may have changed. */
export type LayerFile =
  | { readonly is: "missing"; readonly stamp: string }
  | { readonly is: "unreadable"; readonly stamp: string; readonly problem: string }
  | { readonly is: "text"; readonly stamp: string; readonly text: string; readonly sha256: string };

/**
 * The stamp that reading the file now would give, for one system call instead of four; undefined where only reading can tell. A file that is
 * looked at before every verdict hardly ever changed.
 */
export function stampAt(path: string): string | undefined {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return missing;
    return stat.isSymbolicLink() ? undefined : stampOf(stat);
  } catch {
    return undefined; // a folder that can't be entered: reading says so in words
  }
}

const missing = "missing";
const stampOf = (stat: BigIntStats): string => `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;

/**
 * Reads a policy file whole and bounded. Never follows a link at the file itself, never waits on a pipe or a device.
 * @param ownedBy  owners whose file counts; anybody else's is unreadable, since they could change it at will
 */
export function readLayerFile(path: string, bytesMax: number, ownedBy: readonly number[]): LayerFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { is: "missing", stamp: missing };
    const why = code === "ELOOP" ? "it is a link; a policy file must stand where it is named" : message;
    return { is: "unreadable", stamp: `unreadable ${code}`, problem: `${path} can't be read: ${why}.` };
  }
  try {
    const stat = fstatSync(fd, { bigint: true });
    const stamp = stampOf(stat);
    const refuse = (problem: string): LayerFile => ({ is: "unreadable", stamp, problem: `${path} ${problem}` });
    if (!stat.isFile()) return refuse("is not a plain file.");
    if (!ownedBy.includes(Number(stat.uid))) return refuse(`belongs to user ${stat.uid}, who could change it at will.`);
    if (stat.size > BigInt(bytesMax)) return refuse(`has ${stat.size} bytes; a policy file may have ${bytesMax}.`);
    const buffer = Buffer.alloc(Number(stat.size));
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    const bytes = buffer.subarray(0, length);
    const text = bytes.toString("utf8");
    if (!Buffer.from(text, "utf8").equals(bytes)) return refuse("is not UTF-8 text.");
    return { is: "text", stamp, text, sha256: createHash("sha256").update(bytes).digest("hex") };
  } finally {
    closeSync(fd);
  }
}
