import { chmodSync, mkdtempSync, readdirSync } from "node:fs";
import { kill, processesOf } from "./processes.ts";
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
    complain(`process ${pid} is left: ${words.join(" ")}`);
    kill(pid);
  }
  const names = readdirSync(folder, { recursive: true });
  if (names.length > 0) complain(`in ${folder} are left: ${names.slice(0, 20).join(", ")}`);
  remove(folder);
  folder = undefined;
}

function complain(message: string): void {
  process.stderr.write(`the suite is not clean: ${message}\n`);
  process.exitCode = 1;
}
