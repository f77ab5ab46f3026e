import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Rule } from "../rules/rule.ts";
import { compileBuiltin, evaluate, narrowRule, parsePolicy } from "./index.ts";
import type { ExampleJudge, HeldCall, Policy, TracedEffect } from "./index.ts";

const rules: readonly Rule[] = [
  {
    id: "outside",
    verdict: "hold",
    match: { kind: "delete", place: "home" },
    summary: "",
    reason: "outside",
    examples: {},
  },
  {
    id: "remote",
    verdict: "hold",
    match: { kind: ["mutate-remote", "publish"] },
    summary: "",
    reason: "remote",
    examples: {},
  },
  {
    id: "wipe",
    verdict: "deny",
    match: { kind: "delete", place: "device" },
    catastrophic: true,
    summary: "",
    reason: "all",
    examples: {},
  },
];
const builtin = compileBuiltin(rules);

/** A toy: `rm P` deletes in the home, `deploy T` and `publish T` change something remote, all else does nothing. */
function effectsOf(command: string): TracedEffect[] {
  const words = command.split(" ");
  const [program, target = ""] = words;
  const base = { what: command, target, reach: "one", sure: "known", secret: "none", words } as const;
  if (program === "rm") return [{ ...base, kind: "delete", place: "home", undoable: "costly" }];
  if (program === "deploy") return [{ ...base, kind: "mutate-remote", place: "remote", undoable: "costly" }];
  if (program === "publish") return [{ ...base, kind: "publish", place: "remote", undoable: "no" }];
  if (program === "wipe") return [{ ...base, kind: "delete", place: "device", undoable: "no" }];
  return [];
}
function judge(
  input: Readonly<Record<string, unknown>>,
  tool: string,
  policy: Policy,
  cwd = "/home/u/app",
  workspace = "/home/u/app",
) {
  const command = typeof input["command"] === "string" ? input["command"] : "";
  return evaluate(effectsOf(command), policy, {
    tool,
    commands: [command.split(" ")],
    cwd,
    workspace,
    userHome: "/home/u",
  });
}
const exampleJudge: ExampleJudge = {
  builtin,
  judge: ({ tool, input, cwd, workspace }, policy) => judge(input, tool, policy, cwd, workspace),
};

const parse = (text: string, layer: "user" | "repository" = "user") =>
  parsePolicy(text, { layer, path: "/p/policy.toml", exampleJudge });
function problem(text: string, layer: "user" | "repository" = "user"): string {
  const parsed = parse(text, layer);
  assert.ok("problem" in parsed, `accepted: ${text}`);
  return parsed.problem;
}
const rule = (fields: string) =>
  `\n[[rule]]\nid = "no-prod"\nverdict = "deny"\nreason = "the pipeline deploys"\n${fields}\n`;

test("a whole file is read", () => {
  const parsed = parse(`mode = "away"
[workspace]
added = ["/srv/data", "~/notes"]
[[rule]]
id = "no-prod"
verdict = "deny"
reason = "the pipeline deploys"
instead = "open a pull request"
command = "deploy prod*"
examples = [{ command = "deploy prod-1", verdict = "deny" }, { command = "deploy dev", verdict = "hold" }]
[[rule]]
id = "my-scratch"
verdict = "allow"
reason = "scratch files"
kind = "delete"
target = ["/home/u/scratch/**"]
examples = [{ tool = "Bash", input = { command = "rm /home/u/scratch/a" }, verdict = "allow" }]`);
  assert.ok("ok" in parsed, JSON.stringify(parsed));
  assert.deepEqual([parsed.ok.mode, parsed.ok.added, parsed.ok.rules.length], ["away", ["/srv/data", "~/notes"], 2]);
});

test("an empty file is a policy without rules", () => {
  assert.ok("ok" in parse(""));
});

const examples = 'examples = [{ command = "deploy prod", verdict = "deny" }]';
const problems: [text: string, says: RegExp, layer?: "repository"][] = [
  ["mode = attended", /policy\.toml, line 1, column \d+: this is not TOML/],
  ['mode = "loose"', /mode must be one of: attended, away, unattended, observe, panic/],
  ["mods = 1", /there is no mods; did you mean mode\?/],
  [rule(`comand = "deploy prod"\n${examples}`), /line 2, rule 1: there is no comand; did you mean command\?/],
  [
    rule(`command = "deploy prod"\nexamples = [{ comand = "x", verdict = "deny" }]`),
    /no examples\.\[1\]\.comand; did you mean command\?/,
  ],
  [rule(`kind = "destroy"\n${examples}`), /rule 1: kind must be one of: read, write, delete/],
  [rule('command = "deploy prod"'), /rule 1: examples/],
  [rule('command = "deploy prod"\nexamples = []'), /examples must hold at least one call/],
  [rule(examples), /line 2: the rule no-prod does not say what it matches/],
  [rule(`command = "deploy [a"\n${examples}`), /the rule no-prod: the pattern "\[a" has a \[ without its \]/],
  [rule(`command = "deploy prod"\n${examples}`).repeat(2), /line 9: the rule no-prod has the id of an earlier rule/],
  [
    rule(`command = "deploy prod"\nexamples = [{ verdict = "deny" }]`),
    /example 1 needs either command, or tool and input/,
  ],
  [
    rule(`command = "deploy dev"\n${examples}`),
    /no-prod fails its example 1, "deploy prod": it expects deny and gets hold by remote/,
  ],
  [
    rule('command = "x"\nexamples = [{ command = "wipe d", verdict = "deny" }]'),
    /the rule does not match it \(alone, wipe gives deny\)/,
  ],
  [
    rule(`command = "**"\n${examples}`).replace('"deny"', '"allow"'),
    /allows "\*\*": an allow rule names its program in full/,
  ],
  [rule(`tool = "*"\n${examples}`).replace('"deny"', '"allow"'), /allows the tools "\*": name the tool/],
  [rule(`workspace = "/a"\n${examples}`).replace('"deny"', '"allow"'), /allows any tool/],
  ['[workspace]\nadded = ["/"]', /workspace\.added\.\[1\] must name a folder in it, not a whole home/],
  ['[workspace]\nadded = ["/srv/a", "~/"]', /workspace\.added\.\[2\] must name a folder in it/],
  ['[workspace]\nadded = ["/etc/."]', /workspace\.added\.\[1\] must name a folder in it/],
  ['[workspace]\nadded = ["/home/me"]', /workspace\.added\.\[1\] must name a folder in it/],
  [rule(`command = "x"\n${examples}`).replace('"deny"', '"alow"'), /verdict must be one of: allow, hold, deny/],
  [rule('command = "x"\n'), /examples is missing; it must be a list/],
  ['[workspace]\nadded = ["src"]', /workspace\.added\.\[1\] must be an absolute path/],
  [`# ${"x".repeat(70_000)}`, /has 70002 bytes, and a policy of this layer may have 65536/, "repository"],
  [
    Array.from(
      { length: 201 },
      (_, i) => `[[rule]]\nid = "r${i}"\nverdict = "deny"\nreason = "x"\ntool = "x"\n${examples}\n`,
    ).join(""),
    /has 201 rules, and a policy of this layer may have 200/,
    "repository",
  ],
  ["__proto__ = 1", /not TOML/],
  [`a = ${"[".repeat(5_000)}`, /not TOML/],
];

