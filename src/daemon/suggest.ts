import { exampleJudge, traceEffects } from "../gate/index.ts";
import { narrowRule } from "../gate/policy/index.ts";
import { canonicalJson, type Json } from "../kit/canonical.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { JudgingPorts } from "./judging.ts";
import { readVerdictEntry } from "./verdict-entry.ts";

/** A call that a person approved again and again, with the narrow rule that would have let it pass. */
export interface Suggestion {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly times: number;
  /** Entries of the approvals, oldest first, at most `entriesMax`. */
  readonly entries: readonly number[];
  /** TOML; or why there can be no such rule. */
  readonly rule: { readonly ok: string } | { readonly problem: string };
}

const entriesMax = 8;

/**
 * Groups verdicts that a person's approval released by what was asked, where, and makes a rule of each group of `times` or more.
 * Nothing is applied. A call that today's rules let pass anyway is left out.
 */
export function suggest(
  entries: readonly EntryView[],
  ports: Pick<JudgingPorts, "judge" | "machine" | "policyAt">,
  { times }: { readonly times: number },
): readonly Suggestion[] {
  const groups = new Map<string, { recorded: ReturnType<typeof readVerdictEntry>; entries: number[]; count: number }>();
  for (const entry of entries.toSorted((a, b) => a.seq - b.seq)) {
    if (entry.payload?.["granted"] !== true || entry.payload["verdict"] !== "allow") continue;
    const recorded = readOrSkip(entry);
    if (recorded === undefined) continue;
    const { tool, input, cwd, workspace } = recorded.call;
    const key = canonicalJson([tool, input, cwd, workspace.root] as Json);
    const group = groups.get(key) ?? { recorded, entries: [], count: 0 };
    groups.set(key, { recorded, entries: [...group.entries, entry.seq].slice(-entriesMax), count: group.count + 1 });
  }
  const machine = ports.machine();
  return [...groups.values()]
    .filter(({ count }) => count >= times)
    .toSorted((a, b) => b.count - a.count)
    .flatMap(({ recorded, entries, count }): Suggestion[] => {
      const { call } = recorded;
      const policy = { ...ports.policyAt(call.workspace.root), mode: "attended" as const };
      if (ports.judge(call, machine, recorded.facts, policy).verdict === "allow") return [];
      const effects = traceEffects(call, machine, recorded.facts, policy);
      const rule = narrowRule(
        { ...call, effects, workspace: call.workspace.root, userHome: machine.userHome },
        exampleJudge,
      );
      return [{ tool: call.tool, input: call.input, times: count, entries, rule }];
    });
}

function readOrSkip(entry: EntryView): ReturnType<typeof readVerdictEntry> | undefined {
  try {
    return readVerdictEntry(entry as Parameters<typeof readVerdictEntry>[0]);
  } catch (error) {
    // An entry that retention emptied, or of an older form: there is nothing in it to learn from.
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
