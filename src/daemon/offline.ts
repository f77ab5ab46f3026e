import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { CheckCall, Checked } from "../cli/check.ts";
import { createFacts } from "../facts/index.ts";
import { builtin, exampleJudge, judge, type Workspace } from "../gate/index.ts";
import { compile, parsePolicy, type Policy, type PolicyLayer } from "../gate/policy/index.ts";
import { systemClock } from "../kit/clock.ts";
import { visible } from "../kit/text.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { Place } from "../protocol/place.ts";
import { createPolicies, policiesMigrations } from "../policies/index.ts";
import { openStore } from "../store/index.ts";
import { type JudgingPorts, judgeWithFacts } from "./judging.ts";
import { machinePlaces } from "./machine.ts";
import { type Replay, replay } from "./replay.ts";
import { type ProposedPolicy, type Simulation, simulate } from "./simulate.ts";
import { type Suggestion, suggest } from "./suggest.ts";
import { readVerdictEntry } from "./verdict-entry.ts";

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

/**
 * `signalbox check --entry`: the recorded call before today's rules and policy files. The mode is the entry's.
 * @param trusted  repository files that the operator trusts as they are now (`policy/show` says so)
 * @throws Refusal CONFLICT  the entry can't be replayed
 */
export async function replayEntry(place: Place, entry: EntryView, trusted: readonly string[]): Promise<Replay> {
  const recorded = readVerdictEntry(entry as Parameters<typeof readVerdictEntry>[0]);
  const { ports, facts, policies } = parts(place);
  for (const path of trusted) await policies.trust(path);
  const { workspace } = recorded.call;
  const context = { agent: "check", session: "check", workspace };
  return replay(recorded, ports, async (path) => {
    const found = await facts.find([{ ask: "script", path }], context, { signal: new AbortController().signal });
    const fact = found.get(`script:${path}`);
    return fact?.ask === "script" && "text" in fact ? fact : undefined;
  });
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
    const judgement = ports.judge({ ...call, agent: "check", workspace }, machine, none, policy);
    return { ...judgement, microseconds: Number(process.hrtime.bigint() - from) / 1_000 };
  };
}

function parts(place: Place) {
  const store = openStore({ path: ":memory:", migrations: [...policiesMigrations] });
  const policies = createPolicies<PolicyLayer, Policy>({
    store,
    write: () => undefined, // there is no ledger here, and nothing is decided
    configDir: place.configDir,
    uid: userInfo().uid,
    nowMs: () => systemClock.nowMs(),
    parse: (text, about) => parsePolicy(text, { ...about, exampleJudge }),
    compile: (layers, options) => compile(layers, { ...options, builtin }),
    report: (problem) => process.stderr.write(`signalbox: ${visible(problem)}\n`),
  });
  const facts = createFacts({ ...machinePlaces(place), made: () => false });
  const ports: JudgingPorts = {
    judge,
    find: (queries, context, options) => facts.find(queries, context, options),
    machine: () => facts.machine(),
    policyAt: (workspace) => policies.at(workspace),
  };
  return { ports, facts, policies };
}

/** `signalbox policy simulate`. @throws Refusal INVALID_PARAMS  the proposed text is no valid policy */
export async function simulatePolicy(
  place: Place,
  proposed: ProposedPolicy,
  trusted: readonly string[],
): Promise<Simulation> {
  const { ports, policies } = parts(place);
  for (const path of trusted) await policies.trust(path);
  return simulate(proposed, { ...ports, layersOf: (workspace) => policies.layers(workspace) });
}

/** `signalbox policy suggest`. */
export function suggestRules(
  place: Place,
  entries: readonly EntryView[],
  options: { readonly times: number },
): readonly Suggestion[] {
  return suggest(entries, parts(place).ports, options);
}

/** Where that program keeps its rules for the user. */
export const settingsOf = (from: "claude" | "codex"): string =>
  join(homedir(), from === "claude" ? ".claude/settings.json" : ".codex/rules/default.rules");

/** Where shells keep what was typed, of this user. */
export const historyFiles = (): readonly string[] =>
  [".bash_history", ".zsh_history", ".histfile"].map((name) => join(homedir(), name));
