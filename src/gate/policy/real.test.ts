import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../kit/canonical.ts";
import { builtin, exampleJudge } from "../builtin.ts";
import { judge, traceEffects } from "../judge.ts";
import { builtinPolicy, ordinaryCall, ordinaryMachine, ordinaryRoot } from "../testing.ts";
import { compile, narrowRule, parsePolicy } from "./index.ts";

/** Policies over the real judge: what a person writes and what is then decided. */
const policyOf = (text: string, layer: "user" | "repository" = "user") => {
  const parsed = parsePolicy(text, { layer, path: "/p/policy.toml", exampleJudge });
  assert.ok("ok" in parsed, JSON.stringify(parsed));
  return compile([{ layer: parsed.ok }], { builtin });
};
const verdict = (command: string, text: string) =>
  judge(ordinaryCall("Bash", { command }), ordinaryMachine, new Map(), policyOf(text)).verdict;

test("the guide's rules do what the guide says", () => {
  const guide = `
[[rule]]
id = "no-prod-deploys"
verdict = "deny"
reason = "production is changed by the pipeline only"
command = ["kubectl ** --context prod **", "kubectl ** --context=prod **"]
examples = [
  { command = "kubectl delete pod web-1 --context prod", verdict = "deny" },
  { command = "kubectl get pods --context dev", verdict = "allow" },
]
[[rule]]
id = "my-scratch"
verdict = "allow"
reason = "files there are scratch"
kind = ["write", "delete"]
target = "~/scratch/**"
examples = [{ command = "rm -rf ~/scratch/old", verdict = "allow" }]
`;
  assert.equal(verdict("cd x && kubectl apply -f a.yaml --context prod", guide), "deny");
  assert.equal(verdict("bash -c 'kubectl get pods --context prod'", guide), "deny");
  assert.equal(verdict("rm -rf ~/scratch/a ~/scratch/b", guide), "allow");
  assert.equal(verdict("rm -rf ~/scratch/../notes", guide), "hold");
  assert.equal(verdict("rm -rf ~/scratch/a ~/notes", guide), "hold");
  assert.equal(verdict("rm -rf ~", guide), "deny");
});

const calls: [tool: string, input: Record<string, Json>][] = [
  ["Bash", { command: "git push --force-with-lease origin feature" }],
  ["Bash", { command: "npm config set fund false" }],
  ["Bash", { command: "touch ~/notes" }],
  ["Bash", { command: "aws ec2 create-tags --resources i-1 --tags 'Key=a b,Value=*'" }],
  ["Bash", { command: "cd sub && npm install -g typescript" }],
  ["mcp__tracker__create_issue", { title: "a", labels: ["x"], more: { n: 1 } }],
];

test("a narrow rule of a real hold allows the same call and holds the next best", () => {
  for (const [tool, input] of calls) {
    const call = ordinaryCall(tool, input);
    assert.equal(judge(call, ordinaryMachine, new Map(), builtinPolicy).verdict, "hold", JSON.stringify(input));
    const effects = traceEffects(call, ordinaryMachine, new Map(), builtinPolicy);
    const narrow = narrowRule(
      { tool, input, effects, cwd: call.cwd, workspace: ordinaryRoot, userHome: ordinaryMachine.userHome },
      exampleJudge,
    );
    assert.ok("ok" in narrow, JSON.stringify(narrow));
    const policy = policyOf(narrow.ok);
    assert.equal(judge(call, ordinaryMachine, new Map(), policy).verdict, "allow", narrow.ok);
    if (typeof input["command"] !== "string") continue;
    for (const command of [
      `${input["command"]} --more`,
      `${input["command"]} && npm publish`,
      `cd / && ${input["command"]}`,
    ])
      assert.notEqual(
        judge(ordinaryCall(tool, { command }), ordinaryMachine, new Map(), policy).verdict,
        "allow",
        command,
      );
  }
});
