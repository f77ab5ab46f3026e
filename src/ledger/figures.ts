import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { limits } from "../protocol/limits.ts";
import type { Figures, FiguresQuery } from "./types.ts";

/** Reading one row's verdict takes some 5 us; hooks wait no longer than one step. */
const rowsPerStep = 256;
const rulesMax = 12;

interface VerdictRow {
  readonly seq: number;
  readonly at: number;
  readonly verdict: string | null;
  readonly rule: string | null;
}

/**
 * Counts the verdicts of the last hours, in equal spans of time, and the rules that held or denied most. Of more than `figureEntriesMax`
 * verdicts only the newest are counted, which `whole` and `countedFrom` say.
 */
export async function countVerdicts(
  db: DatabaseSync,
  { hours, spans, nowMs }: FiguresQuery & { readonly nowMs: number },
  { signal }: { signal: AbortSignal },
): Promise<Figures> {
  const fromMs = nowMs - hours * 3_600_000;
  const spanMs = (nowMs - fromMs) / spans;
  const verdicts = Array.from({ length: spans }, (_, index) => ({
    from: new Date(fromMs + index * spanMs).toISOString(),
    allow: 0,
    hold: 0,
    deny: 0,
  }));
  const rules = new Map<string, { hold: number; deny: number }>();
  const read = db.prepare(
    `SELECT seq, at, json_extract(payload, '$.verdict') AS verdict, json_extract(payload, '$.rule') AS rule
     FROM ledger_entries WHERE kind = 'gate/judged' AND seq < ? ORDER BY seq DESC LIMIT ?`,
  );
  let counted = 0;
  let countedFrom = nowMs;
  for (let before = Number.MAX_SAFE_INTEGER; counted < limits.figureEntriesMax; ) {
    const rows = read.all(before, rowsPerStep) as unknown as VerdictRow[];
    for (const { seq, at, verdict, rule } of rows) {
      before = seq;
      if (at < fromMs) return figures(true);
      const span = verdicts[Math.min(spans - 1, Math.floor((at - fromMs) / spanMs))];
      if (span === undefined || (verdict !== "allow" && verdict !== "hold" && verdict !== "deny")) continue;
      counted += 1;
      countedFrom = at;
      span[verdict] += 1;
      if (verdict === "allow") continue;
      const known = rules.get(rule ?? "") ?? { hold: 0, deny: 0 };
      known[verdict] += 1;
      rules.set(rule ?? "", known);
    }
    if (rows.length < rowsPerStep) return figures(true);
    await turn();
    signal.throwIfAborted();
  }
  return figures(false);

  function figures(whole: boolean): Figures {
    const most = [...rules].map(([rule, counts]) => ({ rule, ...counts }));
    most.sort((a, b) => b.hold + b.deny - (a.hold + a.deny) || (a.rule < b.rule ? -1 : 1));
    return {
      from: new Date(fromMs).toISOString(),
      to: new Date(nowMs).toISOString(),
      counted,
      whole,
      countedFrom: new Date(whole ? fromMs : countedFrom).toISOString(),
      verdicts,
      rules: most.slice(0, rulesMax),
    };
  }
}
