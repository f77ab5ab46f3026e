import { basename } from "node:path";

/** How the programs of agents look in the process table: by their own name, or by the package of the script that an interpreter runs. */
const programs: readonly (readonly [agent: string, name: RegExp, script: RegExp])[] = [
  ["claude-code", /^claude$/, /\/@anthropic-ai\/claude-code\//],
  ["codex", /^codex$/, /\/@openai\/codex\//],
  ["gemini", /^gemini$/, /\/@google\/gemini-cli\//],
  ["copilot", /^copilot$/, /\/@github\/copilot\//],
  ["opencode", /^opencode$/, /\/opencode-ai\//],
  ["cursor", /^cursor-agent$/, /\/cursor-agent\//],
  ["amp", /^amp$/, /\/@(?:sourcegraph|ampcode)\/(?:amp|cli)\//],
  ["droid", /^droid$/, /\/@factory\/cli\//],
  ["qwen", /^qwen$/, /\/@qwen-code\/qwen-code\//],
];

const interpreters = /^(?:node|bun|deno)$/;
/** Ways in which these programs serve another one or do an errand, and are no session of a person's. */
const errands = new Set([
  "mcp",
  "mcp-server",
  "app-server",
  "acp",
  "daemon",
  "update",
  "upgrade",
  "install",
  "doctor",
  "auth",
  "login",
  "--version",
  "--help",
  "-v",
  "-h",
  "--acp",
]);

/** Which agent a command line is a session of. */
export function agentOf(words: readonly string[]): string | undefined {
  const [program = "", ...rest] = words;
  const script = interpreters.test(basename(program)) ? rest.find((word) => !word.startsWith("-")) : undefined;
  const given = script === undefined ? rest : rest.slice(rest.indexOf(script) + 1);
  if (given.some((word, index) => errands.has(word) && (index === 0 || word.startsWith("-")))) return undefined;
  return programs.find(([, name, path]) =>
    script === undefined
      ? name.test(basename(program))
      : path.test(script) || name.test(basename(script).replace(/\.[cm]?js$/, "")),
  )?.[0];
}
