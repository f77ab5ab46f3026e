import type { Verdict } from "../../protocol/effects.ts";
import type { Builtin } from "./builtin.ts";
import { compile } from "./evaluate.ts";
import type { Policy } from "./evaluate.ts";
import type { Example, PolicyLayer } from "./rule.ts";

/**
 * What judges examples. Handed in, because judging knows of policies and not the other way round.
 * `judge` judges an example as a call of an ordinary session (its own `cwd` and `workspace` if it names them) under `policy`, without
 * facts.
 */
export interface ExampleJudge {
  readonly builtin: Builtin;
  readonly judge: (example: Example, policy: Policy) => { readonly verdict: Verdict; readonly rule: string };
}

/** What became of one example. */
export interface ExampleResult {
  /** Of the rule in its file, from 0. */
  readonly index: number;
  readonly rule: string;
  readonly example: Example;
  /** Undefined when it holds; else in words that go on after the rule's name. */
  readonly wrong: string | undefined;
}

/**
 * Every example must get its verdict from the built-in rules with this whole layer, as if it were trusted. One whose verdict is
 * its rule's own must get it from that rule alone too, so that no rule passes by what others do.
 */
export function* tryExamples(layer: PolicyLayer, { judge, builtin }: ExampleJudge): Generator<ExampleResult> {
  const asChecked = (rules: PolicyLayer["rules"]) =>
    compile([{ layer: { ...layer, rules, mode: undefined }, trusted: true }], { mode: "attended", builtin });
  const whole = asChecked(layer.rules);
  for (const [index, rule] of layer.rules.entries()) {
    const alone = asChecked([rule]);
    for (const [number, example] of rule.examples.entries()) {
      const result = (says?: string): ExampleResult => ({
        index,
        rule: rule.id,
        example,
        wrong: says === undefined ? undefined : `fails its example ${number + 1}, ${show(example)}: ${says}`,
      });
      const got = judge(example, whole);
      if (got.verdict !== example.verdict) {
        yield result(`it expects ${example.verdict} and gets ${got.verdict} by ${got.rule}`);
        continue;
      }
      const own = example.verdict === rule.verdict ? judge(example, alone) : undefined;
      const matched =
        own === undefined || (own.verdict === rule.verdict && (own.rule === rule.id || rule.verdict === "allow"));
      yield matched ? result() : result(`the rule does not match it (alone, ${own.rule} gives ${own.verdict})`);
    }
  }
}

/** @returns the first example that does not hold */
export function checkExamples(
  layer: PolicyLayer,
  exampleJudge: ExampleJudge,
): { readonly index: number; readonly rule: string; readonly says: string } | undefined {
  for (const { index, rule, wrong } of tryExamples(layer, exampleJudge))
    if (wrong !== undefined) return { index, rule, says: wrong };
  return undefined;
}

function show({ tool, input }: Example): string {
  const text = typeof input["command"] === "string" ? input["command"] : `${tool} ${JSON.stringify(input)}`;
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
