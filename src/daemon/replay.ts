import type { Fact, FactQuery, Judgement } from "../gate/index.ts";
import { factKey } from "../gate/index.ts";
import type { Verdict } from "../protocol/effects.ts";
import { type JudgingPorts, raised } from "./judging.ts";
import type { RecordedVerdict } from "./verdict-entry.ts";

/** What today's judge says of a recorded call, on the facts that were recorded. */
export interface Replay {
  readonly before: { readonly verdict: Verdict; readonly rule: string };
  readonly now: Judgement;
  readonly same: boolean;
  /** Why the answer may not be the whole truth, in sentences. */
  readonly limits: readonly string[];
}

/** Reads a script again whose text the entry does not hold. @returns undefined when it is gone or can't be read */
export type ReadScript = (path: string) => Promise<{ readonly sha256: string; readonly text: string } | undefined>;

/** Judges a recorded call again: its own mode, facts and trail, today's rules and policy files. Nothing of the world is looked at but scripts. */
export async function replay(
  recorded: RecordedVerdict,
  ports: Pick<JudgingPorts, "judge" | "machine" | "policyAt">,
  readScript: ReadScript,
): Promise<Replay> {
  const limits = [...recorded.limits];
  const facts = new Map<string, Fact>(recorded.facts);
  for (const { path, sha256 } of recorded.scriptsMissing) {
    const now = await readScript(path);
    if (now?.sha256 === sha256) facts.set(`script:${path}`, { ask: "script", ...now });
    else limits.push(`${path} would be run, and it is not what it was then: its text counts as unknown.`);
  }
  const { call, mode } = recorded;
  const policy = { ...ports.policyAt(call.workspace.root), mode };
  const judged = ports.judge(call, ports.machine(), facts, policy);
  const now = raised(judged, recorded.notSure, mode);
  const missing = now.wanted.filter((query: FactQuery) => !facts.has(factKey(query)));
  if (missing.length > 0)
    limits.push(
      `Today it would also be looked at ${missing.length === 1 ? "one thing" : `${missing.length} things`} that the entry does not tell of, such as ${missing[0]?.ask} of ${missing[0]?.path}.`,
    );
  const { verdict, rule } = recorded;
  return { before: { verdict, rule }, now, same: now.verdict === verdict && now.rule === rule, limits };
}
