import { constants } from "node:fs";
import { open } from "node:fs/promises";

export interface Tail {
  /** Changes when the file does. */
  readonly mark: string;
  /** When it was written last, on the wall clock. */
  readonly writtenMs: number;
  readonly lines: readonly string[];
}

/**
 * The last whole lines of a growing file, at most `bytesMax` of them; a file of any size costs the same. Undefined when it is as it was
 * at `mark`, is no plain file, or is not there.
 */
export async function tailOf(path: string, bytesMax: number, mark: string | undefined): Promise<Tail | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = await file.stat();
    const now = `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
    if (!stat.isFile() || now === mark) return undefined;
    const from = Math.max(0, stat.size - bytesMax);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(bytesMax, stat.size)), 0, undefined, from);
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    if (from > 0) lines.shift(); // begun before what was read
    lines.pop(); // not ended yet, or nothing
    return { mark: now, writtenMs: stat.mtimeMs, lines };
  } catch {
    return undefined; // it is not there (yet), or not ours to read: then nothing is learnt from it
  }
}
