import { cpSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { agentFiles } from "../../agent-files.ts";
import { canaryKey, canaryPrompt, type Host, NotProvable, withoutModel } from "./host.ts";
import { writeSettings } from "./settings-copy.ts";

/**
 * OpenCode is run with the person's plugins in throw-away folders and a provider of doctor's own: there it finds no login and no server.
 * Without its plugin package beside the plugins it would ask npm's registry for it, so then it is not started.
 * Source: peers measured with 1.18.33; opencode.ai/docs.
 */
export const opencode: Host = {
  agent: "opencode",
  program: "opencode",
  testedVersion: "1.18.33",
  notCovered: [
    "opencode --pure and OPENCODE_PURE=1 skip all plugins, and with them the gate.",
    "OpenCode 2.x loads no plugins of version 1.",
  ],
  probe({ binary, world, scratch, modelUrl }) {
    const { folder, settings } = agentFiles("opencode", world);
    const packages = join(folder, "node_modules");
    const missing = [join(packages, "@opencode-ai", "plugin"), ...manifests.map((name) => join(folder, name))].find(
      (path) => !existsSync(path),
    );
    if (missing !== undefined)
      return new NotProvable(
        `OpenCode would ask npm's registry for @opencode-ai/plugin, because there is no ${missing}; it makes that at its first start`,
      );
    const config = join(scratch, "config", "opencode");
    const work = join(scratch, "work");
    for (const path of [config, work]) mkdirSync(path, { recursive: true });
    // A copy: OpenCode replaces what stands there when it thinks that it must install. Its own program is no part of a plugin.
    cpSync(realpathSync(packages), join(config, "node_modules"), {
      recursive: true,
      filter: (path) => !/\/node_modules\/opencode-[^/]+$/.test(path),
    });
    for (const name of manifests) cpSync(join(folder, name), join(config, name));
    mkdirSync(join(config, "plugins"));
    if (existsSync(settings)) cpSync(settings, join(config, "plugins", "signalbox.js"));
    writeSettings(join(config, "opencode.json"), {
      provider: {
        doctor: {
          npm: "@ai-sdk/openai-compatible",
          options: { baseURL: `${modelUrl}/v1`, apiKey: canaryKey },
          models: { canary: {} },
        },
      },
    });
    const own = (name: string) => join(scratch, name);
    return {
      file: binary,
      args: ["run", "--format", "json", "--print-logs", "--model", "doctor/canary", canaryPrompt],
      cwd: work,
      environment: {
        ...withoutModel(world.environment),
        XDG_CONFIG_HOME: own("config"),
        XDG_DATA_HOME: own("data"),
        XDG_STATE_HOME: own("state"),
        XDG_CACHE_HOME: own("cache"),
        OPENCODE_CONFIG_DIR: config,
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        OPENCODE_DISABLE_MODELS_FETCH: "1",
        OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
        OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
        OPENCODE_DISABLE_SHARE: "1",
      },
    };
  },
};

/** Without any of them OpenCode installs anew. */
const manifests = ["package.json", "package-lock.json"];
