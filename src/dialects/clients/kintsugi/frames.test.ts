import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { Refusal, type RefusalCode } from "../../../protocol/refusals.ts";
import { callOf, Command, uuidOf, verdictFrame } from "./frames.ts";
import { kintsugi, type KintsugiPorts } from "./index.ts";

const command = {
  id: "5f3c0a52-8c57-4a0c-9a6c-0c7f4f0f2b10",
  ts: "2026-11-21T07:00:00.123456789Z",
  agent: "shim",
  cwd: "/work",
  argv: ["ls"],
  raw: "ls",
};

test("a shim's arguments become a text that a shell reads as exactly them", () => {
  const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && text.isWellFormed());
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (argv) => {
      const { input } = callOf(Command.parse({ ...command, argv }));
      const text = input["command"] as string;
      const read = execFileSync("/bin/sh", ["-c", `for word in ${text}; do printf '%s\\0' "$word"; done`]);
      assert.deepEqual(read.toString().split("\0").slice(0, -1), argv);
    }),
    { numRuns: 60 },
  );
});

test("a command without a session belongs to its folder's, however long its path", () => {
  const sessionOf = (about: object) => callOf(Command.parse({ ...command, ...about })).session;
  assert.equal(sessionOf({ session: "s" }), "s");
  assert.equal(sessionOf({ session: null }), "in /work");
  const [long, other] = [`/${"a".repeat(3_000)}`, `/${"a".repeat(3_000)}b`];
  assert.ok(sessionOf({ cwd: long }).length <= 256);
  assert.notEqual(sessionOf({ cwd: long }), sessionOf({ cwd: other }));
  assert.notEqual(sessionOf({ session: long }), sessionOf({ session: other }));
  assert.ok(sessionOf({ session: long }).length <= 256);
});

test("a hold's own UUID is always the same, and is one", () => {
  assert.match(uuidOf("hold_a"), /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  assert.equal(uuidOf("hold_a"), uuidOf("hold_a"));
  assert.notEqual(uuidOf("hold_a"), uuidOf("hold_b"));
});

test("a class is what the verdict and the effects make it", () => {
  const effect = { what: "", target: "", place: "workspace", reach: "one", sure: "known", secret: "none" } as const;
  const classOf = (
    verdict: "allow" | "hold" | "deny",
    ...effects: readonly { kind: "read" | "delete"; undoable: "yes" | "no" }[]
  ) =>
    verdictFrame({ verdict, reason: "", rule: "r", entry: 1, effects: effects.map((each) => ({ ...effect, ...each })) })
      .class;
  assert.equal(classOf("allow", { kind: "delete", undoable: "no" }), "safe");
  assert.equal(classOf("hold", { kind: "delete", undoable: "no" }), "catastrophic");
  assert.equal(classOf("deny", { kind: "delete", undoable: "no" }), "catastrophic");
  assert.equal(classOf("hold", { kind: "delete", undoable: "yes" }), "ambiguous");
  assert.equal(classOf("hold", { kind: "read", undoable: "no" }), "ambiguous");
  assert.equal(classOf("deny"), "ambiguous");
});

test("whatever goes wrong with a command that could be read is a deny, since its client runs what an error is for", () => {
  const dialect = kintsugi({} as KintsugiPorts);
  const failed = (code: RefusalCode, kind = "propose") =>
    dialect.fault(new Refusal(code, "It failed."), { kind }) as { kind: string; decision?: string };
  for (const code of ["LEDGER_UNAVAILABLE", "INTERNAL", "BUSY", "DRAINING", "CANCELLED"] as const)
    assert.deepEqual([failed(code).kind, failed(code).decision], ["verdict", "deny"], code);
  assert.equal(failed("INVALID_PARAMS").kind, "error");
  assert.equal(failed("INTERNAL", "listpending").kind, "error");
  assert.deepEqual(Object.keys(dialect.standIn?.('{"kind":"propose","id":"0') ?? {}), ["kind"]);
  assert.equal(dialect.standIn?.('{"kind":"record","id":"0'), undefined);
});
