import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../test/support/daemon.ts";

export interface Starts {
  readonly count: number;
  /** Runs before that, which are thrown away. */
  readonly warm: number;
  /** What the program finds on its stdin, in a pipe. */
  readonly input?: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Milliseconds from before the start of a program to after its exit, one run after the other, timed in C (bench/time-start.c): a start by Node takes
 * some milliseconds more than the program, and a host that is not Node never pays them.
 */
export async function timeStarts(
  file: string,
  args: readonly string[],
  { count, warm, input = "", env }: Starts,
): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "sbs-"));
  try {
    const stdin = join(folder, "stdin");
    writeFileSync(stdin, input);
    const words = [String(count), String(warm), stdin, file, ...args];
    const child = spawn(join(root, "build/time-start"), words, { env, stdio: ["ignore", "pipe", "pipe"] });
    let [told, complaint] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`${file} ${args.join(" ")}: ${complaint || `time-start ended with ${code}`}`);
    return told
      .trim()
      .split("\n")
      .map((line) => Number(line) / 1e6);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
