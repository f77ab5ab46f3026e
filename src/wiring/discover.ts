import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";
import { agentFiles, userHomeOf } from "./agent-files.ts";
import { inspect } from "./inspect.ts";
import { type Inspection, type WiredAgent, wiredAgents, type WiringWorld } from "./wiring.ts";

export interface DiscoveredAgent {
  readonly id: WiredAgent;
  /** Its program or its settings folder is here. */
  readonly installed: boolean;
  /** Absolute path of its program, when it is on the PATH or where its installer puts it. */
  readonly program: string | undefined;
  /** From the package beside the program; no program is started. */
  readonly version: string | undefined;
  readonly wired: boolean;
  readonly inspection: Inspection;
}

const programs: Readonly<Record<WiredAgent, string>> = {
  "claude-code": "claude",
  codex: "codex",
  gemini: "gemini",
  copilot: "copilot",
  opencode: "opencode",
};

/** Which agents are on this machine, and whether they are wired. Some milliseconds; reads files only. */
export function discover(world: WiringWorld): DiscoveredAgent[] {
  return wiredAgents.map((id) => {
    const program = findProgram(programs[id], world);
    const inspection = inspect({ ...world, agent: id });
    return {
      id,
      installed: program !== undefined || isFolder(agentFiles(id, world).folder),
      program,
      version: program === undefined ? undefined : versionOf(program),
      wired: inspection.wired === "yes",
      inspection,
    };
  });
}

function findProgram(name: string, world: WiringWorld): string | undefined {
  const user = userHomeOf(world);
  const onPath = (world.environment["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const usual = [".local/bin", ".claude/local", ".opencode/bin", ".npm-global/bin", ".bun/bin"].map((path) =>
    join(user, path),
  );
  return [...onPath, ...usual].map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // no such file, or not ours to run
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** npm puts a package.json above the program; Claude Code's own installer names the program by its version. */
function versionOf(program: string): string | undefined {
  const real = realpathSync(program);
  if (/^\d+\.\d+\.\d+/.test(basename(real))) return basename(real);
  let folder = dirname(real);
  for (let step = 0; step < 4 && dirname(folder) !== folder; step++, folder = dirname(folder)) {
    const version = packageVersion(join(folder, "package.json"));
    if (version !== undefined) return version;
  }
  return undefined;
}

function packageVersion(path: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(path, "utf8")) as { version?: unknown };
    return typeof version === "string" && version.length <= 64 ? version : undefined;
  } catch {
    return undefined; // no package here; the next folder up may have one
  }
}
