import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HostCommand } from "../../../src/wiring/doctor/run-host.ts";

/** Where one test's agent lives: nothing of the machine's own user is seen by it. */
export interface AgentPlace {
  /** The agent's HOME. */
  readonly userHome: string;
  readonly workspace: string;
  /** `http://127.0.0.1:<port>` of the mock model. */
  readonly modelUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface AgentRun {
  readonly prompt: string;
  /** More words for its command line. */
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it is started; the workspace unless told. */
  readonly cwd?: string;
}

/** One real agent, as `scripts/install-agents.js` installs it, with the exact words that run it offline against the mock. */
export interface TestedAgent {
  readonly name: "claude-code" | "codex" | "gemini" | "copilot" | "opencode";
  /** Absolute, or undefined when it is not installed. */
  readonly binary: string | undefined;
  /** Flags in place of the usual ones, with which its own file tools may also reach that folder. */
  reaching(folder: string): readonly string[];
  /** Writes what it needs to talk to the mock; runs before `wire`. */
  prepare(place: AgentPlace): void;
  command(place: AgentPlace, run: AgentRun): HostCommand;
}

const installed = join(import.meta.dirname, "..", "..", "..", "build", "agents");

function binaryOf(folder: string, name: string): string | undefined {
  const path = join(installed, folder, "node_modules", ".bin", name);
  return existsSync(join(installed, folder, ".complete")) && existsSync(path) ? path : undefined;
}

/** Folders of the agents' programs, for a PATH. */
export const installedAgents = (): string[] =>
  [claudeCode, codex, gemini, copilot, opencode].flatMap(({ binary }) =>
    binary === undefined ? [] : [dirname(binary)],
  );

const mustExist = (agent: TestedAgent): string => {
  if (agent.binary === undefined) throw new Error(`${agent.name} is not installed: node scripts/install-agents.js`);
  return agent.binary;
};

export const claudeCode: TestedAgent = {
  name: "claude-code",
  binary: binaryOf("claude-code", "claude"),
  reaching: () => ["--allowedTools", "Bash,Write,Edit,Agent"],
  prepare({ userHome }) {
    mkdirSync(join(userHome, ".claude"), { recursive: true });
  },
  command: (place, run) => ({
    file: mustExist(claudeCode),
    args: [
      "-p",
      run.prompt,
      "--output-format",
      "stream-json",
      "--verbose",
      "--include-hook-events",
      "--model",
      "mock-model",
      ...(run.flags ?? claudeCode.reaching("")),
    ],
    cwd: run.cwd ?? place.workspace,
    environment: {
      ...place.environment,
      CLAUDE_CONFIG_DIR: join(place.userHome, ".claude"),
      ANTHROPIC_BASE_URL: place.modelUrl,
      ANTHROPIC_API_KEY: "sk-mock",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "0",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_TELEMETRY: "1",
      IS_SANDBOX: "1",
      ...run.environment,
    },
  }),
};

export const codex: TestedAgent = {
  name: "codex",
  binary: binaryOf("codex", "codex"),
  reaching: () => [],
  prepare({ userHome, modelUrl }) {
    mkdirSync(join(userHome, ".codex"), { recursive: true });
    writeFileSync(
      join(userHome, ".codex", "config.toml"),
      `model = "gpt-5.5"
model_provider = "mock"
[model_providers.mock]
name = "mock"
base_url = "${modelUrl}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
[features]
apps = false
plugins = false
enable_request_compression = false
[analytics]
enabled = false
`,
    );
  },
  command: (place, run) => ({
    file: mustExist(codex),
    // Without a sandbox of Codex's own, so that nothing but the gate stands between the call and the disk.
    args: [
      "exec",
      "--json",
      "--skip-git-repo-check",
      "-C",
      run.cwd ?? place.workspace,
      "--dangerously-bypass-approvals-and-sandbox",
      ...(run.flags ?? []),
      run.prompt,
    ],
    cwd: run.cwd ?? place.workspace,
    environment: { ...place.environment, CODEX_HOME: join(place.userHome, ".codex"), ...run.environment },
  }),
};

export const gemini: TestedAgent = {
  name: "gemini",
  binary: binaryOf("gemini", "gemini"),
  reaching: (folder) => ["--approval-mode", "yolo", "--include-directories", folder],
  prepare({ userHome }) {
    mkdirSync(join(userHome, ".gemini"), { recursive: true });
    const settings = {
      security: { auth: { selectedType: "gemini-api-key" } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    };
    writeFileSync(join(userHome, ".gemini", "settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
  },
  command: (place, run) => ({
    file: mustExist(gemini),
    args: [
      "-p",
      run.prompt,
      "-o",
      "stream-json",
      "-m",
      "gemini-2.5-flash",
      "--skip-trust",
      ...(run.flags ?? ["--approval-mode", "yolo"]),
    ],
    cwd: run.cwd ?? place.workspace,
    environment: {
      ...place.environment,
      GEMINI_CLI_HOME: place.userHome,
      GEMINI_API_KEY: "mock",
      GOOGLE_GEMINI_BASE_URL: place.modelUrl,
      GEMINI_TELEMETRY_ENABLED: "false",
      GEMINI_CLI_NO_RELAUNCH: "true",
      ...run.environment,
    },
  }),
};

export const copilot: TestedAgent = {
  name: "copilot",
  binary: binaryOf("copilot", "copilot"),
  reaching: () => ["--allow-all-tools", "--allow-all-paths"],
  prepare({ userHome }) {
    mkdirSync(join(userHome, ".copilot"), { recursive: true });
  },
  command: (place, run) => ({
    file: mustExist(copilot),
    args: ["-p", run.prompt, "--output-format", "json", ...(run.flags ?? ["--allow-all-tools"])],
    cwd: run.cwd ?? place.workspace,
    environment: {
      ...place.environment,
      // Its first start unpacks 235 MB: once for all tests.
      XDG_CACHE_HOME: join(installed, "copilot", "cache"),
      COPILOT_HOME: join(place.userHome, ".copilot"),
      COPILOT_OFFLINE: "true",
      COPILOT_AUTO_UPDATE: "false",
      COPILOT_PROVIDER_TYPE: "openai",
      COPILOT_PROVIDER_BASE_URL: `${place.modelUrl}/v1`,
      COPILOT_PROVIDER_API_KEY: "mock",
      COPILOT_PROVIDER_WIRE_API: "completions",
      COPILOT_PROVIDER_MAX_PROMPT_TOKENS: "100000",
      COPILOT_PROVIDER_MAX_OUTPUT_TOKENS: "4096",
      COPILOT_MODEL: "mock-model",
      ...run.environment,
    },
  }),
};

export const opencode: TestedAgent = {
  name: "opencode",
  binary: binaryOf("opencode", "opencode"),
  reaching: () => [],
  prepare({ userHome, modelUrl }) {
    const folder = join(userHome, ".config", "opencode");
    mkdirSync(folder, { recursive: true });
    // Else it would ask npm's registry for its plugin package at every start, and wait.
    const from = join(installed, "opencode");
    for (const name of ["package.json", "package-lock.json"]) cpSync(join(from, name), join(folder, name));
    cpSync(join(from, "node_modules"), join(folder, "node_modules"), {
      recursive: true,
      filter: (path) => !/\/node_modules\/(?:opencode-[^/]+|\.bin)$/.test(path),
    });
    const provider = {
      npm: "@ai-sdk/openai-compatible",
      options: { baseURL: `${modelUrl}/v1`, apiKey: "mock" },
      models: { mock: {} },
    };
    // The gate is to decide, so OpenCode itself asks nothing.
    const permission = { "*": "allow" };
    writeFileSync(join(folder, "opencode.json"), JSON.stringify({ provider: { mock: provider }, permission }));
  },
  command: (place, run) => ({
    file: mustExist(opencode),
    args: ["run", "--format", "json", "--model", "mock/mock", ...(run.flags ?? []), run.prompt],
    cwd: run.cwd ?? place.workspace,
    environment: {
      ...place.environment,
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      OPENCODE_DISABLE_SHARE: "1",
      ...run.environment,
    },
  }),
};
