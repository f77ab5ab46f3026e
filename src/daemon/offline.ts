import { userInfo } from "node:os";
import type { CheckCall, Checked } from "../cli/check.ts";
import { createFacts } from "../facts/index.ts";
import { builtin, exampleJudge, judge, type Machine, type Workspace } from "../gate/index.ts";
import { compile, parsePolicy, type Policy, type PolicyLayer } from "../gate/policy/index.ts";
import { systemClock } from "../kit/clock.ts";
import type { Place } from "../protocol/place.ts";
import { createPolicies, policiesMigrations } from "../policies/index.ts";
import { openStore } from "../store/index.ts";
import { type JudgingPorts, judgeWithFacts } from "./judging.ts";
import { machinePlaces } from "./machine.ts";

/**
 * `signalbox check`: the same judge, facts and policy files as the daemon's, without the daemon. What only the daemon knows (the mode
 * set by the operator, trust in repository files, what sessions made) is not there, so the answer is never laxer than the daemon's.
 */
export async function judgeHere(place: Place, call: CheckCall): Promise<Checked> {
  const { ports, facts } = parts(place);
  const workspace = await facts.workspaceAt(call.workspace ?? call.cwd);
  const judged = await judgeWithFacts(
    ports,
    { ...call, agent: "check", session: "check", workspace },
    new AbortController().signal,
  );
  return { ...judged, instead: judged.instead };
}

/** For `--batch`: judges by the text alone, as paths need not exist. Returns the function, since reading policies happens once. */
export function judgeText(place: Place): (call: CheckCall) => Checked {
  const { ports } = parts(place);
  const machine = ports.machine();
  const none = new Map<string, never>();
  return (call) => {
    const root = call.workspace ?? call.cwd;
    const workspace: Workspace = { root, added: [], ordinary: true };
    const policy = ports.policyAt(root);
    const from = process.hrtime.bigint();
    const judgement = ports.judge({ ...call, agent: "check", workspace, shell: "unknown" }, machine, none, policy);
    return { ...judgement, microseconds: Number(process.hrtime.bigint() - from) / 1_000 };
  };
}

function parts(place: Place): { ports: JudgingPorts; facts: ReturnType<typeof createFacts> } {
  const store = openStore({ path: ":memory:", migrations: [...policiesMigrations] });
  const policies = createPolicies<PolicyLayer, Policy>({
    store,
    write: () => undefined, // there is no ledger here, and nothing is decided
    configDir: place.configDir,
    uid: userInfo().uid,
    nowMs: () => systemClock.nowMs(),
    parse: (text, about) => parsePolicy(text, { ...about, exampleJudge }),
    compile: (layers, options) => compile(layers, { ...options, builtin }),
    report: (problem) => process.stderr.write(`signalbox: ${problem}\n`),
  });
  const facts = createFacts({ ...machinePlaces(place), made: () => false });
  return {
    facts,
    ports: {
      judge,
      find: (queries, context, options) => facts.find(queries, context, options),
      machine: (): Machine => facts.machine(),
      policyAt: (workspace) => policies.at(workspace),
    },
  };
}
