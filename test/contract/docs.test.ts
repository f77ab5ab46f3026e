import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import type { Verb } from "../../src/cli/index.ts";
import { addVerbs } from "../../src/cli/verbs.ts";

const root = join(import.meta.dirname, "../..");

/** The verbs as the command line has them; none is run. */
async function program(): Promise<Command> {
  const command = new Command("signalbox");
  await addVerbs(command, () => assert.fail("no verb is run here") as unknown as Verb, "");
  return command;
}

const named = (command: Command, word: string | undefined) => command.commands.find((child) => child.name() === word);

/** What is wrong with the words after `signalbox`; undefined when such a verb exists with these options. */
function fault(all: Command, words: readonly string[]): string | undefined {
  const rest = [...words];
  while (rest[0]?.startsWith("--") === true) rest.splice(0, rest[0] === "--home" ? 2 : 1);
  let command = all;
  while (command.commands.length > 0) {
    const next = named(command, rest[0]);
    if (next === undefined) return rest[0] === undefined && command !== all ? undefined : `no verb "${rest[0] ?? ""}"`;
    command = next;
    rest.shift();
  }
  const shared = ["--json", "--home", "--help"];
  const end = rest.indexOf("--");
  const flags = rest.slice(0, end < 0 ? undefined : end).filter((word) => /^--[a-z]/.test(word));
  const unknown = flags.find((flag) => !shared.includes(flag) && !command.options.some(({ long }) => long === flag));
  return unknown === undefined ? undefined : `no option ${unknown}`;
}

/** Commands in code fences and in code spans of a page, each as the words after `signalbox`. */
function commands(text: string): string[][] {
  const fences = [...text.matchAll(/^```(?:sh|console|bash)?\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    (block ?? "").split("\n"),
  );
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? "");
  return [...fences, ...spans].flatMap((line) => {
    const match = /^\s*(?:\$ )?(?:npx )?signalbox ([a-z-].*)$/.exec(line);
    if (match === null) return [];
    const plain = (match[1] ?? "").split(/ #|\s[|;&>]/, 1)[0] ?? "";
    return [plain.trim().split(/\s+/)];
  });
}

test("every command in README.md and docs exists", async () => {
  const all = await program();
  const pages = ["*.md", "docs/guides/*.md", "docs/*.md", "docs/adr/*.md"].flatMap((pattern) =>
    globSync(pattern, { cwd: root }),
  );
  const found = pages.flatMap((page) =>
    commands(readFileSync(join(root, page), "utf8")).map((words) => ({ page, words })),
  );
  assert.ok(found.length > 15, "the pages have commands, and they are found");
  const wrong = found.flatMap(({ page, words }) => {
    const why = fault(all, words);
    return why === undefined ? [] : [`${page}: signalbox ${words.join(" ")}: ${why}`];
  });
  assert.deepEqual(wrong, []);
});

test("a command that does not exist is found", async () => {
  const all = await program();
  assert.equal(fault(all, ["hold", "watsch"]), 'no verb "watsch"');
  assert.equal(fault(all, ["status", "--jason"]), "no option --jason");
  assert.equal(fault(all, ["check", "--", "rm", "--force"]), undefined);
});

test("links between the pages lead somewhere", () => {
  const pages = ["*.md", "docs/*.md", "docs/guides/*.md"].flatMap((pattern) => globSync(pattern, { cwd: root }));
  const broken = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, link]) => link ?? "")
      .filter((link) => !/^[a-z]+:/.test(link) && globSync(join(root, page, "..", link)).length === 0)
      .map((link) => `${page}: ${link}`),
  );
  assert.deepEqual(broken, []);
});
