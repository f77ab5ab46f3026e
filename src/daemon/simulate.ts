import { builtin, exampleJudge } from "../gate/index.ts";
import { compile, parsePolicy, type PolicyLayer } from "../gate/policy/index.ts";
import type { LayerState } from "../policies/index.ts";
import type { Verdict } from "../protocol/effects.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { JudgingPorts } from "./judging.ts";
import { readVerdictEntry } from "./verdict-entry.ts";

export interface ProposedPolicy {
  readonly text: string;
  readonly path: string;
  readonly layer: "user" | "repository";
}

/** What one call gets under the files in force and under the proposed one, both attended. */
export interface Compared {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly before: { readonly verdict: Verdict; readonly rule: string };
  readonly after: { readonly verdict: Verdict; readonly rule: string };
}

export interface Simulation {
  /** @returns undefined for an entry that can't be judged again */
  entry(entry: EntryView): Compared | undefined;
  /** A command of a person's shell history: judged by its text alone. */
  command(command: string, cwd: string): Compared;
}

/**
 * Judges calls under two policies: the files in force, and the same with one of them replaced. The mode is `attended` in both, so that
 * what changes is what the rules say. Only what was recorded is known of the world.
 * @throws Refusal INVALID_PARAMS  the proposed text is no valid policy
 */
export function simulate(
  proposed: ProposedPolicy,
  ports: Pick<JudgingPorts, "judge" | "machine"> & {
    layersOf(workspace: string): readonly LayerState<PolicyLayer>[];
  },
): Simulation {
  const parsed = parsePolicy(proposed.text, { layer: proposed.layer, path: proposed.path, exampleJudge });
  if ("problem" in parsed)
    throw new Refusal("INVALID_PARAMS", parsed.problem, "Try its examples: signalbox policy test");
  const machine = ports.machine();
  const compiled = new Map<string, readonly [ReturnType<typeof compile>, ReturnType<typeof compile>]>();
  const policiesAt = (workspace: string) => {
    const known = compiled.get(workspace);
    if (known !== undefined) return known;
    const layers = ports
      .layersOf(workspace)
      .flatMap(({ name, layer, trusted }) => (layer === undefined ? [] : [{ name, layer, trusted }]));
    const replaced = [
      ...layers.filter(({ name }) => name !== proposed.layer),
      { layer: parsed.ok, trusted: proposed.layer === "user" },
    ];
    const options = { mode: "attended", builtin } as const;
    const both = [compile(layers, options), compile(replaced, options)] as const;
    compiled.set(workspace, both);
    return both;
  };
  const compare = (
    call: Parameters<JudgingPorts["judge"]>[0],
    facts: Parameters<JudgingPorts["judge"]>[2],
  ): Compared => {
    const [before, after] = policiesAt(call.workspace.root).map((policy) => ports.judge(call, machine, facts, policy));
    if (before === undefined || after === undefined) throw new Error("two policies give two judgements");
    const short = ({ verdict, rule }: typeof before) => ({ verdict, rule });
    return { tool: call.tool, input: call.input, before: short(before), after: short(after) };
  };
  return {
    entry(entry) {
      try {
        const { call, facts } = readVerdictEntry(entry as Parameters<typeof readVerdictEntry>[0]);
        return compare(call, facts);
      } catch (error) {
        if (error instanceof Refusal) return undefined;
        throw error;
      }
    },
    command(command, cwd) {
      const workspace = { root: cwd, added: [], ordinary: true };
      const call = { agent: "history", tool: "Bash", input: { command }, cwd, workspace } as const;
      return compare(call, new Map());
    },
  };
}
