import { programs } from "../programs/index.ts";
import type { Arg, Language, Program } from "../programs/program.ts";
import { programName } from "../programs/use.ts";

/** What the name of a program or file tells of it: whose it is, by which table it is read, in which language it is written. */

/** A pattern that begins within the own folder's name, or just before it: `/run/user/1000/sig*`. */
export function mayBecome(pattern: string, own: string): boolean {
  const known = pattern.slice(0, Math.max(0, pattern.search(/[*?[]/)));
  return known.length > own.lastIndexOf("/") + 1 && own.startsWith(known);
}

/** They print or search what they are given as text. */
export const harmlessWords = new Set(["echo", "printf", "git", "grep", "rg", "ls", "test", "[", "stat", "true", ":"]);

/** The words after our own command's name, however it is started: `signalbox x`, `npx signalbox x`, `node bin/signalbox.js x`. */
export function ownVerb(name: string, args: readonly Arg[]): readonly Arg[] | undefined {
  if (/(?:^|\/)signalbox(?:\.js|-hook)?$/.test(name)) return args;
  if (!starters.has(programName(name))) return undefined;
  const at = args.findIndex(({ text }) =>
    /(?:^|\/)signalbox(?:\.js)?(?:@[\w.-]+)?$|(?:^|\/)signalbox\/src\/main\.ts$/.test(text),
  );
  // `npm uninstall -g signalbox` names the package and runs nothing of it.
  const verb = args.find(({ text }) => !text.startsWith("-"))?.text ?? "";
  if (at < 0 || (/^(?:p?npm|yarn|bun)$/.test(name) && handlesPackages.test(verb))) return undefined;
  return args.slice(at + 1);
}
const handlesPackages =
  /^(?:i|in|install|add|update|up|upgrade|un|uninstall|remove|rm|r|unlink|view|show|info|v|ls|list|why|explain|outdated|pack|docs|repo|bugs|home|global)$/;
const starters = new Set([
  "npx",
  "pnpx",
  "bunx",
  "npm",
  "pnpm",
  "yarn",
  "bun",
  "node",
  "nodejs",
  "deno",
  "tsx",
  "ts-node",
]);

/** By the ending of the name. */
export function languageOf(path: string): Language | undefined {
  const ending = /\.(\w{1,4})$/.exec(path)?.[1] ?? "";
  return endings[ending];
}
const endings: Readonly<Record<string, Language>> = {
  sh: "shell",
  bash: "shell",
  zsh: "shell",
  command: "shell",
  py: "python",
  js: "node",
  mjs: "node",
  cjs: "node",
  ts: "node",
  rb: "ruby",
  pl: "perl",
  php: "php",
  lua: "lua",
};

/** `#!/usr/bin/env python3` and its like; without, a shell runs it. */
export function shebang(text: string): Language {
  const line = text.startsWith("#!") ? text.slice(2, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n")) : "";
  for (const [word, language] of [
    ["python", "python"],
    ["node", "node"],
    ["perl", "perl"],
    ["ruby", "ruby"],
    ["php", "php"],
  ] as const)
    if (line.includes(word)) return language;
  return text.includes("\u0000") ? "other" : "shell";
}

export const isSystemProgram = (text: string): boolean =>
  /^\/(?:usr\/(?:local\/)?|opt\/(?:homebrew|local)\/)?s?bin\//.test(text) ||
  /^\/(?:usr|bin|sbin)\/.*\/?\.\.\//.test(text);

export function findProgram(base: string): Program | undefined {
  const found = programs.get(base);
  if (found !== undefined) return found;
  const plain = base.replace(/(?:[-.]?\d[\d.]*)?(?:\.exe)?$/, "");
  return plain !== base && plain.length > 1 ? programs.get(plain) : undefined;
}

export const quote = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