test("what is wrong is said with file, line, rule and the way out", () => {
  for (const [text, says, layer] of problems) assert.match(problem(text, layer ?? "user"), says);
});

test("no text makes it throw", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "[[rule]]\n",
      'id = "a"\n',
      "verdict = ",
      '"allow"\n',
      'command = "x"\n',
      "examples = [{",
      "}]\n",
      "[workspace]\n",
      "mode = ",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const parsed = parse(pieces.join(""));
      assert.ok("ok" in parsed || parsed.problem.startsWith("/p/policy.toml"));
    }),
    { numRuns: 500 },
  );
});

const held = (command: string, fields: Partial<HeldCall> = {}): HeldCall => ({
  tool: "Bash",
  input: { command },
  effects: effectsOf(command),
  cwd: "/home/u/app",
  workspace: "/home/u/app",
  ...fields,
});

test("the narrow rule of a hold allows that call, in that folder, and nothing else", () => {
  const narrow = narrowRule(held("deploy dev [1]*"), exampleJudge);
  assert.ok("ok" in narrow, JSON.stringify(narrow));
  const parsed = parse(narrow.ok);
  assert.ok("ok" in parsed, JSON.stringify(parsed));
  const policy: Policy = {
    mode: "attended",
    builtin,
    added: [],
    ignored: [],
    layers: [{ layer: "user", path: null, loosens: true, tighten: [], allow: parsed.ok.rules }],
  };
  assert.equal(judge({ command: "deploy dev [1]*" }, "Bash", policy).verdict, "allow");
  for (const other of ["deploy dev 1x", "deploy dev", "deploy prod", "rm /home/u/x", "publish a"])
    assert.equal(judge({ command: other }, "Bash", policy).verdict, "hold", other);
  assert.equal(judge({ command: "deploy dev [1]*" }, "Bash", policy, "/home/u/app/prod").verdict, "hold");
  assert.equal(judge({ command: "deploy dev [1]*" }, "Bash", policy, "/home/u/app", "/home/u/other").verdict, "hold");
  assert.equal(judge({ command: "deploy dev [1]*" }, "mcp__x", policy).verdict, "hold");
});

const wordless = (command: string): TracedEffect[] =>
  effectsOf(command).map((effect) => ({ ...effect, words: undefined }));

test("no rule is made of what can't be undone, is denied, holds a secret or can't be known", () => {
  const refused: [HeldCall, RegExp][] = [
    [held("publish a"), /can't be undone/],
    [held("wipe d"), /No rule can allow this/],
    [held("deploy --password hunter2"), /holds a secret/],
    [held("ls"), /No built-in rule holds this call/],
    [held("deploy dev", { effects: wordless("deploy dev") }), /can't be known/],
    [
      held("deploy dev", {
        tool: "mcp__x__y",
        input: { a: [null] },
        effects: wordless("deploy dev"),
      }),
      /TOML/,
    ],
    [
      held("deploy $x", {
        effects: [{ ...(effectsOf("deploy $x")[0] as TracedEffect), words: ["deploy", undefined] }],
      }),
      /can't be known/,
    ],
  ];
  for (const [call, says] of refused) {
    const result = narrowRule(call, exampleJudge);
    assert.ok("problem" in result && says.test(result.problem), JSON.stringify(result));
  }
});

test("property: whatever the words, a narrow rule parses and matches, or there is none", () => {
  const word = fc.oneof(
    fc.string({ minLength: 1, maxLength: 8 }),
    fc.constantFrom("*", "**", "[a]", "\\", '""', "~", ".."),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const command = ["deploy", ...words].join(" ");
      const narrow = narrowRule(held(command), exampleJudge);
      if ("problem" in narrow) return;
      const parsed = parse(narrow.ok);
      assert.ok("ok" in parsed, JSON.stringify(parsed));
    }),
    { numRuns: 300 },
  );
});
