import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { nearest } from "../../kit/nearest.ts";
import { limits } from "../../protocol/limits.ts";
import { wordIssue } from "../../protocol/wording.ts";
import { checkExamples } from "./examples.ts";
import type { ExampleJudge } from "./examples.ts";
import { glob, wordsGlob } from "./glob.ts";
import type { Glob } from "./glob.ts";
import type { LayerName, PolicyLayer, PolicyRule, RuleMatch } from "./rule.ts";
import { knownKeys, PolicyText } from "./schema.ts";
import type { RuleText } from "./schema.ts";

export interface ParseOptions {
  readonly layer: Exclude<LayerName, "builtin">;
  /** Where the text is from, for messages; null when it is no file. */
  readonly path: string | null;
  /** Left out, examples are not judged: for texts that were checked when stored. */
  readonly exampleJudge?: ExampleJudge | undefined;
}

export type Parsed = { readonly ok: PolicyLayer } | { readonly problem: string };

/**
 * Reads one policy file. Never throws on any text. Sizes: `policyBytesMax` and `policyRulesMax`, for a repository's and a
 * session's `repositoryPolicyBytesMax` and `repositoryPolicyRulesMax`; at most four examples a rule on average.
 * @returns the layer; or one sentence that says in which file, line or rule what is wrong, and what would be right
 */
export function parsePolicy(text: string, options: ParseOptions): Parsed {
  const here = options.path ?? `the ${options.layer} policy`;
  try {
    return { ok: read(text, options) };
  } catch (error) {
    if (error instanceof PolicyProblem) return { problem: `${here}${error.message}` };
    throw error;
  }
}

/** Its message goes on after the path: `, line 3: ...`. */
export class PolicyProblem extends Error {}

function read(text: string, options: ParseOptions): PolicyLayer {
  const small = options.layer === "repository" || options.layer === "session";
  const bytesMax = small ? limits.repositoryPolicyBytesMax : limits.policyBytesMax;
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax) throw new PolicyProblem(` has ${bytes} bytes, and a policy of this layer may have ${bytesMax}`);
  const result = PolicyText.safeParse(readToml(text));
  if (!result.success) throw describe(result.error, text);
  const rulesMax = small ? limits.repositoryPolicyRulesMax : limits.policyRulesMax;
  const { mode, workspace, rule: rules } = result.data;
  if (rules.length > rulesMax)
    throw new PolicyProblem(` has ${rules.length} rules, and a policy of this layer may have ${rulesMax}`);
  const examples = rules.reduce((sum, rule) => sum + rule.examples.length, 0);
  if (examples > rulesMax * 4) throw new PolicyProblem(` has ${examples} examples, and may have ${rulesMax * 4}`);

  const seen = new Set<string>();
  const layer: PolicyLayer = {
    layer: options.layer,
    path: options.path,
    mode,
    added: workspace?.added ?? [],
    rules: rules.map((rule, index) => {
      const at = `, line ${ruleLine(text, index)}: the rule ${rule.id}`;
      if (seen.has(rule.id)) throw new PolicyProblem(`${at} has the id of an earlier rule: give it one of its own`);
      seen.add(rule.id);
      return compileRule(rule, at);
    }),
  };
  if (options.exampleJudge !== undefined) {
    const wrong = checkExamples(layer, options.exampleJudge);
    if (wrong !== undefined)
      throw new PolicyProblem(`, line ${ruleLine(text, wrong.index)}: the rule ${wrong.rule} ${wrong.says}`);
  }
  return layer;
}

function readToml(text: string): unknown {
  try {
    return parse(text, { maxDepth: 32, unsafeKeyBehaviour: "throw" });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "") ?? "";
    throw new PolicyProblem(`, line ${error.line}, column ${error.column}: this is not TOML (${what})`, {
      cause: error,
    });
  }
}

