import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { agentFiles, repositoryRoot } from "../../agent-files.ts";
import {
  canaryKey,
  canaryPrompt,
  type Host,
  isModelVariable,
  NotProvable,
  type ProbeContext,
  withoutModel,
} from "./host.ts";
import { isSettings, readSettings, type Settings, without, writeSettings } from "./settings-copy.ts";

/**
 * Claude Code is run with a copy of the person's settings in a throw-away config folder: there it finds no login, no MCP server and
 * no history, so nothing of that can be used or written. The model's address stands in `--settings`, which beats everything but
 * managed settings; where those name an address, doctor does not start it.
 * Source: peers measured with 2.1.329; precedence in code.claude.com/docs/en/settings.
 */
export const claudeCode: Host = {
  agent: "claude-code",
  program: "claude",
  testedVersion: "2.1.329",
  notCovered: [
    "claude --bare and CLAUDE_CODE_SIMPLE=1 skip all hooks but managed ones.",
    "Commands that you type yourself with ! and files that you pull in with @ are no tool calls.",
    "Hooks of plugins are not part of the proof.",
  ],
  probe(context) {
    const managed = managedProblem(context.world.environment);
    if (managed !== undefined) return new NotProvable(managed);
    const { scratch, world } = context;
    const configDir = join(scratch, "config");
    const work = join(scratch, "work");
    mkdirSync(configDir, { recursive: true });
    mkdirSync(work, { recursive: true });
    const user = readSettings(agentFiles("claude-code", world).settings);
    if (user !== undefined) writeSettings(join(configDir, "settings.json"), withoutPrograms(user));
    copyRepositorySettings(context, work);
    return {
      file: context.binary,
      args: [
        "-p",
        canaryPrompt,
        "--output-format",
        "stream-json",
        "--verbose",
        "--include-hook-events",
        "--model",
        "mock-model",
        "--strict-mcp-config",
        "--no-session-persistence",
        // Else the host's own question would come first where PreToolUse is missing, and PermissionRequest would answer it.
        "--allowedTools",
        "Bash",
        "--settings",
        JSON.stringify({ env: modelEnvironment(context) }),
      ],
      cwd: work,
      environment: { ...withoutModel(world.environment), ...modelEnvironment(context), CLAUDE_CONFIG_DIR: configDir },
    };
  },
};

function modelEnvironment({ modelUrl }: ProbeContext): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: canaryKey,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_MAX_RETRIES: "0",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
  };
}

/** Settings that start programs or name other models; none of them has a say in whether our hook is asked. */
const programKeys = [
  "apiKeyHelper",
  "awsAuthRefresh",
  "awsCredentialExport",
  "gcpAuthRefresh",
  "otelHeadersHelper",
  "statusLine",
  "fileSuggestion",
  "model",
  "fallbackModel",
  "forceLoginMethod",
  "forceLoginOrgUUID",
  "enabledPlugins",
  "extraKnownMarketplaces",
  "mcpServers",
  "outputStyle",
  "sandbox",
];

function withoutPrograms(settings: Settings): Settings {
  const kept = without(settings, programKeys);
  if (isSettings(kept["env"])) kept["env"] = withoutModel(kept["env"]);
  return kept;
}

/** The repository's settings as they stand, but its hooks: doctor must not run a stranger's programs to prove a point. */
function copyRepositorySettings({ cwd }: ProbeContext, work: string): void {
  for (const name of ["settings.json", "settings.local.json"]) {
    const settings =
      readSettings(join(cwd, ".claude", name)) ?? readSettings(join(repositoryRoot(cwd), ".claude", name));
    if (settings !== undefined)
      writeSettings(join(work, ".claude", name), withoutPrograms(without(settings, ["hooks"])));
  }
}

const managedFolders = ["/etc/claude-code", "/Library/Application Support/ClaudeCode"];

function managedProblem(environment: ProbeContext["world"]["environment"]): string | undefined {
  if (environment["CLAUDE_CODE_SIMPLE"] === "1") return undefined;
  for (const path of managedFolders.flatMap(managedFiles)) {
    const settings = readSettings(path);
    const variables = isSettings(settings?.["env"]) ? Object.keys(settings["env"]).filter(isModelVariable) : [];
    const helper = settings?.["apiKeyHelper"] === undefined ? [] : ["apiKeyHelper"];
    const [name] = [...variables, ...helper];
    if (name !== undefined)
      return `managed settings (${path}) set ${name}, which beats every address that doctor could give, so it would reach a real model`;
  }
  return undefined;
}

function managedFiles(folder: string): string[] {
  const dropIns = join(folder, "managed-settings.d");
  let names: string[];
  try {
    names = readdirSync(dropIns).filter((name) => name.endsWith(".json"));
  } catch {
    names = []; // there is no such folder, or it is nothing that Claude Code could read either
  }
  return [join(folder, "managed-settings.json"), ...names.map((name) => join(dropIns, name))];
}
