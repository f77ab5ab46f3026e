import type { Fact, Workspace } from "../gate/index.ts";
import { present } from "../kit/canonical.ts";
import type { Json } from "../kit/canonical.ts";
import { limits } from "../protocol/limits.ts";
import type { GateRecord, GateRecorded } from "../protocol/operations/gate.ts";
import { type JudgingPorts, judgeWithFacts } from "./judging.ts";
import { redactJudged } from "./tool-calls.ts";
import { replayable } from "./verdict-entry.ts";

export interface RecorderPorts extends JudgingPorts {
  workspaceAt(cwd: string): Promise<Workspace>;
  /** The workspace of a session that is known anyhow. */
  sessionAt(key: { agent: string; session: string }): Workspace | undefined;
  append(entry: {
    kind: string;
    agent: string;
    session: string;
    payload: Record<string, Json>;
  }): Promise<{ seq: number }>;
  readonly redact: (input: Readonly<Record<string, Json>>) => Readonly<Record<string, Json>>;
  readonly redactText: (text: string) => string;
}

export interface Recorder {
  /** Resolves when the entry is on disk. Never stops anything: what it is told of has run. */
  record(ran: GateRecord, signal: AbortSignal): Promise<GateRecorded>;
}

/**
 * Enters what somebody already ran, as `gate/recorded`: the class that an agent would have got for it, its effects, redacted. It is a
 * report, not a verdict: it opens no session (a person's shell in the list of agents would make the person an agent to the presence
 * check), leaves no trail and releases nothing.
 */
export function createRecorder(ports: RecorderPorts): Recorder {
  const judging: JudgingPorts = {
    ...ports,
    // It is classed by what the rules say of it, whatever the mode does with that.
    policyAt: (workspace) => ({ ...ports.policyAt(workspace), mode: "attended" }),
    find: async (...asked) => new Map([...(await ports.find(...asked))].map(([key, fact]) => [key, afterwards(fact)])),
  };
  return {
    async record({ agent, session, cwd, tool, input, ranAt, exitCode }, signal) {
      const workspace = ports.sessionAt({ agent, session }) ?? (await ports.workspaceAt(cwd));
      const call = { agent, session, cwd, tool, input, workspace };
      const judged = redactJudged(await judgeWithFacts(judging, call, signal), ports.redactText);
      const { verdict, rule, reason, catastrophic } = judged;
      const effects = judged.effects.slice(0, limits.effectsMax).map((effect) => ({ ...effect }));
      const payload = present({
        verdict,
        rule,
        reason,
        tool,
        ...replayable({ cwd, workspace, trail: undefined }, ports.redact(input), judged, judged, ports.redactText),
        effects,
        ranAt,
        exitCode,
      });
      const { seq } = await ports.append({ kind: "gate/recorded", agent, session, payload });
      return { entry: seq, verdict, rule, reason: reason.slice(0, limits.reasonCharsMax), effects, catastrophic };
    },
  };
}

/** What is not there any more may have been there before the command ran: that it is missing now says nothing. */
function afterwards(fact: Fact): Fact {
  const missing = fact.ask === "path" && "type" in fact && fact.type === "missing";
  return missing ? { ask: "path", unknown: "it is looked at after the command ran" } : fact;
}
