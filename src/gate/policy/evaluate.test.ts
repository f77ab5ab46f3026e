import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  certainties,
  effectKinds,
  modes,
  places,
  reaches,
  secrecies,
  stricter,
  undoables,
  verdicts,
} from "../../protocol/effects.ts";
import type { Effect, Mode } from "../../protocol/effects.ts";
import type { Rule } from "../rules/rule.ts";
import { compile, compileBuiltin, evaluate, parsePolicy } from "./index.ts";
import type { LayerInForce, PolicyContext, PolicyLayer, TracedEffect } from "./index.ts";

const rules: readonly Rule[] = [
  {
    id: "wipe",
    verdict: "deny",
    catastrophic: true,
    match: { kind: "delete", reach: "all" },
    summary: "",
    reason: "all of it",
    examples: {},
  },
  {
    id: "outside",
    verdict: "hold",
    match: { kind: ["delete", "write"], place: ["home", "system"] },
    summary: "",
    reason: "outside",
    examples: {},
  },
  {
    id: "cloud",
    verdict: "hold",
    match: { kind: ["mutate-remote", "opaque"] },
    summary: "",
    reason: "not here",
    examples: {},
  },
];
const builtin = compileBuiltin(rules);

const effect = (fields: Partial<TracedEffect>): TracedEffect => ({
  kind: "delete",
  what: "delete it",
  target: "/home/u/x",
  place: "home",
  reach: "one",
  undoable: "costly",
  sure: "known",
  secret: "none",
  ...fields,
});

const context = (fields: Partial<PolicyContext> = {}): PolicyContext => ({
  tool: "Bash",
  commands: [],
  cwd: "/home/u/app",
  userHome: "/home/u",
  workspace: "/home/u/app",
  ...fields,
});

let count = 0;
function layer(name: PolicyLayer["layer"], body: string, trusted?: boolean): LayerInForce {
  const text = body.replaceAll(
    "[[rule]]",
    () => `[[rule]]\nid = "r${count++}"\nreason = "because"\nexamples = [{ command = "x", verdict = "hold" }]`,
  );
  const parsed = parsePolicy(text, { layer: name, path: `/p/${name}` });
  assert.ok("ok" in parsed, JSON.stringify(parsed));
  return trusted === undefined ? { layer: parsed.ok } : { layer: parsed.ok, trusted };
}
const allow = (match: string) => `[[rule]]\nverdict = "allow"\n${match}\n`;
const deny = (match: string) => `[[rule]]\nverdict = "deny"\n${match}\n`;
const hold = (match: string) => `[[rule]]\nverdict = "hold"\n${match}\n`;

function verdict(
  layers: LayerInForce[],
  effects: TracedEffect[],
  fields: Partial<PolicyContext> = {},
  mode: Mode = "attended",
) {
  return evaluate(effects, compile(layers, { mode, builtin }), context(fields));
}

test("without layers the built-in rules decide, and ordinary work is allowed", () => {
  assert.equal(verdict([], []).verdict, "allow");
  assert.equal(verdict([], [effect({ place: "workspace" })]).rule, "ordinary-work");
  const held = verdict([], [effect({})]);
  assert.deepEqual([held.verdict, held.rule, held.reason], ["hold", "outside", "delete it, outside"]);
  const both = verdict([], [effect({}), effect({ reach: "all" })]);
  assert.deepEqual([both.verdict, both.rule, both.catastrophic], ["deny", "wipe", true]);
});

test("an allow rule of the user takes back a built-in hold on what it matches, and on nothing else", () => {
  const user = layer("user", allow('kind = "delete"\ntarget = "~/x/**"'));
  assert.equal(verdict([user], [effect({ target: "/home/u/x/a" })]).verdict, "allow");
  assert.equal(verdict([user], [effect({ target: "/home/u/x/a" })]).layer, "user");
  assert.equal(verdict([user], [effect({ target: "/home/u/x/a" }), effect({ target: "/home/u/y" })]).verdict, "hold");
  assert.equal(verdict([user], [effect({ target: "/home/u/x/a", reach: "all" })]).verdict, "deny");
});

