import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exampleJudge } from "../gate/index.ts";
import { parsePolicy } from "../gate/policy/index.ts";
import { layerOf } from "./policy-files.ts";
import { policyTemplate } from "./policy-template.ts";
import { parseHistory, readHistory } from "./shell-history.ts";
import { temporary } from "../../test/support/temporary.ts";

test("the policy that init writes is valid, and so is each part of it once it is wanted", () => {
  const parse = (text: string) => parsePolicy(text, { layer: "user", path: null, exampleJudge });
  const asWritten = parse(policyTemplate);
  assert.ok("ok" in asWritten && asWritten.ok.rules.length === 0, "problem" in asWritten ? asWritten.problem : "rules");
  const wanted = policyTemplate
    .split("\n")
    .filter((line) =>
      /^# (?:mode|\[|added|id|verdict|reason|instead|command|examples|kind|target| {2}\{|\])/.test(line),
    )
    .map((line) => line.slice(2))
    .join("\n");
  const uncommented = parse(wanted);
  if (!("ok" in uncommented)) assert.fail(uncommented.problem);
  assert.equal(uncommented.ok.rules.length, 2);
  assert.equal(uncommented.ok.mode, "attended");
  assert.deepEqual(uncommented.ok.added, ["~/notes"]);
});

test("a shell's history is read as bash and zsh write it", () => {
  assert.deepEqual(parseHistory("#1700000000\nls -la\n#1700000001\ngit status\nls -la\n"), ["git status", "ls -la"]);
  assert.deepEqual(parseHistory(": 1700000000:0;for f in a b; do\\\necho $f\\\ndone\n: 1700000001:5;npm test\n"), [
    "for f in a b; do\necho $f\ndone",
    "npm test",
  ]);
  assert.deepEqual(parseHistory("echo a\\\\\nls\n"), ["echo a\\\\", "ls"]);
  assert.deepEqual(parseHistory("ends with a backslash\\"), ["ends with a backslash"]);
  assert.deepEqual(parseHistory("\n\n#hash tags are commands\n"), ["#hash tags are commands"]);
});

test("of a long history the end is read, from a whole line on; one that is not there has no command", () => {
  const folder = temporary("sb-history-");
  try {
    const path = join(folder, "history");
    writeFileSync(path, `first\n${`${"x".repeat(1_023)}\n`.repeat(5_000)}last\n`);
    const commands = readHistory(path);
    assert.deepEqual([commands.length, commands.at(-1)], [2, "last"]);
    assert.deepEqual(readHistory(join(folder, "missing")), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file's layer is told by its name", () => {
  assert.equal(layerOf("/a/.signalbox.toml"), "repository");
  assert.equal(layerOf("/a/policy.toml"), "user");
});
