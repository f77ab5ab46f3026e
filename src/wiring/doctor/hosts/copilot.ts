import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { agentFiles, repositoryRoot } from "../../agent-files.ts";
import { canaryKey, canaryPrompt, type Host, withoutModel } from "./host.ts";
import { readSettings, type Settings, writeSettings } from "./settings-copy.ts";

/**
 * Copilot CLI is run with a copy of the person's hooks in a throw-away home, with its offline switch and a provider of its own: there it
 * finds no login. Of its settings only what can switch hooks off is copied.
 * Source: peers measured with 1.0.102; docs.github.com/copilot/reference/hooks-reference.
 */
export const copilot: Host = {
  agent: "copilot",
  program: "copilot",
  testedVersion: "1.0.102",
  notCovered: [
    "Copilot CLI goes on when a hook runs out of time or answers bad JSON: the hook client answers by itself before that.",
  ],
  probe({ binary, world, cwd, scratch, modelUrl }) {
    const { folder, others } = agentFiles("copilot", world);
    const home = join(scratch, "home");
    const work = join(scratch, "work");
    mkdirSync(work, { recursive: true });
    mkdirSync(home, { recursive: true });
    if (existsSync(join(folder, "hooks"))) cpSync(join(folder, "hooks"), join(home, "hooks"), { recursive: true });
    for (const path of others) copySwitch(path, join(home, path.slice(folder.length + 1)));
    for (const name of ["settings.json", "settings.local.json"])
      copySwitch(join(repositoryRoot(cwd), ".github", "copilot", name), join(work, ".github", "copilot", name));
    const cache = world.environment["XDG_CACHE_HOME"];
    return {
      file: binary,
      args: ["-p", canaryPrompt, "--output-format", "json", "--allow-all-tools"],
      cwd: work,
      environment: {
        ...withoutModel(world.environment),
        // It unpacks 235 MB at its first start; the person's own cache has them already.
        ...(cache === undefined ? {} : { XDG_CACHE_HOME: cache }),
        COPILOT_HOME: home,
        COPILOT_OFFLINE: "true",
        COPILOT_AUTO_UPDATE: "false",
        COPILOT_PROVIDER_TYPE: "openai",
        COPILOT_PROVIDER_BASE_URL: `${modelUrl}/v1`,
        COPILOT_PROVIDER_API_KEY: canaryKey,
        COPILOT_PROVIDER_WIRE_API: "completions",
        COPILOT_PROVIDER_MAX_PROMPT_TOKENS: "100000",
        COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: "4096",
        COPILOT_MODEL: "mock-model",
      },
    };
  },
};

function copySwitch(from: string, to: string): void {
  const settings: Settings = readSettings(from) ?? {};
  if (settings["disableAllHooks"] !== undefined) writeSettings(to, { disableAllHooks: settings["disableAllHooks"] });
}
