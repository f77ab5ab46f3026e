import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Judgement } from "../../src/gate/index.ts";

/**
 * Reads the tables of cases. A table is text: `[allow]`, `[hold]`, `[deny]` or `[block]` (hold or deny, both are right) says what is expected of the
 * commands that follow, one a line; a command of several lines stands between two lines of `"""`. A line that begins with `# ` is a remark.
 */
export interface Case {
  readonly command: string;
  readonly expected: Expected;
  readonly family: string;
  /** `fs.txt:12`. */
  readonly where: string;
}
export const expectations = ["allow", "hold", "deny", "block"] as const;
export type Expected = (typeof expectations)[number];

/** Every `*.txt` of a folder beside this file; the file's name is the family. */
export function casesOf(folder: "cases" | "day"): readonly Case[] {
  const path = join(import.meta.dirname, folder);
  return readdirSync(path)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .flatMap((name) => parse(readFileSync(join(path, name), "utf8"), name));
}

/** @throws with the place, on a command without expectation, an unknown one, or a fence that stays open */
export function parse(text: string, name: string): readonly Case[] {
  const cases: Case[] = [];
  let expected: Expected | undefined;
  let fenced: { readonly lines: string[]; readonly line: number } | undefined;
  const add = (command: string, line: number): void => {
    const where = `${name}:${line}`;
    if (expected === undefined) throw new Error(`${where}: no [allow], [hold], [deny] or [block] before ${command}`);
    cases.push({ command, expected, family: name.replace(/\.txt$/, ""), where });
  };
  for (const [index, line] of text.split("\n").entries()) {
    if (line === '"""') {
      if (fenced === undefined) fenced = { lines: [], line: index + 1 };
      else {
        add(fenced.lines.join("\n"), fenced.line);
        fenced = undefined;
      }
    } else if (fenced !== undefined) fenced.lines.push(line);
    else if (/^\[\w+\]$/.test(line)) {
      expected = expectations.find((known) => `[${known}]` === line);
      if (expected === undefined) throw new Error(`${name}:${index + 1}: ${line} is not an expectation`);
    } else if (line.trim() !== "" && !line.startsWith("# ")) add(line, index + 1);
  }
  if (fenced !== undefined) throw new Error(`${name}:${fenced.line}: no closing """`);
  return cases;
}

export function meets(expected: Expected, { verdict }: Pick<Judgement, "verdict">): boolean {
  return expected === "block" ? verdict !== "allow" : verdict === expected;
}