function compileRule(text: RuleText, at: string): PolicyRule {
  const { id, verdict, reason, instead, examples, ...fields } = text;
  if (Object.keys(fields).length === 0)
    throw new PolicyProblem(`${at} does not say what it matches: give it tool, command, kind, place or target`);
  const globs = (patterns: readonly string[] | undefined) => patterns?.map((pattern) => compileGlob(pattern, at, glob));
  const { tool, command, workspace, cwd, target, ...effect } = fields;
  const match: RuleMatch = defined({
    ...effect,
    tool: globs(tool),
    workspace: globs(workspace),
    cwd: globs(cwd),
    target: globs(target),
    command: command?.map((pattern) => compileGlob(pattern, at, wordsGlob)),
  });
  if (verdict === "allow") refuseTooWide(match, at);
  return {
    id,
    verdict,
    reason,
    instead,
    match,
    examples: examples.map((example, index) => {
      const { command: shell, tool: named, input, cwd, workspace: root } = example;
      const which = `${at}: example ${index + 1}`;
      if ((shell === undefined) === (named === undefined))
        throw new PolicyProblem(`${which} needs either command, or tool and input`);
      if (shell !== undefined && input !== undefined)
        throw new PolicyProblem(`${which} has a command and an input: leave the input out, or write tool and input`);
      return {
        tool: named ?? "Bash",
        input: input ?? (shell === undefined ? {} : { command: shell }),
        cwd,
        workspace: root,
        verdict: example.verdict,
      };
    }),
  };
}

/** What an allow rule leaves open it gives away, so it must name more than just any call. */
function refuseTooWide({ tool, command, ...rest }: RuleMatch, at: string): void {
  const any = command?.find(({ words }) => typeof words[0] === "string" || words[0]?.literal === false);
  if (any !== undefined)
    throw new PolicyProblem(`${at} allows ${JSON.stringify(any.pattern)}: an allow rule names its program in full`);
  const { workspace: _, cwd: __, ...effect } = rest;
  if (command !== undefined || Object.keys(effect).length > 0) return;
  const vague: Glob | undefined = tool?.find(({ prefix }) => prefix.length < 3 || prefix === "mcp__");
  if (tool === undefined || vague !== undefined)
    throw new PolicyProblem(
      `${at} allows ${vague === undefined ? "any tool" : `the tools ${JSON.stringify(vague.pattern)}`}: name the tool, the command or the effects that it may have`,
    );
}

function compileGlob<T>(pattern: string, at: string, compile: (pattern: string) => T): T {
  try {
    return compile(pattern);
  } catch (error) {
    if (error instanceof SyntaxError) throw new PolicyProblem(`${at}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Without the fields that are undefined. */
function defined(match: { readonly [K in keyof RuleMatch]: RuleMatch[K] | undefined }): RuleMatch {
  return Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined));
}

function describe(error: z.ZodError, text: string): PolicyProblem {
  const issue = error.issues[0];
  if (issue === undefined) return new PolicyProblem(" is not a policy");
  const [top, index, ...rest] = issue.path;
  const inRule = top === "rule" && typeof index === "number";
  const at = inRule ? `, line ${ruleLine(text, index)}, rule ${index + 1}` : "";
  const field = (inRule ? rest : issue.path)
    .map((part) => (typeof part === "number" ? `[${part + 1}]` : part))
    .join(".");
  if (issue.code === "unrecognized_keys") {
    const known = !inRule ? (top === "workspace" ? knownKeys.workspace : knownKeys.file) : keysAt(rest);
    const key = String(issue.keys[0]);
    const meant = nearest(key, known);
    const hint = meant === undefined ? `the names are ${known.join(", ")}` : `did you mean ${meant}?`;
    return new PolicyProblem(`${at}: there is no ${field === "" ? "" : `${field}.`}${key}; ${hint}`);
  }
  const values = issue.code === "invalid_union" ? issue.errors.flat()[0] : issue;
  const says = wordIssue(values ?? issue);
  return new PolicyProblem(`${at}: ${field === "" ? says : `${field} ${says.replace(/^it /, "")}`}`);
}

const keysAt = (path: readonly PropertyKey[]): readonly string[] =>
  path[0] === "examples" ? knownKeys.example : knownKeys.rule;

/** The line of the n-th `[[rule]]`, from 1; of the file's first line when the rules are written otherwise. */
function ruleLine(text: string, index: number): number {
  let found = -1;
  const lines = text.split("\n");
  for (const [line, content] of lines.entries()) {
    if (/^\s*\[\[\s*(rule|"rule"|'rule')\s*\]\]/.test(content)) found++;
    if (found === index) return line + 1;
  }
  return 1;
}
