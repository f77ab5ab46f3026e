import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hasStatusLine, withoutStatusLine, withStatusLine } from "./status-line.ts";

const command = { hook: "/h o'me/signalbox-hook", home: "/h o'me", name: "" };
const withLine = (line: string, more = "") =>
  `{\n  // mine\n  "statusLine": { "type": "command", "command": ${JSON.stringify(line)}${more} },\n  "model": "opus",\n}\n`;
const commandOf = (text: string) => /"command": ("(?:[^"\\]|\\.)*")/.exec(text)?.[1] ?? "null";

const lines = [
  "~/.claude/statusline.sh",
  `jq -r '"\\(.model.display_name) $HOME \\\\"'`,
  "echo a; echo b >&2; exit 3",
  "cat <<END\ntext }\nEND",
  "input=$(cat) # a comment",
  "cat | wc -c",
  "",
];

test("the user's own line comes back to the letter, with its other fields", () => {
  for (const line of lines)
    for (const more of ["", ', "padding": 0, "refreshInterval": 5']) {
      const text = withLine(line, more);
      const wired = withStatusLine(text, command, "f");
      assert.notEqual(wired, text);
      assert.equal(hasStatusLine(wired, command, "f"), true);
      assert.equal(withStatusLine(wired, command, "f"), wired, "twice changes nothing");
      const moved = withStatusLine(wired, { ...command, home: "/other", hook: "/other/signalbox-hook" }, "f");
      assert.equal(withoutStatusLine(moved, "f"), text);
      assert.equal(withoutStatusLine(wired, "f"), text);
    }
});

test("without a line of the user's ours stands alone and goes without a trace", () => {
  for (const text of ["", "{}\n", '{\n  "model": "opus"\n}\n']) {
    const wired = withStatusLine(text, command, "f");
    assert.equal(withStatusLine(wired, command, "f"), wired);
    const without = withoutStatusLine(wired, "f");
    assert.deepEqual(JSON.parse(without), JSON.parse(text === "" ? "{}" : text));
  }
});

test("what can't be wrapped is left alone", () => {
  for (const text of [
    withLine("echo \\"),
    '{ "statusLine": "x" }',
    '{ "statusLine": { "type": "static", "command": "x" } }',
    '{ "statusLine": { "type": "command" } }',
  ]) {
    assert.equal(withStatusLine(text, command, "f"), text);
    assert.equal(withoutStatusLine(text, "f"), text);
    assert.equal(hasStatusLine(text, command, "f"), true);
  }
});

test("the line prints, fails and ends as before, and the hook gets the same input", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "sb line's-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const hook = join(folder, "signalbox-hook");
  // It prints, which must not reach the status line, and says by its last act that it has read everything.
  writeFileSync(hook, `#!/bin/sh\ncat > "$2/got.part"; echo noise; echo noise >&2; mv "$2/got.part" "$2/got"\n`);
  chmodSync(hook, 0o755);
  const inputs = ['{"a":"\\u00e9 100% \\\\n $x `y`"}', '{"a":1}\n\n', ""];
  for (const shell of ["/bin/sh", "/bin/bash"])
    for (const line of lines.filter((one) => !one.includes("jq") && !one.startsWith("~") && one !== ""))
      for (const input of inputs) {
        rmSync(join(folder, "got"), { force: true });
        const run = (text: string) => spawnSync(shell, ["-c", text], { input, encoding: "utf8", timeout: 10_000 });
        const wired = JSON.parse(
          commandOf(withStatusLine(withLine(line), { hook, home: folder, name: "" }, "f")),
        ) as string;
        const [before, after] = [run(line), run(`${wired}\nsignalbox_code=$?; wait; exit $signalbox_code`)];
        assert.deepEqual(
          [after.stdout, after.stderr, after.status],
          [before.stdout, before.stderr, before.status],
          `${shell}: ${line}`,
        );
        assert.equal(readFileSync(join(folder, "got"), "utf8"), input);
      }
});
