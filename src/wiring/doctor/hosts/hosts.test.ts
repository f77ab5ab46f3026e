import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { placeIn } from "../../../protocol/place.ts";
import type { WiredAgent } from "../../wiring.ts";
import type { HostCommand } from "../run-host.ts";
import { canaryKey, NotProvable, withoutModel } from "./host.ts";
import { hostOf } from "./index.ts";
import { temporary } from "../../../../test/support/temporary.ts";

interface Folders {
  readonly user: string;
  readonly cwd: string;
  readonly scratch: string;
}

function folders(t: TestContext, files: Readonly<Record<string, unknown>>): Folders {
  const root = temporary("sbdoc-");
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ["user", "repo/.git", "scratch"]) mkdirSync(join(root, name), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return { user: join(root, "user"), cwd: join(root, "repo"), scratch: join(root, "scratch") };
}

const modelUrl = "http://127.0.0.1:9";

function probe(agent: WiredAgent, at: Folders, environment: Record<string, string> = {}): HostCommand | NotProvable {
  const host = hostOf(agent);
  assert.ok(host !== undefined);
  const world = { place: placeIn(join(at.user, "home")), environment, userHome: at.user };
  return host.probe({ binary: `/opt/${agent}`, world, cwd: at.cwd, scratch: at.scratch, modelUrl });
}

function started(command: HostCommand | NotProvable): HostCommand {
  assert.ok(!(command instanceof NotProvable), command instanceof NotProvable ? command.why : "");
  return command;
}

const json = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;

test("the environment keeps what may break the gate and loses keys, addresses, proxies and marks of a running session", () => {
  const environment = {
    PATH: "/bin",
    LD_PRELOAD: "/evil.so",
    CLAUDE_CODE_SIMPLE: "1",
    SIGNALBOX_HOME: "/evil",
    ANTHROPIC_API_KEY: "sk-real",
    ANTHROPIC_BASE_URL: "https://real",
    AWS_SECRET_ACCESS_KEY: "x",
    CLAUDE_CODE_USE_BEDROCK: "1",
    CLAUDE_CODE_OAUTH_TOKEN: "x",
    CLAUDECODE: "1",
    OPENAI_API_KEY: "x",
    GEMINI_API_KEY: "x",
    HTTPS_PROXY: "http://proxy",
    https_proxy: "http://proxy",
    GITHUB_TOKEN: "x",
  };
  assert.deepEqual(Object.keys(withoutModel(environment)), [
    "PATH",
    "LD_PRELOAD",
    "CLAUDE_CODE_SIMPLE",
    "SIGNALBOX_HOME",
  ]);
});

test("Claude Code: a copy of the settings with the hooks, without keys, programs and other models", (t) => {
  const hooks = { PreToolUse: [{ matcher: "*", hooks: [{ type: "command", command: "/h/signalbox-hook" }] }] };
  const at = folders(t, {
    "user/.claude/settings.json": {
      hooks,
      apiKeyHelper: "/bin/key",
      statusLine: { type: "command", command: "x" },
      env: { ANTHROPIC_BASE_URL: "https://real", LD_PRELOAD: "/evil.so" },
    },
    "user/.claude/.credentials.json": { token: "secret" },
    "repo/.claude/settings.json": { disableAllHooks: true, hooks: { SessionStart: [] }, apiKeyHelper: "/bin/key" },
  });
  const command = started(probe("claude-code", at, { PATH: "/bin", ANTHROPIC_API_KEY: "sk-real" }));
  const config = command.environment["CLAUDE_CONFIG_DIR"];
  assert.equal(config, join(at.scratch, "config"));
  assert.deepEqual(json(join(config, "settings.json")), { hooks, env: { LD_PRELOAD: "/evil.so" } });
  assert.throws(() => readFileSync(join(config, ".credentials.json")), /ENOENT/);
  assert.deepEqual(json(join(command.cwd, ".claude/settings.json")), { disableAllHooks: true });
  assert.equal(command.environment["ANTHROPIC_API_KEY"], canaryKey);
  const flags = JSON.parse(command.args[command.args.indexOf("--settings") + 1] ?? "") as {
    env: Record<string, string>;
  };
  assert.equal(flags.env["ANTHROPIC_BASE_URL"], modelUrl);
  assert.ok(command.args.includes("--strict-mcp-config") && command.args.includes("--no-session-persistence"));
  assert.ok(!command.args.join(" ").includes("disableAllHooks"), "doctor must not mend what it looks for");
});

test("Gemini CLI: a copy of the settings that logs in with a key, without servers, sandbox and telemetry", (t) => {
  const hooks = { BeforeTool: [] };
  const at = folders(t, {
    "user/.gemini/settings.json": {
      hooks,
      hooksConfig: { enabled: true },
      security: { auth: { selectedType: "oauth-personal" }, folderTrust: { enabled: true } },
      mcpServers: { real: { command: "x" } },
      tools: { sandbox: "docker" },
      telemetry: { enabled: true },
    },
    "user/.gemini/oauth_creds.json": { token: "secret" },
    "repo/.gemini/settings.json": {
      hooksConfig: { enabled: false },
      security: { auth: { selectedType: "oauth-personal" } },
    },
  });
  const command = started(probe("gemini", at, { PATH: "/bin", GEMINI_API_KEY: "real" }));
  const home = command.environment["GEMINI_CLI_HOME"] ?? "";
  const copy = json(join(home, ".gemini/settings.json"));
  assert.deepEqual(copy["hooks"], hooks);
  assert.deepEqual(copy["security"], { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: true } });
  for (const key of ["mcpServers", "tools", "telemetry"]) assert.ok(!(key in copy), key);
  const project = json(join(command.cwd, ".gemini/settings.json"));
  assert.deepEqual(project["hooksConfig"], { enabled: false });
  assert.ok(!("security" in project));
  assert.equal(command.environment["GEMINI_API_KEY"], canaryKey);
});

test("Gemini CLI: where the system's settings choose the login, it is not started", (t) => {
  const at = folders(t, { "system.json": { security: { auth: { selectedType: "oauth-personal" } } } });
  const command = probe("gemini", at, { GEMINI_CLI_SYSTEM_SETTINGS_PATH: join(at.scratch, "..", "system.json") });
  assert.ok(command instanceof NotProvable);
  assert.match(command.why, /would reach a real model/);
});

test("Codex: every MCP server is switched off by name, nothing is written to the person's history", (t) => {
  const at = folders(t, {
    "user/.codex/config.toml":
      'model_provider = "real"\n[mcp_servers.one]\ncommand = "x"\n[mcp_servers.two]\nurl = "x"\n',
  });
  const { args } = started(probe("codex", at));
  const settings = args.filter((_, index) => args[index - 1] === "-c");
  assert.ok(settings.includes("mcp_servers.one.enabled=false") && settings.includes("mcp_servers.two.enabled=false"));
  assert.ok(settings.includes('model_provider="signalbox_doctor"'));
  assert.ok(settings.includes(`model_providers.signalbox_doctor.base_url="${modelUrl}/v1"`));
  assert.ok(args.includes("--ephemeral") && !args.some((word) => word.includes("bypass-hook-trust")));
});

test("Codex: a config.toml that can't be read, or a server that can't be switched off, is not provable", (t) => {
  for (const text of ["= broken", '[mcp_servers."odd name"]\ncommand = "x"\n']) {
    const command = probe("codex", folders(t, { "user/.codex/config.toml": text }));
    assert.ok(command instanceof NotProvable, text);
  }
});
