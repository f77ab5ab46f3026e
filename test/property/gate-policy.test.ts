import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { builtinRules, judge } from "../../src/gate/index.ts";
import { compile, compileBuiltin, parsePolicy } from "../../src/gate/policy/index.ts";
import type { LayerInForce, PolicyLayer } from "../../src/gate/policy/index.ts";
import { ordinaryCall, ordinaryMachine } from "../../src/gate/testing.ts";
import {
  certainties,
  effectKinds,
  places,
  reaches,
  secrecies,
  undoables,
  type Verdict,
  verdicts,
} from "../../src/protocol/effects.ts";
import { casesOf } from "../corpus/read.ts";

/** Layers over the whole judge: a stricter one never loosens, on any command of the corpus; one of a repository never loosens at all. */
const builtin = compileBuiltin(builtinRules);
const commands = casesOf("cases").map(({ command }) => command);
const rank = (verdict: Verdict): number => verdicts.indexOf(verdict);

function verdictOf(command: string, layers: readonly LayerInForce[]): Verdict {
  return judge(ordinaryCall("Bash", { command }), ordinaryMachine, new Map(), compile(layers, { builtin })).verdict;
}

interface RuleDraft {
  readonly verdict: Verdict;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const some = (values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const fields = fc
  .record(
    {
      kind: some(effectKinds),
      place: some(places),
      reach: some(reaches),
      undoable: some(undoables),
      sure: some(certainties),
      secret: some(secrecies),
      command: some(["git **", "rm **", "npm *", "curl **", "cat *", "docker * **", "kubectl ** delete **"]),
      target: some(["~/**", "./**", "/etc/**", "**", "*.env", "/tmp/*"]),
    },
    { requiredKeys: [] },
  )
  .filter((record) => Object.keys(record).length > 0)
  .map((record) => record as Readonly<Record<string, readonly string[]>>);

const rules = (allowed: readonly Verdict[]): fc.Arbitrary<readonly RuleDraft[]> =>
  fc.array(fc.record({ verdict: fc.constantFrom(...allowed), fields }), { minLength: 1, maxLength: 4 });

function layerOf(layer: "organisation" | "user" | "repository" | "session", drafts: readonly RuleDraft[]): PolicyLayer {
  const text = drafts
    .map(({ verdict, fields: record }, index) =>
      [
        "[[rule]]",
        `id = "rule-${index}"`,
        `verdict = "${verdict}"`,
        'reason = "of the test"',
        ...Object.entries(record).map(([key, values]) => `${key} = ${JSON.stringify(values)}`),
        'examples = [{ command = "ls", verdict = "allow" }]',
      ].join("\n"),
    )
    .join("\n\n");
  const parsed = parsePolicy(text, { layer, path: null });
  if ("problem" in parsed) throw new Error(`${parsed.problem}\n${text}`);
  return parsed.ok;
}

describe("policy layers", () => {
  it("that only hold and deny never loosen, in any layer", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...commands),
        fc.constantFrom("organisation", "user", "repository", "session" as const),
        rules(["hold", "deny"]),
        (command, layer, drafts) => {
          const [plain, after] = [verdictOf(command, []), verdictOf(command, [{ layer: layerOf(layer, drafts) }])];
          assert.ok(rank(after) >= rank(plain), `${command}: ${plain} became ${after}`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("of a repository or session never loosen, whatever they say, until trusted", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...commands),
        fc.constantFrom("repository", "session" as const),
        rules(verdicts),
        (command, layer, drafts) => {
          const [plain, after] = [verdictOf(command, []), verdictOf(command, [{ layer: layerOf(layer, drafts) }])];
          assert.ok(rank(after) >= rank(plain), `${command}: ${plain} became ${after}`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("laid over one another never loosen what each alone would", () => {
    fc.assert(
      fc.property(fc.constantFrom(...commands), rules(verdicts), rules(["hold", "deny"]), (command, theirs, mine) => {
        const user: LayerInForce = { layer: layerOf("user", theirs) };
        const stricter: LayerInForce = { layer: layerOf("organisation", mine) };
        const [plain, after] = [verdictOf(command, [user]), verdictOf(command, [stricter, user])];
        assert.ok(rank(after) >= rank(plain), `${command}: ${plain} became ${after}`);
      }),
      { numRuns: 500 },
    );
  });

  it("release no deny, whoever wrote them", () => {
    const denied = commands.filter((command) => verdictOf(command, []) === "deny");
    assert.ok(denied.length > 150, `${denied.length}`);
    fc.assert(
      fc.property(fc.constantFrom(...denied), rules(["allow"]), (command, drafts) => {
        assert.equal(verdictOf(command, [{ layer: layerOf("user", drafts), trusted: true }]), "deny");
      }),
      { numRuns: 500 },
    );
  });
});
