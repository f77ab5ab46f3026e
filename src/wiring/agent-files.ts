import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { homeFiles } from "../protocol/place.ts";
import type { WiredAgent, WiringWorld } from "./wiring.ts";

/** Where each agent keeps its settings, by its own rules. */
export interface AgentFiles {
  /** The agent's own folder. */
  readonly folder: string;
  /** The file that `wire` edits or makes. */
  readonly settings: string;
  /** Other files of the user's that can switch hooks off. */
  readonly others: readonly string[];
  /** Files and folders that decide what the agent runs: an agent that edits them could unhook itself. */
  readonly guarded: readonly string[];
}

export function userHomeOf({ userHome, environment }: WiringWorld): string {
  return userHome ?? absolute(environment["HOME"]) ?? homedir();
}

export function agentFiles(agent: WiredAgent, world: WiringWorld): AgentFiles {
  const user = userHomeOf(world);
  const from = (variable: string): string | undefined => absolute(world.environment[variable]);
  switch (agent) {
    case "claude-code": {
      const folder = from("CLAUDE_CONFIG_DIR") ?? join(user, ".claude");
      return {
        folder,
        settings: join(folder, "settings.json"),
        others: [],
        guarded: ["settings.json", "settings.local.json", "plugins", "hooks", "skills", "agents"].map(inside(folder)),
      };
    }
    case "codex": {
      const folder = from("CODEX_HOME") ?? join(user, ".codex");
      return {
        folder,
        settings: join(folder, "hooks.json"),
        others: [join(folder, "config.toml")],
        guarded: ["hooks.json", "config.toml", "requirements.toml", "rules", "plugins"].map(inside(folder)),
      };
    }
    case "gemini": {
      const folder = join(from("GEMINI_CLI_HOME") ?? user, ".gemini");
      return {
        folder,
        settings: join(folder, "settings.json"),
        others: [],
        guarded: ["settings.json", "trustedFolders.json", "extensions", "policies"].map(inside(folder)),
      };
    }
    case "copilot": {
      const folder = from("COPILOT_HOME") ?? join(user, ".copilot");
      return {
        folder,
        settings: join(folder, "hooks", "signalbox.json"),
        others: [join(folder, "settings.json"), join(folder, "config.json")],
        guarded: ["hooks", "settings.json", "config.json", "mcp-config.json", "plugins"].map(inside(folder)),
      };
    }
    case "opencode": {
      const folder = from("OPENCODE_CONFIG_DIR") ?? join(from("XDG_CONFIG_HOME") ?? join(user, ".config"), "opencode");
      return {
        folder,
        settings: join(folder, "plugins", "signalbox.js"),
        others: [join(folder, "opencode.json"), join(folder, "opencode.jsonc")],
        guarded: ["plugins", "plugin", "opencode.json", "opencode.jsonc"].map(inside(folder)),
      };
    }
  }
}

export function hookPath(world: WiringWorld): string {
  return join(world.place.home, homeFiles.hook);
}

/** The nearest folder at or above `cwd` that holds `.git`, else `cwd`: where agents look for a repository's settings. */
export function repositoryRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

const inside =
  (folder: string) =>
  (name: string): string =>
    join(folder, name);

const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined;
