import { createHash } from "node:crypto";
import { stringify } from "smol-toml";
import { canonicalJson } from "../../kit/canonical.ts";
import type { Json } from "../../kit/canonical.ts";
import { redact } from "../redact/index.ts";
import { findings } from "./builtin.ts";
import type { ExampleJudge } from "./examples.ts";
import { escapeGlob, escapeWords } from "./glob.ts";
import { parsePolicy } from "./parse.ts";
import type { TracedEffect } from "./rule.ts";

/** A call that is held, with the effects as they were judged (their words included). */
export interface HeldCall {
  readonly tool: string;
  readonly input: Readonly<Record<string, Json>>;
  readonly effects: readonly TracedEffect[];
  /** Absolute. */
  readonly cwd: string;
  /** Absolute. */
  readonly workspace: string;
  /** Absolute; targets below it are written with `~/`, so that the rule and its example hold whoever the user is. */
  readonly userHome?: string | undefined;
}

/**
 * The rule that "approve as a rule" would save: TOML text to put at the end of the user's policy. It allows the same commands with
 * the same words in the same folder, or the same tool on the same targets, in this workspace; nothing that can't be undone. It carries the
 * call as its example, has been parsed, and was seen to allow the call.
 * @returns the text; or in one sentence why there can be no such rule
 */
export function narrowRule(
  call: HeldCall,
  exampleJudge: ExampleJudge,
): { readonly ok: string } | { readonly problem: string } {
  const { tool, input, effects, cwd, workspace, userHome } = call;
  const held: TracedEffect[] = [];
  for (const finding of findings(exampleJudge.builtin, effects)) {
    const effect = effects[finding.effect ?? -1];
    if (finding.verdict === "allow" || effect === undefined) continue;
    if (finding.verdict === "deny") return { problem: `No rule can allow this: ${finding.reason}.` };
    if (effect.undoable === "no")
      return { problem: `This can't be undone, so it is approved one call at a time: ${effect.what}.` };
    held.push(effect);
  }
  if (held.length === 0)
    return {
      problem: "No built-in rule holds this call by itself: one of your own does, or what its session did before.",
    };
  if (canonicalJson(redact(input)) !== canonicalJson(input))
    return { problem: "The call holds a secret, which must not stand in a policy: approve it one call at a time." };

  const words = held.map((effect) => effect.words);
  const shell = words.some((each) => each !== undefined) || typeof input["command"] === "string";
  const commands = words.map((each) =>
    each === undefined || each.includes(undefined) ? undefined : (each as string[]),
  );
  if (shell && commands.includes(undefined))
    return { problem: "Part of the command can't be known before it runs: approve it one call at a time." };

  const targets = unique(held.map((effect) => escapeGlob(fromHome(effect.target, userHome))));
  const rule = {
    id: `approved-${createHash("sha256").update(canonicalJson({ tool, input, cwd, workspace })).digest("hex").slice(0, 12)}`,
    verdict: "allow",
    reason: "the operator approved this as a rule",
    tool: escapeGlob(tool),
    ...(shell && { command: unique(commands.map((each) => escapeWords(each as string[]))) }),
    workspace: escapeGlob(workspace),
    cwd: unique(held.map((effect) => escapeGlob(effect.cwd ?? cwd))),
    kind: unique(held.map((effect) => effect.kind)),
    place: unique(held.map((effect) => effect.place)),
    ...(!targets.includes("") && { target: targets }),
    reach: unique(held.map((effect) => effect.reach)),
    undoable: unique(held.map((effect) => effect.undoable)),
    sure: unique(held.map((effect) => effect.sure)),
    secret: unique(held.map((effect) => effect.secret)),
    examples: [
      {
        tool,
        input: typeof input["command"] === "string" ? { command: input["command"] } : input,
        cwd,
        workspace,
        verdict: "allow",
      },
    ],
  };
  if (hasNull(input)) return { problem: "The call's input can't be written in TOML: approve it one call at a time." };
  const text = stringify({ rule: [rule] });
  const checked = parsePolicy(text, { layer: "user", path: null, exampleJudge });
  if ("problem" in checked)
    return {
      problem: `No rule of its own allows this call and no other (${checked.problem}): approve it one call at a time.`,
    };
  return { ok: text };
}

const fromHome = (target: string, userHome: string | undefined): string =>
  userHome !== undefined && target.startsWith(`${userHome}/`) ? `~${target.slice(userHome.length)}` : target;

const hasNull = (value: Json | undefined): boolean =>
  value === null || (typeof value === "object" && Object.values(value).some((each: Json | undefined) => hasNull(each)));

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
