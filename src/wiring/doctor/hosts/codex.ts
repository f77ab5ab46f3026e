import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { agentFiles } from "../../agent-files.ts";
import { canaryKey, canaryPrompt, type Host, NotProvable, withoutModel } from "./host.ts";
import { isSettings } from "./settings-copy.ts";

/**
 * Codex is run in the person's own CODEX_HOME, because it binds the trust in a hook to the path of its file, with `--ephemeral`: no
 * transcript is written. `-c` beats config.toml and every profile; where managed files name the provider, doctor does not start it.
 * Source: peers measured with 0.169.0; precedence in developers.openai.com/codex/config.
 */
export const codex: Host = {
  agent: "codex",
  program: "codex",
  testedVersion: "0.169.0",
  notCovered: [
    "A project that you trust can switch all hooks off (.codex/config.toml, features.hooks=false); codex --enable hooks beats it.",
    "Codex goes on when a hook crashes or runs out of time: the hook client answers by itself before that, if it can be started at all.",
  ],
  probe({ binary, world, scratch, modelUrl }) {
    const managed = managedFiles.find((path) => existsSync(path));
    if (managed !== undefined)
      return new NotProvable(`Codex is managed here (${managed}), and that may name the model's address over doctor's`);
    const servers = mcpServers(agentFiles("codex", world).folder);
    if (servers instanceof NotProvable) return servers;
    const work = join(scratch, "work");
    mkdirSync(work, { recursive: true });
    return {
      file: binary,
      args: [
        "exec",
        "--json",
        "--ephemeral",
        "--skip-git-repo-check",
        "--sandbox",
        "read-only",
        "-C",
        work,
        ...[...offlineSettings, ...providerSettings(modelUrl), ...servers.map(off)].flatMap((setting) => [
          "-c",
          setting,
        ]),
        canaryPrompt,
      ],
      cwd: work,
      environment: { ...withoutModel(world.environment), [keyVariable]: canaryKey },
    };
  },
};

const keyVariable = "SIGNALBOX_DOCTOR_KEY";

/** With these Codex looks nothing up and reports to nobody. */
export const offlineSettings: readonly string[] = [
  "features.apps=false",
  "features.plugins=false",
  "features.enable_request_compression=false",
  "analytics.enabled=false",
  "check_for_update_on_startup=false",
  'history.persistence="none"',
  "notify=[]",
  'otel.exporter="none"',
];

function providerSettings(modelUrl: string): string[] {
  const provider = "model_providers.signalbox_doctor";
  return [
    'model="gpt-5.5"',
    'model_provider="signalbox_doctor"',
    `${provider}.name="signalbox doctor"`,
    `${provider}.base_url="${modelUrl}/v1"`,
    `${provider}.wire_api="responses"`,
    `${provider}.env_key="${keyVariable}"`,
    `${provider}.request_max_retries=0`,
    `${provider}.stream_max_retries=0`,
  ];
}

const off = (server: string): string => `mcp_servers.${server}.enabled=false`;

/** Names of the person's MCP servers, to be switched off one by one. */
function mcpServers(folder: string): string[] | NotProvable {
  let text: string;
  try {
    text = readFileSync(join(folder, "config.toml"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  let config: Record<string, unknown>;
  try {
    config = parse(text);
  } catch (error) {
    return new NotProvable(`${join(folder, "config.toml")} can't be read: ${(error as Error).message.split("\n")[0]}`);
  }
  const servers = isSettings(config["mcp_servers"]) ? Object.keys(config["mcp_servers"]) : [];
  const odd = servers.find((name) => !/^[\w-]+$/.test(name));
  return odd === undefined ? servers : new NotProvable(`the MCP server "${odd}" has a name that -c can't switch off`);
}

const managedFiles: readonly string[] = [
  "/etc/codex/requirements.toml",
  "/etc/codex/managed_config.toml",
  "/etc/codex/config.toml",
];
