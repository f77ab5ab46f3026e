import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { limits } from "../protocol/limits.ts";
import { GateRecord } from "../protocol/operations/gate.ts";

const spoolIn = (home: string): string => join(home, "recording", "spool");

/** Keeps one redacted record until a daemon runs. @returns false when the spool is full: then it is left out */
export function addToSpool(home: string, record: GateRecord): boolean {
  const path = spoolIn(home);
  const line = `${JSON.stringify(record)}\n`;
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes + Buffer.byteLength(line) > limits.recordSpoolBytesMax) return false;
  mkdirSync(join(home, "recording"), { recursive: true, mode: 0o700 });
  appendFileSync(path, line, { mode: 0o600 });
  return true;
}

/**
 * Hands over what was spooled, oldest first; each is forgotten when it was taken. The first that is not taken stays, with those behind it, for the
 * next time (a crash in between hands over again what was taken since the last).
 * @throws what `take` threw
 */
export async function takeSpool(home: string, take: (record: GateRecord) => Promise<unknown>): Promise<number> {
  const taken = `${spoolIn(home)}.taken`;
  if (statSync(taken, { throwIfNoEntry: false }) === undefined) {
    if (statSync(spoolIn(home), { throwIfNoEntry: false }) === undefined) return 0;
    renameSync(spoolIn(home), taken);
  }
  let count = 0;
  const lines = readFileSync(taken, "utf8").split("\n");
  for (const [at, line] of lines.entries()) {
    const record = read(line);
    if (record === undefined) continue;
    try {
      await take(record);
    } catch (error) {
      writeFileAtomic.sync(taken, lines.slice(at).join("\n"), { mode: 0o600 });
      throw error;
    }
    count += 1;
  }
  rmSync(taken);
  return count;
}

/** A line that was cut off by a crash, or written by somebody else, is no record. */
function read(line: string): GateRecord | undefined {
  try {
    return GateRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
