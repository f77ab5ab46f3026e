import { baseName, isBelow } from "./text.ts";

/** What paths mean by convention: what is made anew by a build, what runs by itself later, what steers an agent. */

const regenerable = new Set([
  "node_modules",
  "bower_components",
  "dist",
  "build",
  "out",
  "target",
  "_build",
  "bazel-bin",
  "bazel-out",
  ".venv",
  "venv",
  "env",
  "virtualenv",
  "__pycache__",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
  ".tox",
  ".nox",
  ".hypothesis",
  "htmlcov",
  ".coverage",
  "coverage",
  "coverage.xml",
  "lcov.info",
  ".nyc_output",
  ".next",
  ".nuxt",
  ".output",
  ".svelte-kit",
  ".astro",
  ".vite",
  ".turbo",
  ".parcel-cache",
  ".cache",
  ".rollup.cache",
  ".angular",
  ".expo",
  ".docusaurus",
  ".vercel",
  ".netlify",
  ".wrangler",
  ".serverless",
  ".aws-sam",
  ".gradle",
  ".terraform",
  ".eslintcache",
  ".stylelintcache",
  ".tsbuildinfo",
  ".orig",
  ".rej",
  "tsconfig.tsbuildinfo",
  "storybook-static",
  "test-results",
  "playwright-report",
  "tmp",
  "temp",
  ".tmp",
  ".temp",
  "obj",
  "DerivedData",
  "Pods",
  "_site",
  "site",
  ".jekyll-cache",
  "__snapshots_cache__",
  "elm-stuff",
  ".stack-work",
  "dist-newstyle",
  "cmake-build-debug",
  "cmake-build-release",
  "logs",
  ".DS_Store",
  ".sass-cache",
  ".dart_tool",
  "deps",
  ".ipynb_checkpoints",
  ".bundle",
  "vendor",
]);
/** `vendor`, `deps`, `site`, `env` and `logs` are sources in some projects: only with a fact. */
const doubtful = new Set(["vendor", "deps", "site", "env", "logs", "Pods", ".vercel", ".bundle", "out"]);
const regenerableEndings = [
  ".pyc",
  ".pyo",
  ".o",
  ".obj",
  ".class",
  ".egg-info",
  ".tsbuildinfo",
  ".log",
  ".tmp",
  ".swp",
  ".swo",
  ".orig",
  ".rej",
  ".pid",
  ".bak~",
  ".gcda",
  ".gcno",
  ".profraw",
  ".coverprofile",
  ".prof",
  ".out",
];

/** What an install writes anew from the manifest beside it. */
const lockFiles = new Set(
  "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock Cargo.lock poetry.lock uv.lock pdm.lock Pipfile.lock Gemfile.lock composer.lock mix.lock pubspec.lock Podfile.lock Package.resolved flake.lock go.work.sum".split(
    " ",
  ),
);

/** A path inside the workspace that a build, a test or an install makes again. */
export function isRegenerable(path: string, root: string): boolean {
  const inside = path.slice(root.length + 1);
  if (inside === "") return false;
  for (const part of inside.split("/"))
    if (regenerable.has(part) && !(doubtful.has(part) && part !== "out")) return true;
  const base = baseName(path);
  if (lockFiles.has(base)) return true;
  return regenerableEndings.some((ending) => base.endsWith(ending)) || base.endsWith(".egg-info");
}

const rcNames = new Set([
  ".bashrc",
  ".bash_profile",
  ".bash_login",
  ".bash_logout",
  ".bash_aliases",
  ".profile",
  ".zshrc",
  ".zshenv",
  ".zprofile",
  ".zlogin",
  ".zlogout",
  ".kshrc",
  ".cshrc",
  ".tcshrc",
  ".login",
  ".inputrc",
  ".xinitrc",
  ".xprofile",
  ".xsession",
  ".pam_environment",
  ".tmux.conf",
  ".screenrc",
  ".vimrc",
  ".gvimrc",
  ".emacs",
  ".exrc",
  ".gdbinit",
  ".lldbinit",
  ".pythonrc",
  ".pdbrc",
  ".irbrc",
  ".pryrc",
  ".Rprofile",
  ".curlrc",
  ".wgetrc",
  ".npmrc",
  ".gitconfig",
  ".hgrc",
  ".psqlrc",
  ".sqliterc",
  ".my.cnf",
  ".forward",
  ".rhosts",
]);
const homePersist = [
  ".config/fish",
  ".config/zsh",
  ".config/autostart",
  ".config/systemd",
  ".config/environment.d",
  ".config/git",
  ".config/nvim",
  ".config/pip/pip.conf",
  ".local/share/systemd",
  ".local/share/applications",
  ".local/bin",
  "bin",
  ".ssh",
  ".vim",
  ".emacs.d",
  ".oh-my-zsh",
  ".ipython",
  ".git-templates",
  ".cargo/config.toml",
  ".cargo/config",
  ".cargo/bin",
  ".pip/pip.conf",
  "Library/LaunchAgents",
  "Library/LaunchDaemons",
  "Library/StartupItems",
];
const systemPersist = [
  "/etc/cron.d",
  "/etc/cron.daily",
  "/etc/cron.hourly",
  "/etc/cron.weekly",
  "/etc/cron.monthly",
  "/etc/crontab",
  "/etc/anacrontab",
  "/var/spool/cron",
  "/var/spool/at",
  "/etc/systemd",
  "/usr/lib/systemd",
  "/lib/systemd",
  "/run/systemd",
  "/etc/init.d",
  "/etc/rc.local",
  "/etc/rc.d",
  "/etc/init",
  "/etc/profile",
  "/etc/profile.d",
  "/etc/bash.bashrc",
  "/etc/bashrc",
  "/etc/zsh",
  "/etc/zshrc",
  "/etc/environment",
  "/etc/ld.so.preload",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/pam.d",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/etc/passwd",
  "/etc/shadow",
  "/etc/group",
  "/etc/udev",
  "/etc/xdg/autostart",
  "/etc/modules",
  "/etc/modules-load.d",
  "/etc/modprobe.d",
  "/etc/ssh",
  "/etc/gitconfig",
  "/etc/apt/apt.conf.d",
  "/Library/LaunchAgents",
  "/Library/LaunchDaemons",
];

