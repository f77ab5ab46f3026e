import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { getNodeValue } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { agentFiles, repositoryRoot } from "./agent-files.ts";
import { isOurHandler } from "./hook-entries.ts";
import { isProblem, parseText } from "./jsonc-text.ts";
import type { Finding, WiredAgent, WiringWorld } from "./wiring.ts";

interface Look {
  readonly user: ReturnType<typeof agentFiles>;
  /** Root of the repository that was asked about. */
  readonly repository: string | undefined;
  readonly environment: WiringWorld["environment"];
  readonly hookName: string | undefined;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * Known ways round the gate that files show, for the user, the machine and the repository of `cwd`. Those that depend on how an agent is
 * started (`--bare`, `--pure`, `--acp`) can't be seen here and are notes. Checked with the real agents of November 2026.
 */
export function waysRound(
  world: WiringWorld & { readonly agent: WiredAgent; readonly cwd?: string },
  { hookName }: { readonly hookName: string | undefined },
): Finding[] {
  const look: Look = {
    user: agentFiles(world.agent, world),
    repository: world.cwd === undefined ? undefined : repositoryRoot(world.cwd),
    environment: world.environment,
    hookName,
  };
  return finders[world.agent](look);
}

const finders: Readonly<Record<WiredAgent, (look: Look) => Finding[]>> = {
  "claude-code": claudeCode,
  codex,
  gemini,
  copilot,
  opencode,
};

function claudeCode({ user, repository, environment }: Look): Finding[] {
  const managed = [
    "/etc/claude-code/managed-settings.json",
    "/Library/Application Support/ClaudeCode/managed-settings.json",
  ];
  const project = inRepository(repository, ".claude/settings.json", ".claude/settings.local.json");
  return [
    ...[...managed, user.settings, ...project].flatMap((path) => {
      const settings = readJsonc(path);
      return [
        ...switchedOff(path, settings, "disableAllHooks", user.settings === path || managed.includes(path)),
        ...ourVariables(path, settings),
      ];
    }),
    ...managed
      .filter((path) => readJsonc(path)["allowManagedHooksOnly"] === true)
      .map(
        (path): Finding => ({
          severity: "open",
          id: "managed-hooks-only",
          what: `${path} lets only managed hooks run, so yours are skipped.`,
          fix: undefined,
        }),
      ),
    ...project.flatMap((path) => rewriters(path, readJsonc(path), "PreToolUse")),
    ...(isSet(environment["CLAUDE_CODE_SIMPLE"])
      ? [
          open(
            "claude-simple",
            "CLAUDE_CODE_SIMPLE is set here: Claude Code then runs no hooks.",
            "unset CLAUDE_CODE_SIMPLE",
          ),
        ]
      : []),
    note(
      "claude-bare",
      "A session started with --bare runs no hooks; it shows up as ungated once its transcript grows.",
    ),
  ];
}

function codex({ user, repository }: Look): Finding[] {
  const config = join(user.folder, "config.toml");
  const own = readToml(config);
  const state = tableOf(tableOf(own, "hooks"), "state");
  const trusted = Object.entries(state).some(
    ([key, value]) =>
      key.startsWith(`${user.settings}:pre_tool_use:`) &&
      typeof tableOf({ value }, "value")["trusted_hash"] === "string",
  );
  return [
    ...(own["unreadable"] === undefined
      ? []
      : [risk("codex-config-unreadable", `${config} can't be read as TOML.`, undefined)]),
    ...(hooksOff(own)
      ? [open("codex-hooks-off", `${config} switches hooks off: set hooks = true under [features] there.`, undefined)]
      : []),
    ...(trusted
      ? []
      : [
          open(
            "codex-untrusted",
            "Codex skips our hooks silently until you have trusted them: type signalbox wire codex in a terminal of your own, or in codex /hooks and trust Signalbox's.",
            "signalbox doctor codex",
          ),
        ]),
    ...inRepository(repository, ".codex/config.toml")
      .filter((path) => hooksOff(readToml(path)))
      .map((path) =>
        open(
          "codex-repository-hooks-off",
          `${path} switches hooks off; in a trusted project that wins over your settings.`,
          "codex --enable hooks",
        ),
      ),
  ];
}

function hooksOff(config: Settings): boolean {
  const features = tableOf(config, "features");
  return features["hooks"] === false || features["codex_hooks"] === false;
}

function gemini({ user, repository, hookName }: Look): Finding[] {
  const files = ["/etc/gemini-cli/settings.json", user.settings, ...inRepository(repository, ".gemini/settings.json")];
  return [
    ...files.flatMap((path) => {
      const config = tableOf(readJsonc(path), "hooksConfig");
      const disabled = Array.isArray(config["disabled"]) ? config["disabled"] : [];
      return [
        ...(config["enabled"] === false
          ? [open("gemini-hooks-off", `${path} switches hooks off (hooksConfig.enabled).`, undefined)]
          : []),
        ...(disabled.some((name) => name === hookName || (typeof name === "string" && name.includes("signalbox-hook")))
          ? [open("gemini-hook-disabled", `${path} switches Signalbox's hook off by name.`, undefined)]
          : []),
      ];
    }),
    note(
      "gemini-acp",
      "With --acp Gemini CLI runs no tool hooks: use it there only in its default approval mode, never with yolo.",
    ),
  ];
}

function copilot({ user, repository }: Look): Finding[] {
  const own = user.others.flatMap((path) => switchedOff(path, readJsonc(path), "disableAllHooks", true));
  const paths = inRepository(repository, ".github/copilot/settings.json", ".github/copilot/settings.local.json");
  return [...own, ...paths.flatMap((path) => switchedOff(path, readJsonc(path), "disableAllHooks", false))];
}

function opencode({ user, repository, environment }: Look): Finding[] {
  const folders = [
    dirname(user.settings),
    join(user.folder, "plugin"),
    ...inRepository(repository, ".opencode/plugins", ".opencode/plugin"),
  ];
  const others = folders.flatMap((folder) =>
    listFolder(folder).filter((path) => /\.[cm]?[jt]s$/.test(path) && path !== user.settings),
  );
  return [
    ...(isSet(environment["OPENCODE_PURE"])
      ? [open("opencode-pure", "OPENCODE_PURE is set here: OpenCode then loads no plugin.", "unset OPENCODE_PURE")]
      : []),
    ...(others.length > 0
      ? [
          risk(
            "opencode-other-plugins",
            `Other plugins could change a call after it was judged: ${others
              .slice(0, 8)
              .map((path) => basename(path))
              .join(", ")}.`,
            undefined,
          ),
        ]
      : []),
    note("opencode-pure-flag", "A session started with --pure loads no plugin, so nothing is judged there."),
  ];
}

/** `key` is true in a file: always `open` when it is the user's or the machine's, since then every session is concerned. */
function switchedOff(path: string, settings: Settings, key: string, everywhere: boolean): Finding[] {
  if (settings[key] !== true) return [];
  const where = everywhere ? "in every session" : "in this repository";
  return [
    {
      severity: "open",
      id: "hooks-disabled",
      what: `${path} sets "${key}": no tool call is judged ${where}.`,
      fix: path.includes("/.claude/") && !everywhere ? `claude --settings '{"${key}":false}'` : undefined,
    },
  ];
}

function ourVariables(path: string, settings: Settings): Finding[] {
  const names = Object.keys(tableOf(settings, "env")).filter((name) => /^SIGNALBOX_/i.test(name));
  if (names.length === 0) return [];
  return [
    risk(
      "our-variables-set",
      `${path} sets ${names.slice(0, 8).join(", ")}. It changes nothing for wired hooks, which carry their home, but somebody tried.`,
      undefined,
    ),
  ];
}

/** Hooks of the repository's on the deciding event run beside ours, and may rewrite what we judged. */
function rewriters(path: string, settings: Settings, event: string): Finding[] {
  const list = tableOf(settings, "hooks")[event];
  const foreign = Array.isArray(list)
    ? list.flatMap((group) => tableOf({ group }, "group")["hooks"] ?? []).filter((handler) => !isOurHandler(handler))
    : [];
  if (foreign.length === 0) return [];
  return [
    risk(
      "foreign-hooks",
      `${path} has ${foreign.length} ${event} hook(s) of its own; such a hook can change a call that was judged.`,
      undefined,
    ),
  ];
}

const open = (id: string, what: string, fix: string | undefined): Finding => ({ severity: "open", id, what, fix });
const risk = (id: string, what: string, fix: string | undefined): Finding => ({ severity: "risk", id, what, fix });
const note = (id: string, what: string): Finding => ({ severity: "note", id, what, fix: undefined });

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== "" && value !== "0" && value !== "false";

function inRepository(root: string | undefined, ...paths: readonly string[]): string[] {
  return root === undefined ? [] : paths.map((path) => join(root, path));
}

function tableOf(value: Settings, key: string): Settings {
  const table = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof table === "object" && table !== null && !Array.isArray(table) ? (table as Settings) : {};
}

const fileBytesMax = 4 * 1024 * 1024;

/** Empty when there is no such file or it can't be read: the agent then can't read it either. */
function readText(path: string): string {
  try {
    return statSync(path).size > fileBytesMax ? "" : readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch {
    return ""; // as above
  }
}

function readJsonc(path: string): Settings {
  const text = parseText(readText(path));
  if (isProblem(text) || text.root === undefined) return {};
  const value: unknown = getNodeValue(text.root);
  return tableOf({ value }, "value");
}

function readToml(path: string): Settings {
  try {
    return parseToml(readText(path));
  } catch (error) {
    return { unreadable: (error as Error).message };
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return []; // there is no such folder
  }
}
