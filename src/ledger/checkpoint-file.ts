import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { splitNotes } from "./note.ts";
import type { Sink } from "./types.ts";

/** The file is then renamed to `<path>.1`; the newest notes are what anchors, and the key chain stays in the database. */
const fileBytesMax = 8 * 1024 * 1024;
const tailBytes = 64 * 1024;

/**
 * The first sink: an append-only text file of signed notes, an empty line after each. It is only as far out of reach as its
 * owner and flags make it (another user's folder, `chattr +a`); in the home it still catches a database put back alone.
 */
export class CheckpointFile implements Sink {
  readonly name: string;
  #begun = false;

  constructor(path: string) {
    this.name = path;
  }

  async publish(note: string, { signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    const size = await stat(this.name).then(
      (stats) => stats.size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return 0;
        throw error;
      },
    );
    if (size > fileBytesMax) await rename(this.name, `${this.name}.1`);
    const file = await open(this.name, "a", 0o600);
    try {
      // An earlier process may have been cut off in the middle of a note.
      await file.appendFile(`${this.#begun || size === 0 ? "" : "\n\n"}${note}\n`);
      this.#begun = true;
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /** The newest whole note, or undefined when there is none. Reads the end of the file only. */
  last(): string | undefined {
    let file: number;
    try {
      file = openSync(this.name, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, tailBytes));
      const length = readSync(file, bytes, 0, bytes.length, size - bytes.length);
      return splitNotes(bytes.toString("utf8", 0, length)).at(-1);
    } finally {
      closeSync(file);
    }
  }

  /** Every whole note, oldest first. */
  all(): string[] {
    try {
      return splitNotes(readFileSync(this.name, "utf8"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }
}
