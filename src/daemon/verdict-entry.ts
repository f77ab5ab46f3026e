import { factFrom } from "../facts/index.ts";
import type { Fact, Facts, ToolCall, Trail } from "../gate/index.ts";
import { type Json, present } from "../kit/canonical.ts";
import { type Mode, modes, type Verdict, verdicts } from "../protocol/effects.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Judged } from "./judging.ts";
import { cutInput } from "./short-input.ts";

/** What of a script's text is kept with a verdict that rests on it; a longer one is read again at the replay, if it is still the same. */
const scriptCharsMax = 16_384;

/**
 * The part of a verdict's entry by which it can be replayed: the input as redacted, where it was judged, the mode, the facts and the
 * session's trail. `judged` is what the gate said where a person's decision made another verdict of it.
 */
export function replayable(
  call: Pick<ToolCall, "cwd" | "workspace" | "trail">,
  redacted: Readonly<Record<string, Json>>,
  judged: Judged,
  recorded: { readonly verdict: Verdict; readonly rule: string },
  redactText: (text: string) => string,
): Record<string, Json> {
  const { input, cut } = cutInput(redacted);
  const { root, added, ordinary } = call.workspace;
  const short = Object.entries(judged.scripts)
    .filter(([, text]) => text.length <= scriptCharsMax)
    .map(([key, text]) => [key, redactText(text)] as const);
  return present({
    input,
    inputCut: cut ? true : undefined,
    cwd: call.cwd,
    workspace: root,
    workspaceAdded: added.length === 0 ? undefined : added,
    workspaceOrdinary: ordinary ? undefined : false,
    mode: judged.mode,
    would: judged.would,
    judged:
      judged.verdict === recorded.verdict && judged.rule === recorded.rule
        ? undefined
        : { verdict: judged.verdict, rule: judged.rule },
    facts: judged.facts,
    scripts: short.length === 0 ? undefined : Object.fromEntries(short),
    trail: call.trail === undefined || call.trail.length === 0 ? undefined : call.trail.map((step) => ({ ...step })),
  });
}

/** A verdict's entry, read back. */
export interface RecordedVerdict {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly mode: Mode;
  readonly call: Omit<ToolCall, "shell">;
  readonly facts: Facts;
  /** Scripts whose text the entry does not hold, by path, with the hash that they had. */
  readonly scriptsMissing: readonly { readonly path: string; readonly sha256: string }[];
  readonly notSure: string | undefined;
  /** What makes the replay one of less than the whole call, in sentences. */
  readonly limits: readonly string[];
}

/** @throws Refusal CONFLICT  the entry is no verdict, its details were dropped, or its input was too long to keep */
export function readVerdictEntry(entry: {
  readonly seq: number;
  readonly kind: string;
  readonly agent: string | null;
  readonly payload: Readonly<Record<string, Json | undefined>> | null;
}): RecordedVerdict {
  const refuse = (why: string) =>
    new Refusal("CONFLICT", `Entry ${entry.seq} ${why}.`, "List verdicts: signalbox ledger list --kind gate/judged");
  if (entry.kind !== "gate/judged") throw refuse(`is no verdict but ${entry.kind}`);
  const { payload } = entry;
  if (payload === null) throw refuse("has lost its details to retention, so there is nothing to replay");
  const judged = objectOf(payload["judged"]);
  const verdict = verdicts.find((each) => each === (judged["verdict"] ?? payload["verdict"]));
  const mode = modes.find((each) => each === payload["mode"]);
  const [rule, tool, cwd, root] = [
    judged["rule"] ?? payload["rule"],
    payload["tool"],
    payload["cwd"],
    payload["workspace"],
  ];
  const input = objectOf(payload["input"]);
  if (
    verdict === undefined ||
    mode === undefined ||
    ![rule, tool, cwd, root].every((field) => typeof field === "string")
  )
    throw refuse("was written by a Signalbox that did not keep what a replay needs");
  if (input["tooLong"] === true) throw refuse("has an input that was too long to keep, so there is nothing to replay");
  const scripts = objectOf(payload["scripts"]);
  const facts = new Map<string, Fact>();
  const scriptsMissing: { path: string; sha256: string }[] = [];
  for (const [key, value] of Object.entries(objectOf(payload["facts"]))) {
    if (typeof value !== "string") continue;
    const text = scripts[key];
    const fact = factFrom(key, value, typeof text === "string" ? text : undefined);
    if (fact === undefined) continue;
    facts.set(key, fact);
    if (fact.ask === "script" && "unknown" in fact && value !== "unknown")
      scriptsMissing.push({ path: key.slice("script:".length), sha256: value.replace(/^sha256:/, "") });
  }
  const trail = payload["trail"];
  return {
    verdict,
    rule: rule as string,
    mode,
    call: {
      agent: entry.agent ?? "unknown",
      tool: tool as string,
      input,
      cwd: cwd as string,
      workspace: {
        root: root as string,
        added: textsOf(payload["workspaceAdded"]),
        ordinary: payload["workspaceOrdinary"] !== false,
      },
      trail: Array.isArray(trail) ? (trail as unknown as Trail) : undefined,
    },
    facts,
    scriptsMissing,
    notSure: typeof payload["notSure"] === "string" ? payload["notSure"] : undefined,
    limits:
      payload["inputCut"] === true
        ? [`Its input was longer than ${limits.ledgerStringCharsMax} characters, and only the beginning was kept.`]
        : [],
  };
}

const objectOf = (value: Json | undefined): Record<string, Json> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {};
const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
