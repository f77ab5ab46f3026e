import type { PeerProcess } from "./peer.ts";

/**
 * Programs that say something about who types, by name. A name that is taken wrongly for an agent's only costs a person the
 * way to another terminal; one that is missed is still found by the pid of its hooks.
 */
const agentPrograms = new Set([
  "claude",
  "codex",
  "gemini",
  "copilot",
  "opencode",
  "cursor-agent",
  "aider",
  "amp",
  "auggie",
  "agy",
  "cline",
  "crush",
  "droid",
  "goose",
  "grok",
  "kimi",
  "kiro-cli",
  "openhands",
  "qwen",
  "vibe",
]);

/** Parts of the path of an agent's own files, for those that run in an interpreter. */
const agentPaths = [
  "/@anthropic-ai/claude-code/",
  "/@openai/codex/",
  "/@google/gemini-cli/",
  "/@github/copilot/",
  "/opencode-ai/",
  "/@qwen-code/qwen-code/",
  "/@sourcegraph/amp/",
  "/share/claude/versions/",
];

/** Any program of the same user can type into a pane of these. */
const multiplexers = new Set(["tmux", "screen", "zellij", "dtach", "abduco", "dvtm", "shpool", "wezterm-mux-server"]);

/** These give a program a terminal of its own to type into. */
const typists = new Set(["script", "expect", "unbuffer", "socat", "ttyd", "gotty", "asciinema"]);

export const isAgentProgram = (process: PeerProcess): boolean =>
  namesOf(process).some((name) => agentPrograms.has(name)) ||
  [process.program, ...process.arguments.slice(0, 3)].some((path) => agentPaths.some((part) => path.includes(part)));

export const isMultiplexer = (process: PeerProcess): boolean => namesOf(process).some((name) => multiplexers.has(name));

export const isTypist = (process: PeerProcess): boolean => namesOf(process).some((name) => typists.has(name));

/** What a process may be called by: its own title, its file, the name it was started by, and the script of an interpreter. */
function namesOf({ name, program, arguments: words }: PeerProcess): string[] {
  const names = [name, baseName(program), baseName(words[0] ?? "")];
  if (interpreters.test(baseName(program))) {
    const script = words.slice(1).find((word) => !word.startsWith("-"));
    if (script !== undefined) names.push(baseName(script));
  }
  return names.map((text) =>
    text
      .toLowerCase()
      .replace(/^-/, "")
      .replace(/\.(?:[cm]?js|ts|py)$/, "")
      .replace(/:.*$/s, ""),
  );
}

const interpreters = /^(?:node|bun|deno|python[\d.]*|perl|ruby)$/;

/** The kernel marks the file of a program that was replaced while it runs. */
const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/ \(deleted\)$/, "");