test("nobody takes back what a layer holds or denies", () => {
  const user = layer("user", allow('kind = "delete"'));
  for (const name of ["organisation", "user", "repository", "session"] as const) {
    const other = layer(name, hold('kind = "delete"\ntarget = "**/prod/**"'));
    assert.equal(verdict([user, other], [effect({ target: "/srv/prod/a" })]).verdict, "hold", name);
    assert.equal(verdict([user, other], [effect({ target: "/srv/a" })]).verdict, "allow", name);
  }
});

test("a repository loosens nothing until it is trusted, and says so", () => {
  const text = `mode = "observe"\n[workspace]\nadded = ["/srv/data"]\n${allow('kind = "delete"')}`;
  const untrusted = compile([layer("repository", text)], { builtin });
  assert.deepEqual([untrusted.mode, untrusted.added, untrusted.ignored.length], ["attended", [], 3]);
  assert.match(untrusted.ignored.join("\n"), /signalbox policy trust \/p\/repository/);
  assert.equal(verdict([layer("repository", text)], [effect({})]).verdict, "hold");
  const trusted = layer("repository", allow('kind = "delete"'), true);
  assert.equal(verdict([trusted], [effect({})]).verdict, "allow");
});

test("the organisation's mode is a floor, and a repository's may only be stricter", () => {
  const organisation = layer("organisation", 'mode = "unattended"');
  assert.equal(compile([organisation, layer("user", 'mode = "attended"')], { builtin }).mode, "unattended");
  assert.equal(compile([layer("user", 'mode = "away"')], { builtin }).mode, "away");
  assert.equal(compile([layer("repository", 'mode = "panic"')], { mode: "attended", builtin }).mode, "panic");
});

test("an allow rule does not cover the opaque or the secret unless it names it, or the command", () => {
  const opaque = effect({ kind: "opaque", sure: "opaque", place: "workspace" });
  const secret = effect({ kind: "mutate-remote", secret: "sends" });
  const byPlace = layer("user", allow('place = ["workspace", "home"]'));
  assert.equal(verdict([byPlace], [opaque]).verdict, "hold");
  assert.equal(verdict([byPlace], [secret]).verdict, "hold");
  assert.equal(verdict([layer("user", allow('kind = "opaque"'))], [opaque]).verdict, "allow");
  assert.equal(verdict([layer("user", allow('secret = "sends"'))], [secret]).verdict, "allow");
  const words = ["vendor", "login"];
  assert.equal(
    verdict(
      [layer("user", allow('command = "vendor login"'))],
      [
        { ...secret, words },
        { ...opaque, words },
      ],
    ).verdict,
    "allow",
  );
});

test("a command rule speaks of its own simple command", () => {
  const user = layer("user", allow('command = "terraform apply **"'));
  const apply = effect({ kind: "mutate-remote", words: ["terraform", "apply", "-auto-approve"] });
  assert.equal(verdict([user], [apply]).verdict, "allow");
  assert.equal(verdict([user], [apply, effect({ words: ["rm", "/home/u/x"] })]).verdict, "hold");
  assert.equal(verdict([user], [{ ...apply, words: ["/tmp/terraform", "apply"] }]).verdict, "hold");
  assert.equal(verdict([user], [{ ...apply, words: ["/usr/bin/terraform", "apply"] }]).verdict, "allow");
  const no = layer("organisation", deny('command = "curl **"'));
  assert.equal(verdict([no], [], { commands: [["/opt/x/curl", "-s"]] }).verdict, "deny");
  assert.equal(verdict([no], [], { commands: [[undefined, "-s"]] }).verdict, "deny");
  assert.equal(verdict([no], [], { commands: [["ls"]] }).verdict, "allow");
});

test("a rule about a path also speaks when a folder above it goes", () => {
  const no = layer("user", deny('kind = "delete"\ntarget = "~/x/prod/**"'));
  assert.equal(verdict([no], [effect({ target: "/home/u/x", reach: "many" })]).verdict, "deny");
  assert.equal(verdict([no], [effect({ target: "/home/u/xx", reach: "many" })]).rule, "outside");
});

