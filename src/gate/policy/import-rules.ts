import { stringify } from "smol-toml";
import { type EffectKind, type Verdict, verdicts } from "../../protocol/effects.ts";
import { compile } from "./evaluate.ts";
import type { ExampleJudge } from "./examples.ts";
import { redactText } from "../redact/index.ts";
import { parsePolicy } from "./parse.ts";
import type { PolicyRule } from "./rule.ts";

/** A rule made of somebody else's, before it is tried. Field names are those of policy files. */
export interface DraftRule {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly tool?: string | readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly kind?: readonly EffectKind[] | undefined;
  readonly target?: readonly string[] | undefined;
  readonly examples: readonly DraftExample[];
}
export type DraftExample =
  | { readonly command: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, string>> };

/** One line or entry of the other's file, and what becomes of it. */
export type Translated =
  | { readonly from: string; readonly rule: DraftRule }
  | { readonly from: string; readonly problem: string };

export interface Imported {
  /** TOML to put into a policy file: each rule below a comment that quotes where it comes from. Valid as a whole. */
  readonly text: string;
  readonly rules: number;
  /** What could not be translated, each with a sentence. */
  readonly left: readonly { readonly from: string; readonly why: string }[];
}

/**
 * Writes the rules down, each tried by its own examples before it counts. An allow rule never covers secrets or what can't be undone,
 * whatever it came from: the other's allow meant "don't ask", and that was said without knowing what the call does.
 */
export function writeImported(name: string, all: readonly Translated[], exampleJudge: ExampleJudge): Imported {
  const left: { from: string; why: string }[] = [];
  const ids = new Set<string>();
  const texts: string[] = [];
  const accepted: PolicyRule[] = [];
  // The strictest first: then what stands already is not changed by what comes after it.
  for (const found of all.toSorted((a, b) => rank(b) - rank(a))) {
    // It may quote any file's text, and is shown.
    const each = { ...found, from: redactText(found.from) };
    if ("problem" in each) {
      left.push({ from: each.from, why: each.problem });
      continue;
    }
    const { rule, from } = each;
    const text = stringify({ rule: [inFile(rule, idFor(`${name}-${rule.verdict}-${slugOf(rule)}`, ids))] }).trimEnd();
    const parsed = parsePolicy(text, { layer: "user", path: null, exampleJudge });
    const made = "ok" in parsed ? parsed.ok.rules[0] : undefined;
    if ("problem" in parsed || made === undefined) {
      left.push({ from, why: "problem" in parsed ? inWords(parsed.problem) : "it makes no rule" });
      continue;
    }
    const over = overruled(made, accepted, exampleJudge);
    if (over !== undefined) {
      left.push({ from, why: `the stricter rule ${over} covers it, so it would change nothing` });
      continue;
    }
    accepted.push(made);
    texts.push(`# from ${from.replaceAll(/[^\x20-\x7e\u00a0-\uffff]+/g, " ")}\n${text}`);
  }
  return { text: texts.length === 0 ? "" : `${texts.join("\n\n")}\n`, rules: texts.length, left };
}

const rank = (each: Translated): number => ("rule" in each ? verdicts.indexOf(each.rule.verdict) : -1);

/** Which of the accepted rules gives an example of this one another verdict. */
function overruled(
  rule: PolicyRule,
  accepted: readonly PolicyRule[],
  { judge, builtin }: ExampleJudge,
): string | undefined {
  const layer = { layer: "user", path: null, mode: undefined, added: [], rules: [...accepted, rule] } as const;
  const policy = compile([{ layer }], { mode: "attended", builtin });
  for (const example of rule.examples) {
    const got = judge(example, policy);
    if (got.verdict !== example.verdict) return got.rule;
  }
  return undefined;
}

function inFile({ examples, ...rule }: DraftRule, id: string): Record<string, unknown> {
  const fields = Object.entries(rule).filter(([, value]) => value !== undefined);
  return {
    id,
    ...Object.fromEntries(fields),
    ...(rule.verdict === "allow" && { secret: "none", undoable: ["yes", "costly"] }),
    examples: examples.map((example) => ({ ...example, verdict: rule.verdict })),
  };
}

const slugOf = ({ command, tool, target }: DraftRule): string =>
  [command?.[0] ?? [tool ?? []].flat()[0] ?? "", command === undefined ? (target?.[0] ?? "") : ""]
    .join(" ")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "") || "all";

function idFor(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  taken.add(id);
  return id;
}

const inWords = (problem: string): string =>
  problem.replace(/^the user policy, line \d+: the rule \S+ /, "as a rule it ");
