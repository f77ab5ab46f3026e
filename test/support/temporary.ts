import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The longest temporary folder in which a home's socket still has a path that the kernel takes. */
const baseCharsMax = 40;

/** A new folder of a test's own: below the suite's, where a suite runs (`suite.ts`), and short, since sockets are made in it. */
export function temporary(prefix = "sb-"): string {
  const base = tmpdir();
  return realpathSync(mkdtempSync(join(base.length > baseCharsMax ? "/tmp" : base, prefix)));
}

/** Removes a folder with all that is in it, also where a process that ends is writing its last there. */
export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Where the suite keeps what was stripped of types and compiled once, for every process that it starts. */
export const compiled = fileURLToPath(new URL("../../build/compiled", import.meta.url));

/**
 * Makes bin/signalbox.js, run with this folder as its HOME, use what other tests' processes have compiled: a daemon that starts with nothing
 * compiled takes a second of processor time, one that has it a third.
 */
export function shareCompiled(home: string): void {
  mkdirSync(compiled, { recursive: true, mode: 0o700 });
  mkdirSync(join(home, ".cache"), { mode: 0o700 });
  symlinkSync(compiled, join(home, ".cache", "signalbox"));
}

let nobody: string | undefined;

/** The HOME of everything that a test starts for nobody in particular: nothing of the developer's is in it. */
export function nobodysHome(): string {
  if (nobody !== undefined) return nobody;
  const folder = temporary();
  shareCompiled(folder);
  process.once("exit", () => remove(folder));
  return (nobody = folder);
}
