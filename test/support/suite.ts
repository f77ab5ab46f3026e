import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { compiled, remove } from "./temporary.ts";

/**
 * Around the whole suite (`node --test --test-global-setup`): one temporary folder for all of it, and at its end neither a file may be left
 * in that folder nor a process that was started with it, or the suite fails and says which.
 */
const endingMsMax = 10_000;
let folder: string | undefined;

export function globalSetup(): void {
  folder = mkdtempSync("/tmp/sb-");
  chmodSync(folder, 0o711); // a test plays another user in it
  process.env["TMPDIR"] = folder;
  process.env["NODE_COMPILE_CACHE"] = compiled;
}

export async function globalTeardown(): Promise<void> {
  if (folder === undefined) return;
  const late = AbortSignal.timeout(endingMsMax);
  let left = processesOf(folder);
  while (left.length > 0 && !late.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = processesOf(folder);
  }
  for (const { pid, words } of left) {
    complain(`process ${pid} is left: ${words}`);
    process.kill(pid, "SIGKILL");
  }
  for (const name of readdirSync(folder))
    complain(`${folder}/${name} is left: ${readdirSync(folder, { recursive: true }).slice(0, 5).join(", ")}`);
  remove(folder);
  folder = undefined;
}

function complain(message: string): void {
  process.stderr.write(`the suite is not clean: ${message}\n`);
  process.exitCode = 1;
}

/** Every process but this one whose words, environment or working folder name the folder. */
function processesOf(path: string): { pid: number; words: string }[] {
  const found: { pid: number; words: string }[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "latin1");
      if (words === "") continue; // of the kernel, or ended and not yet waited for
      const places = [words, readFileSync(`/proc/${name}/environ`, "latin1"), readlinkSync(`/proc/${name}/cwd`)];
      if (places.some((place) => place.includes(path))) found.push({ pid, words: words.replaceAll("\0", " ") });
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["ENOENT", "ESRCH", "EACCES"].includes(code)) throw error; // it has ended meanwhile, or is another user's
    }
  }
  return found;
}