test("a finding about the whole call falls only if every effect is allowed by rule", () => {
  const findings = [{ rule: "taint", verdict: "hold", reason: "tainted" }] as const;
  const user = layer("user", allow('kind = "delete"'));
  assert.equal(verdict([user], [effect({})], { findings }).verdict, "allow");
  assert.equal(verdict([user], [effect({}), effect({ kind: "read" })], { findings }).rule, "taint");
  assert.equal(verdict([user], [], { findings }).rule, "taint");
});

test("modes: unattended denies what it would hold, observe lets all but the catastrophic pass, panic nothing", () => {
  const held = [effect({})];
  const wiped = [effect({ reach: "all" })];
  assert.equal(verdict([], held, {}, "away").verdict, "hold");
  const unattended = verdict([], held, {}, "unattended");
  assert.deepEqual([unattended.verdict, unattended.would], ["deny", "hold"]);
  const observed = verdict([], held, {}, "observe");
  assert.deepEqual([observed.verdict, observed.would, observed.rule], ["allow", "hold", "outside"]);
  assert.equal(verdict([], wiped, {}, "observe").verdict, "deny");
  assert.equal(verdict([], [], {}, "panic").verdict, "deny");
});

const anyEffect = fc.record({
  kind: fc.constantFrom(...effectKinds),
  what: fc.constant("do it"),
  target: fc.constantFrom("", "/home/u/x", "/home/u/x/y", "/srv/a", "host.example"),
  place: fc.constantFrom(...places),
  reach: fc.constantFrom(...reaches),
  undoable: fc.constantFrom(...undoables),
  sure: fc.constantFrom(...certainties),
  secret: fc.constantFrom(...secrecies),
  words: fc.constantFrom(undefined, ["rm", "x"], ["git", undefined], ["vendor"]),
}) satisfies fc.Arbitrary<TracedEffect>;
const anyMatch = fc
  .record(
    {
      kind: fc.constantFrom(...effectKinds),
      place: fc.constantFrom(...places),
      target: fc.constantFrom("~/x/**", "/srv/*", "**", "*.example"),
      command: fc.constantFrom("rm **", "git *", "vendor"),
      reach: fc.constantFrom<Effect["reach"]>(...reaches),
    },
    { requiredKeys: [] },
  )
  .filter((match) => Object.keys(match).length > 0)
  .map((match) =>
    Object.entries(match)
      .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
      .join("\n"),
  );

test("a layer that may not loosen never makes the verdict weaker, in any mode", () => {
  fc.assert(
    fc.property(
      fc.array(anyEffect, { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom(...verdicts), anyMatch), { maxLength: 4 }),
      fc.array(fc.tuple(fc.constantFrom(...verdicts), anyMatch), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...modes),
      fc.constantFrom(...modes),
      (effects, users, others, mode, otherMode) => {
        const text = (list: typeof users) =>
          list.map(([v, match]) => `[[rule]]\nverdict = "${v}"\n${match}\n`).join("");
        const user = layer("user", text(users));
        const repository = layer("repository", `mode = "${otherMode}"\n${text(others)}`);
        const before = verdict([user], effects, {}, mode).verdict;
        const after = verdict([user, repository], effects, {}, mode).verdict;
        assert.equal(stricter(before, after), after);
      },
    ),
    { numRuns: 500 },
  );
});

test("nothing releases the catastrophic", () => {
  fc.assert(
    fc.property(
      fc.array(anyEffect, { maxLength: 3 }),
      fc.array(anyMatch, { maxLength: 4 }),
      fc.constantFrom(...modes),
      (effects, matches, mode) => {
        const user = layer("user", matches.map((match) => allow(match)).join(""));
        assert.equal(verdict([user], [...effects, effect({ reach: "all" })], {}, mode).verdict, "deny");
      },
    ),
  );
});