/** Whether what is written there runs, or is obeyed, by itself later. */
export function persistsAt(path: string, home: string, root: string): string | undefined {
  if (isBelow(path, root) || path.includes("/.git/")) {
    const git = path.lastIndexOf("/.git/");
    if (git >= 0) {
      const inGit = path.slice(git + 6);
      if (isBelow(inGit, "hooks")) return "a git hook";
      if (inGit === "config" || inGit === "config.worktree" || inGit.startsWith("info/attributes"))
        return "git's configuration";
    }
    if (isBelow(path, root) && root !== home) return undefined;
  }
  const homePath = homeOf(path, home);
  if (homePath !== undefined) {
    if (rcNames.has(homePath)) return "a start-up file";
    for (const folder of homePersist)
      if (isBelow(homePath, folder))
        return folder === ".ssh" ? "the SSH settings" : "a place that is run or obeyed later";
    return undefined;
  }
  for (const folder of systemPersist) if (isBelow(path, folder)) return "a system place that is run or obeyed later";
  return undefined;
}

/** Settings by which agents find their hooks and permissions, relative to a home or a workspace. */
const agentSettings = [
  ".claude/settings.json",
  ".claude/settings.local.json",
  ".claude/hooks",
  ".claude/managed-settings.json",
  ".codex/config.toml",
  ".codex/hooks.json",
  ".codex/hooks",
  ".codex/rules",
  ".gemini/settings.json",
  ".gemini/hooks",
  ".gemini/trustedFolders.json",
  ".cursor/hooks.json",
  ".cursor/hooks",
  ".cursor/cli-config.json",
  ".copilot/config.json",
  ".copilot/hooks",
  ".github/hooks",
  ".config/opencode/opencode.json",
  ".config/opencode/opencode.jsonc",
  ".config/opencode/plugin",
  ".config/opencode/plugins",
  ".opencode/plugin",
  ".opencode/plugins",
  "opencode.json",
  "opencode.jsonc",
  ".qwen/settings.json",
  ".factory/hooks.json",
  ".factory/settings.json",
  ".kiro/hooks",
  ".windsurf/hooks.json",
  ".codeium/windsurf/hooks.json",
  ".signalbox.toml",
];
export function isAgentSettings(path: string, home: string, root: string): boolean {
  for (const base of [root, home]) {
    if (!isBelow(path, base)) continue;
    const inside = path.slice(base.length + 1);
    for (const settings of agentSettings) if (isBelow(inside, settings)) return true;
  }
  return (
    path.startsWith("/etc/claude-code/") ||
    path.startsWith("/etc/codex/") ||
    path.startsWith("/Library/Application Support/ClaudeCode/")
  );
}

export function homeOf(path: string, home: string): string | undefined {
  if (home !== "/" && isBelow(path, home)) return path.slice(home.length + 1);
  const match = /^(?:\/home\/[^/]+|\/root|\/Users\/[^/]+)(?:\/(.*))?$/.exec(path);
  return match === null ? undefined : (match[1] ?? "");
}

/** Devices that swallow or give nothing of worth. */
const quietDevices = /^\/dev\/(?:null|zero|full|u?random|stdin|stdout|stderr|tty|fd(?:\/\d+)?|ptmx|shm(?:\/.*)?)$/;
export const isQuietDevice = (path: string): boolean => path.startsWith("/dev/") && quietDevices.test(path);
