import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { agentFiles, repositoryRoot } from "../../agent-files.ts";
import { canaryKey, canaryPrompt, type Host, NotProvable, withoutModel } from "./host.ts";
import { isSettings, readSettings, type Settings, without, writeSettings } from "./settings-copy.ts";

/**
 * Gemini CLI is run with a copy of the person's settings in a throw-away home: there it finds no login, no extension and no
 * history. The copy asks for a key instead of a login; only then the address of the mock is used at all.
 * Source: peers measured with 0.61.0; precedence in geminicli.com/docs/get-started/configuration.
 */
export const gemini: Host = {
  agent: "gemini",
  program: "gemini",
  testedVersion: "0.61.0",
  notCovered: [
    "gemini --acp never calls tool hooks: an editor that starts it so is not gated but by its own questions.",
    "A repository that you trust can switch a hook off by its name, from the next start on.",
    "Extensions and their hooks are not part of the proof.",
  ],
  probe({ binary, world, cwd, scratch, modelUrl }) {
    const system = systemProblem(world.environment["GEMINI_CLI_SYSTEM_SETTINGS_PATH"]);
    if (system !== undefined) return new NotProvable(system);
    const home = join(scratch, "home");
    const work = join(scratch, "work");
    mkdirSync(work, { recursive: true });
    const user = readSettings(agentFiles("gemini", world).settings) ?? {};
    writeSettings(join(home, ".gemini", "settings.json"), { ...onlyGate(user), ...auth(user) });
    const repository = readSettings(join(repositoryRoot(cwd), ".gemini", "settings.json"));
    if (repository !== undefined)
      writeSettings(join(work, ".gemini", "settings.json"), onlyGate(without(repository, ["hooks", "security"])));
    return {
      file: binary,
      args: [
        "-p",
        canaryPrompt,
        "-o",
        "stream-json",
        "-m",
        "gemini-2.5-flash",
        "--skip-trust",
        "--approval-mode",
        "yolo",
        "--allowed-mcp-server-names",
        "signalbox-doctor-starts-none",
      ],
      cwd: work,
      environment: {
        ...withoutModel(world.environment),
        GEMINI_CLI_HOME: home,
        GEMINI_API_KEY: canaryKey,
        GOOGLE_GEMINI_BASE_URL: modelUrl,
        GEMINI_TELEMETRY_ENABLED: "false",
        GEMINI_CLI_NO_RELAUNCH: "true",
        GEMINI_SANDBOX: "false",
        // As in a folder that the person trusts: only then a repository's settings can switch hooks off (--skip-trust alone is not enough).
        GEMINI_CLI_TRUST_WORKSPACE: "true",
      },
    };
  },
};

/** What starts programs, names other models or reports elsewhere; none of it has a say in whether our hook is asked. */
const otherKeys = [
  "mcpServers",
  "mcp",
  "telemetry",
  "privacy",
  "model",
  "modelConfigs",
  "ide",
  "tools",
  "extensions",
  "output",
];

const onlyGate = (settings: Settings): Settings => ({
  ...without(settings, otherKeys),
  privacy: { usageStatisticsEnabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
});

function auth(settings: Settings): Settings {
  const security = isSettings(settings["security"]) ? settings["security"] : {};
  return { security: { ...security, auth: { selectedType: "gemini-api-key" } } };
}

function systemProblem(named: string | undefined): string | undefined {
  const path = named ?? "/etc/gemini-cli/settings.json";
  const settings = readSettings(path);
  const security = settings?.["security"];
  if (isSettings(security) && isSettings(security["auth"]))
    return `the system's settings (${path}) choose how to log in, which beats doctor, so it would reach a real model`;
  if (settings?.["telemetry"] !== undefined || settings?.["mcpServers"] !== undefined)
    return `the system's settings (${path}) send telemetry or start MCP servers, which doctor can't keep from happening`;
  return undefined;
}
