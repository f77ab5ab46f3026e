#!/usr/bin/env node
// Installs the real agents that `npm run test:agents` drives, each into a folder of its own below build/agents, in the exact
// versions that the tests were written for. Plain JavaScript for Node 20, since it runs before anything else exists.
//
//   node scripts/install-agents.js          Claude Code, Codex and Gemini CLI (about 25 s and 0.9 GB)
//   node scripts/install-agents.js --all    Copilot CLI and OpenCode as well (about 20 s and 0.6 GB more)
//   node scripts/install-agents.js --list   say what is there, install nothing
//
// One package a folder: their dependency trees differ, and a broken one must not break the others. Versions are exact because
// npm on Node 20 otherwise picks an old Claude Code (2.1.197, the newest whose `engines` fit), which ignores `onFailure`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const agents = [
  { name: "claude-code", packages: { "@anthropic-ai/claude-code": "2.1.329" }, script: "install.cjs", usual: true },
  { name: "codex", packages: { "@openai/codex": "0.169.0" }, usual: true },
  { name: "gemini", packages: { "@google/gemini-cli": "0.61.0" }, usual: true },
  { name: "copilot", packages: { "@github/copilot": "1.0.102" }, usual: false },
  {
    name: "opencode",
    packages: { "opencode-ai": "1.18.33", "@opencode-ai/plugin": "1.18.33" },
    script: "postinstall.mjs",
    usual: false,
  },
];

/** Written last, so that an install that was interrupted is done again. */
const complete = ".complete";
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "build", "agents");
const known = new Set(["--all", "--list"]);
const flags = process.argv.slice(2);
const unknown = flags.find((flag) => !known.has(flag));
if (unknown !== undefined) {
  process.stderr.write(`install-agents takes --all or --list, not "${unknown}".\n`);
  process.exit(2);
}

let failed = 0;
for (const agent of agents) {
  if (!agent.usual && !flags.includes("--all") && !flags.includes("--list")) continue;
  const folder = join(root, agent.name);
  const isThere =
    existsSync(join(folder, complete)) &&
    Object.entries(agent.packages).every(([name, version]) => installed(folder, name) === version);
  const what = Object.entries(agent.packages)
    .map(([name, version]) => `${name}@${version}`)
    .join(" and ");
  if (isThere) {
    say(`${agent.name}: ${what} is in ${folder}`);
    continue;
  }
  if (flags.includes("--list")) {
    say(`${agent.name}: not installed (${what})`);
    continue;
  }
  say(`${agent.name}: installing ${what} into ${folder} ...`);
  const problem = install(folder, agent);
  if (problem !== undefined) {
    failed += 1;
    process.stderr.write(`${agent.name}: could not be installed: ${problem}\n`);
  }
}
process.exit(failed === 0 ? 0 : 1);

/** Whatever half an install left behind is removed first: a tree that npm was killed in looks whole to npm. */
function install(folder, agent) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: `signalbox-test-${agent.name}`,
    version: "0.0.0",
    private: true,
    dependencies: agent.packages,
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Install scripts are not run: every agent brings its binary as an optional dependency. Claude Code's and
  // OpenCode's own scripts only link that binary to its place, so these are run by name below.
  const words = ["install", "--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error"];
  const run = spawnSync(npm, words, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 600_000,
  });
  if (run.error !== undefined) return run.error.message;
  if (run.status !== 0) return `npm ended with ${run.status ?? run.signal}: ${run.stderr.trim().slice(-600)}`;
  for (const [name, version] of Object.entries(agent.packages)) {
    const found = installed(folder, name);
    if (found !== version) return `npm installed ${name}@${found ?? "nothing"} instead of ${version}`;
  }
  if (agent.script !== undefined) {
    const [name] = Object.keys(agent.packages);
    const script = join(folder, "node_modules", name, agent.script);
    const linked = spawnSync(process.execPath, [script], { cwd: dirname(script), encoding: "utf8", timeout: 120_000 });
    if (linked.status !== 0) return `${agent.script} ended with ${linked.status}: ${linked.stderr.trim().slice(-600)}`;
  }
  writeFileSync(join(folder, complete), "");
  return undefined;
}

function installed(folder, name) {
  try {
    return JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
