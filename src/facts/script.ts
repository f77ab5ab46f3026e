import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolvePath } from "./paths.ts";
import type { Fact } from "./types.ts";

/** Text that the judge gets; the hash covers the whole file. */
const scriptTextBytesMax = 64 * 1024;
/** A longer file is unknown: hashing it would not end in time. */
const scriptBytesMax = 16 * 1024 * 1024;

/** Hash and first bytes of a file that would be run. Anything but a plain file is unknown: opening it might block or act. */
export async function findScript(path: string, signal: AbortSignal): Promise<Fact> {
  const { real, stat } = await resolvePath(path, signal);
  if (stat === undefined) throw new Error("it does not exist");
  if (!stat.isFile()) throw new Error("it is not a plain file");
  // O_NONBLOCK and O_NOFOLLOW: between the look and the open it may have become a FIFO or a link.
  const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const now = await file.stat();
    if (!now.isFile()) throw new Error("it is not a plain file");
    if (now.size > scriptBytesMax) throw new Error(`it has ${now.size} bytes and ${scriptBytesMax} are looked at`);
    const hash = createHash("sha256");
    const chunk = Buffer.alloc(64 * 1024);
    let head = Buffer.alloc(0);
    let total = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      total += bytesRead;
      if (total > scriptBytesMax) throw new Error("it grows while it is read");
      const part = chunk.subarray(0, bytesRead);
      hash.update(part);
      if (head.length < scriptTextBytesMax)
        head = Buffer.concat([head, part.subarray(0, scriptTextBytesMax - head.length)]);
    }
    return { ask: "script", sha256: hash.digest("hex"), text: head.toString("utf8") };
  } finally {
    await file.close();
  }
}
