import { nothing, persists } from "./acts.ts";
import type { Act, Program, Use } from "./program.ts";

/**
 * Coding agents started by an agent. What such a one does is judged by its own hooks, so starting it is no reason to hold; a flag, a setting or a
 * folder by which it runs without those hooks is. Flags are those that the agents' releases of November 2026 were seen to honour.
 */
const unhooks = (use: Use, how: string): void =>
  use.emit({
    kind: "execute",
    what: `${use.name} ${how}: start an agent without the hooks by which its calls are judged`,
    target: use.name,
    place: "agent-config",
    undoable: "no",
  });

const without =
  (flag: string): Act =>
  (use) =>
    unhooks(use, flag);

/** Settings given on the command line win over the user's own. */
const settings: Act = (use, [given]) => {
  if (given === undefined) return;
  const literal = given.fixed === given.text.length && given.text.trimStart().startsWith("{");
  if (literal && !/hooks|env|apiKeyHelper|statusLine|Command/i.test(given.text)) return;
  if (literal && /"disableAllHooks"\s*:\s*false\s*}/.test(given.text)) return;
  if (literal && /hooks/i.test(given.text)) return unhooks(use, `--settings ${given.text.slice(0, 80)}`);
  use.emit({
    kind: "opaque",
    what: `${use.name} --settings ${given.text.slice(0, 80)}: start an agent with settings that Signalbox does not read`,
    target: use.name,
    sure: "opaque",
    undoable: "costly",
  });
};

const codexSetting: Act = (use, [given]) => {
  if (given !== undefined && /hook/i.test(given.text)) unhooks(use, `-c ${given.text.slice(0, 80)}`);
};

/** Folders in which agents look for their settings: elsewhere there are none of ours. */
const folders: Readonly<Record<string, readonly string[]>> = {
  claude: ["CLAUDE_CONFIG_DIR", "CLAUDE_CODE_SIMPLE"],
  codex: ["CODEX_HOME"],
  gemini: ["GEMINI_CLI_HOME", "GEMINI_CLI_SYSTEM_SETTINGS_PATH"],
  opencode: ["OPENCODE_CONFIG_DIR", "OPENCODE_CONFIG", "OPENCODE_PURE", "OPENCODE_CONFIG_CONTENT", "XDG_CONFIG_HOME"],
};
const starts: Act = (use) => {
  for (const name of folders[use.name] ?? []) if (use.variable(name) !== undefined) unhooks(use, `with ${name} set`);
  const home = use.variable("HOME");
  if (home !== undefined && home.text !== use.userHome) unhooks(use, `with HOME=${home.text}`);
  use.emit({ kind: "execute", what: `start another agent, ${use.name}`, target: use.name });
  use.output({ text: undefined, remote: true });
};

const changesAgent = persists("change the settings or the tools of an agent");

export const agents: readonly Program[] = [
  {
    names: ["claude"],
    summary: "Claude Code",
    flags: {
      "--bare": without("--bare"),
      "--settings <x>": settings,
      "--setting-sources <x>": (use, [sources]) =>
        sources !== undefined && /\buser\b/.test(sources.text) ? undefined : unhooks(use, "--setting-sources"),
      "-p --print -c --continue --verbose": nothing,
      "--model --output-format --input-format --permission-mode --allowedTools --disallowedTools --mcp-config --agents -r --resume --session-id --add-dir --max-turns --append-system-prompt --system-prompt --fallback-model <x>":
        nothing,
    },
    subcommands: {
      "doctor|mcp list|mcp get|plugin list|config list|config get|auth status": nothing,
      "mcp add|mcp add-json|mcp remove|mcp add-from-claude-desktop|plugin install|plugin marketplace add|plugin enable|plugin disable|config set|config add|config remove|update|install|setup-token":
        changesAgent,
    },
    otherwise: starts,
    does: starts,
    examples: {
      "claude --version": "allow",
      "claude -p 'fix the tests'": "allow",
      "claude --dangerously-skip-permissions -p x": "allow",
      "claude --bare -p x": "deny",
      "claude -p x --settings '{\"disableAllHooks\":true}'": "deny",
      "claude -p x --settings /tmp/x.json": "hold",
      "CLAUDE_CONFIG_DIR=/tmp/x claude -p hi": "deny",
      "HOME=/tmp/x claude -p hi": "deny",
      "env HOME=/tmp/x claude -p hi": "deny",
      "claude mcp add x -- npx y": "hold",
      "claude mcp list": "allow",
    },
  },
  {
    names: ["codex"],
    summary: "Codex",
    flags: {
      "-c --config <setting>": codexSetting,
      "--disable <feature>": codexSetting,
      "--ignore-user-config": without("--ignore-user-config"),
      "-m --model -C --cd -p --profile -s --sandbox -a --ask-for-approval -i --image --output-schema -o --output-last-message --enable --add-dir <x>":
        nothing,
    },
    subcommands: { "mcp add|mcp remove|login|logout": changesAgent, "mcp list|--version|features list": nothing },
    otherwise: starts,
    does: starts,
    examples: {
      "codex exec 'fix it'": "allow",
      "codex exec -c features.hooks=false x": "deny",
      "codex --disable hooks exec x": "deny",
      "CODEX_HOME=/tmp/x codex exec hi": "deny",
      "codex mcp list": "allow",
    },
  },
  {
    names: ["gemini", "qwen"],
    summary: "Gemini CLI",
    flags: {
      "--acp --experimental-acp": without("--acp"),
      "-m --model -p --prompt -i --prompt-interactive --approval-mode -o --output-format --include-directories --policy <x>":
        nothing,
    },
    subcommands: {
      "mcp list|extensions list|hooks list|skills list": nothing,
      "hooks disable|hooks disable-all": without("hooks disable"),
      "mcp add|mcp remove|extensions install|extensions uninstall|extensions link|extensions enable|extensions disable|hooks enable|skills install":
        changesAgent,
    },
    otherwise: starts,
    does: starts,
    examples: {
      "gemini -p x": "allow",
      "gemini --acp": "deny",
      "gemini hooks disable x": "deny",
      "GEMINI_CLI_HOME=/tmp/x gemini -p x": "deny",
    },
  },
  {
    names: ["opencode", "cursor-agent", "droid", "aider", "crush"],
    summary: "Other coding agents",
    flags: {
      "--pure": without("--pure"),
      "-m --model -p --prompt --agent -s --session --format --output-format --config-dir <x>": nothing,
    },
    subcommands: {
      "mcp add|mcp remove|plugin install|agent create|upgrade": changesAgent,
      "mcp list|models|agent list|auth list": nothing,
    },
    otherwise: starts,
    does: starts,
    examples: {
      "opencode run x": "allow",
      "opencode run --pure x": "deny",
      "XDG_CONFIG_HOME=/tmp/x opencode run x": "deny",
    },
  },
];
