import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { running } from "../../src/kit/running.ts";

export interface Process {
  readonly pid: number;
  readonly words: readonly string[];
}

/** Every process that lives, but this one, whose words (or, where asked, environment or working folder) name the path. */
export function processesOf(path: string, { wordsOnly = false } = {}): Process[] {
  const found: Process[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (words === "") continue; // of the kernel, or ended and not yet waited for
      const named = () => readFileSync(`/proc/${name}/environ`, "utf8") + readlinkSync(`/proc/${name}/cwd`);
      if (words.includes(path) || (!wordsOnly && named().includes(path))) found.push({ pid, words: words.split("\0") });
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["ENOENT", "ESRCH", "EACCES"].includes(code)) throw error; // it has ended meanwhile, or is another user's
    }
  }
  return found;
}

/**
 * Ends every daemon of a home, also one that does not serve it: a hook whose daemon ends starts another, which may still be on its way
 * when the test is over, and would make the home anew.
 */
export function endDaemonsOf(home: string): void {
  for (const { pid, words } of processesOf(home, { wordsOnly: true })) {
    if (!words.includes("daemon") || words[words.indexOf("--home") + 1] !== home) continue;
    kill(pid);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    while (running(pid)) Atomics.wait(pause, 0, 0, 1); // a killed process ends as soon as it gets a processor
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
