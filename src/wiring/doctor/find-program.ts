import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { runHost } from "./run-host.ts";

/** The first program of that name on the PATH that is handed in. Relative entries are skipped: they depend on where one stands. */
export function findProgram(name: string, path: string | undefined): string | undefined {
  for (const folder of (path ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, name);
    if (isProgram(file)) return file;
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there or not ours to run: the search goes on
  }
}

/** The first version number that `<program> --version` prints, or null. */
export async function programVersion(
  file: string,
  options: { environment: Readonly<Record<string, string>>; cwd: string; signal: AbortSignal },
): Promise<string | null> {
  const { environment, cwd } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(versionMs)]);
  const run = await runHost({ file, args: ["--version"], cwd, environment }, { signal });
  return /\d+\.\d+\.\d+\S*/.exec(run.stdout)?.[0] ?? null;
}

const versionMs = 10_000;
