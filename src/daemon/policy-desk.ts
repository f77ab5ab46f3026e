import { readFileSync, statSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { Policies } from "../policies/index.ts";
import type { Mode } from "../protocol/effects.ts";
import type { OutputOf } from "../protocol/operations/index.ts";
import { limits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";

/** The parts of a layer that people are shown. */
interface ShownLayer {
  readonly rules: readonly { readonly id: string; readonly verdict: string; readonly reason: string }[];
}

export interface PolicyDesk {
  /** In force where no workspace says otherwise: set, or as the files have it. */
  readonly mode: Mode;
  show(cwd: string | undefined): Promise<OutputOf<"policy/show">>;
  setMode(mode: Mode): Promise<void>;
  trust(path: string, sha256?: string): Promise<{ path: string; sha256: string }>;
  /** The user's policy file as it would be with that rule at its end. @throws Refusal CONFLICT when the file is too large */
  withRule(rule: string): { readonly path: string; readonly text: string };
  /** Adds a rule to the user's policy file. @throws Refusal CONFLICT when the file then would not be valid; nothing is written */
  saveRule(rule: string): Promise<string>;
}

interface ShownPolicy {
  readonly mode: Mode;
  readonly added: readonly string[];
  readonly ignored: readonly string[];
}

export interface PolicyDeskPorts<Layer extends ShownLayer, Policy extends ShownPolicy> {
  readonly policies: Policies<Layer, Policy>;
  readonly builtin: readonly { readonly id: string; readonly verdict: string; readonly summary: string }[];
  workspaceAt(cwd: string): Promise<{ readonly root: string }>;
  parse(text: string, about: { layer: "user"; path: string }): { ok: Layer } | { problem: string };
  write(entry: { kind: string; payload: Record<string, string> }): Promise<unknown>;
}

/** What operators do with policy: see it, set the mode, trust a file, save a rule that an approval made. */
export function createPolicyDesk<Layer extends ShownLayer, Policy extends ShownPolicy>(
  ports: PolicyDeskPorts<Layer, Policy>,
): PolicyDesk {
  const { policies, builtin } = ports;
  const withRule = (rule: string) => {
    const path = policies.userPath;
    const before = readUserPolicy(path);
    const between = before === "" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    return { path, text: `${before}${between}${rule.trimEnd()}\n` };
  };
  return {
    get mode() {
      return policies.at("/").mode;
    },
    async show(cwd) {
      const workspace = cwd === undefined ? "/" : (await ports.workspaceAt(cwd)).root;
      const { mode, added, ignored } = policies.at(workspace);
      return {
        mode,
        workspace,
        added: [...added],
        ignored: [...ignored],
        layers: [
          {
            name: "builtin",
            path: null,
            trusted: true,
            problem: null,
            rules: builtin.map(({ id, verdict, summary }) => ({ id, verdict, summary, inForce: true })),
          },
          ...policies
            .layers(workspace)
            .filter((state) => state.layer !== undefined || state.problem !== null)
            .map(({ name, path, trusted, problem, layer }) => ({
              name,
              path,
              trusted,
              problem,
              rules: (layer?.rules ?? []).map(({ id, verdict, reason }) => ({
                id,
                verdict,
                summary: reason,
                inForce: verdict !== "allow" || trusted,
              })),
            })),
        ],
      };
    },
    setMode: (mode) => policies.setMode(mode),
    trust: (path, sha256) => policies.trust(path, sha256),
    withRule,
    async saveRule(rule) {
      const { path, text } = withRule(rule);
      const parsed = ports.parse(text, { layer: "user", path });
      if ("problem" in parsed)
        throw new Refusal(
          "CONFLICT",
          `The rule can't be added to ${path}: ${parsed.problem}`,
          "Mend the file, then approve again.",
        );
      writeFileAtomic.sync(path, text, { mode: 0o600 });
      await ports.write({ kind: "policy/rule-saved", payload: { path, rule } });
      return rule;
    },
  };
}

function readUserPolicy(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "";
  if (stat.size > limits.policyBytesMax)
    throw new Refusal("CONFLICT", `${path} has ${stat.size} bytes; no rule can be added.`);
  return readFileSync(path, "utf8");
}
