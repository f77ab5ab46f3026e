import type { PolicyLayer } from "../gate/policy/index.ts";
import type { Ledger } from "../ledger/index.ts";
import type { LayerState } from "../policies/index.ts";
import type { Verdict } from "../protocol/effects.ts";
import type { Handlers } from "../protocol/handlers.ts";
import { Refusal } from "../protocol/refusals.ts";
import { callText } from "../protocol/words.ts";
import type { JudgingPorts } from "./judging.ts";
import type { PolicyDesk } from "./policy-desk.ts";
import { type Compared, simulate } from "./simulate.ts";

export interface SimulationPorts {
  readonly judging: Pick<JudgingPorts, "judge" | "machine">;
  readonly layersOf: (workspace: string) => readonly LayerState<PolicyLayer>[];
  readonly policyDesk: Pick<PolicyDesk, "withRule">;
  readonly ledger: Pick<Ledger, "list">;
}

const changesShown = 50;
const whatCharsMax = 400;
/** Verdicts that are judged before others get their turn: well under a millisecond each, twice. */
const sliceMax = 20;

/** `policy/simulate`: recorded verdicts judged again with a rule more. One at a time, in slices between which the daemon goes on answering. */
export function createSimulation({
  judging,
  layersOf,
  policyDesk,
  ledger,
}: SimulationPorts): Handlers["policy/simulate"] {
  let running = false;
  return async ({ add, last }, { signal }) => {
    if (running) throw new Refusal("BUSY", "A policy is being tried already.", "Try again when it has been.");
    running = true;
    try {
      const proposed = { ...policyDesk.withRule(add), layer: "user" } as const;
      const simulation = simulate(proposed, { ...judging, layersOf });
      const entries = ledger.list({ kind: "gate/judged", limit: last });
      const changed: (Compared & { entry: number; agent: string | null })[] = [];
      let unknown = 0;
      for (const [index, entry] of entries.entries()) {
        if (index % sliceMax === sliceMax - 1) {
          await new Promise((resolve) => setImmediate(resolve));
          signal.throwIfAborted();
        }
        const compared = simulation.entry(entry);
        if (compared === undefined) unknown += 1;
        else if (compared.before.verdict !== compared.after.verdict)
          changed.push({ ...compared, entry: entry.seq, agent: entry.agent });
      }
      return {
        judged: entries.length - unknown,
        unknown,
        counts: countsOf(changed),
        changes: changed.slice(0, changesShown).map(({ entry, agent, tool, input, before, after }) => ({
          entry,
          agent,
          tool,
          what: callText(tool, input).slice(0, whatCharsMax),
          before,
          after,
        })),
      };
    } finally {
      running = false;
    }
  };
}

function countsOf(changed: readonly Compared[]): { before: Verdict; after: Verdict; count: number }[] {
  const groups = Map.groupBy(changed, ({ before, after }) => `${before.verdict} ${after.verdict}`);
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [{ before: first.before.verdict, after: first.after.verdict, count: more.length + 1 }],
  );
}
