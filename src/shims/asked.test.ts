import assert from "node:assert/strict";
import { test } from "node:test";
import { readAsked, readWaiting, toJudge } from "./asked.ts";
import { readDecision } from "./card.ts";

const body = (...words: string[]) => Buffer.from(words.map((word) => `${word}\0`).join(""));
const ask = (stdin: string, ...argv: string[]) => {
  const asked = readAsked(body("/work", `/usr/bin/${argv[0]}`, stdin, ...argv));
  if ("problem" in asked) throw new Error(asked.problem);
  return toJudge(asked, async (path) => path.startsWith("/work/"));
};

test("what is judged of a program is its whole line, quoted", async () => {
  assert.deepEqual(await ask("terminal", "rm", "-r", "two words", "it's", ""), {
    command: `rm -r 'two words' 'it'\\''s' ''`,
  });
  const elsewhere = readAsked(body("/work", "./bin/rm", "none", "rm", "x"));
  assert.ok(!("problem" in elsewhere));
  assert.deepEqual(await toJudge(elsewhere, async () => true), { command: "/work/bin/rm x" });
});

test("shells are judged for code and for scripts from elsewhere", async () => {
  const judged: [string, ...string[]][] = [
    ["terminal", "bash", "-c", "true"],
    ["terminal", "bash", "-lc", "true"],
    ["terminal", "sh", "-euxc", "true"],
    ["terminal", "bash", "--norc", "-o", "pipefail", "-c", "true"],
    ["terminal", "bash", "/opt/x.sh"],
    ["terminal", "bash", "--", "../x.sh"],
    ["terminal", "bash", "--rcfile", "/work/rc", "/opt/x.sh"],
    ["terminal", "fish", "--command=true"],
    ["terminal", "bash", "-euo", "pipefail", "-c", "true"],
    ["terminal", "bash", "-eO", "extglob", "-c", "true"],
    ["terminal", "bash", "-euo", "pipefail", "/opt/x.sh"],
    ["terminal", "bash", "-C", "/opt/x.sh"],
    ["terminal", "dash", "+o", "noclobber", "/opt/x.sh"],
    ["terminal", "zsh", "-oerrexit", "/opt/x.sh"],
    ["terminal", "bash", "--rcfile", "/opt/rc", "-i"],
    ["terminal", "bash", "--rcfile", "/opt/rc", "x.sh"],
    ["terminal", "bash", "--unheard-of", "x.sh"],
    ["terminal", "fish", "-C", "true"],
    ["terminal", "fish", "--init-command", "true"],
  ];
  for (const [stdin, ...argv] of judged)
    assert.deepEqual(Object.keys(await ask(stdin, ...argv)), ["command"], argv.join(" "));
  for (const stdin of ["pipe", "file"])
    for (const argv of [["sh"], ["sh", "-s", "x.sh"], ["bash", "-"], ["bash", "-e"], ["bash", "-euo", "pipefail"]])
      assert.deepEqual(await ask(stdin, ...argv), { command: `${argv[0]} /dev/stdin` }, argv.join(" "));
});

test("a shell that somebody types into, and the workspace's own scripts, run without a verdict of their own", async () => {
  for (const argv of [
    ["bash"],
    ["bash", "-l"],
    ["bash", "-i"],
    ["bash", "--norc", "-o", "vi"],
    ["bash", "--rcfile", "rc"],
  ])
    assert.deepEqual(Object.keys(await ask("terminal", ...argv)), ["runs"], argv.join(" "));
  for (const argv of [
    ["sh", "x.sh"],
    ["bash", "-e", "./scripts/x.sh", "-c", "y"],
    ["sh", "--", "/work/x.sh"],
    ["bash", "-euo", "pipefail", "x.sh"],
    ["bash", "-C", "x.sh"],
  ])
    assert.deepEqual(await ask("pipe", ...argv), { runs: "a script of the workspace" }, argv.join(" "));
  assert.deepEqual(Object.keys(await ask("pipe", "bash", "--version")), ["runs"]);
  assert.deepEqual(Object.keys(await ask("none", "sh")), ["runs"]);
});

test("what can't be read is said, and odd bytes are not sure", () => {
  const problem = (bytes: Buffer) => {
    const read = readAsked(bytes);
    return "problem" in read ? read.problem : undefined;
  };
  assert.match(problem(Buffer.from("/work\0/bin/rm\0none\0rm")) ?? "", /cut off/);
  assert.match(problem(body("/work", "/bin/rm")) ?? "", /too few/);
  assert.match(problem(body("", "/bin/rm", "none", "rm")) ?? "", /folder/);
  assert.match(problem(body("/work", "/bin/rm", "hologram", "rm")) ?? "", /version/);
  const odd = readAsked(Buffer.concat([body("/work", "/bin/rm", "none", "rm"), Buffer.from([0xff, 0])]));
  assert.ok(!("problem" in odd) && odd.notSure !== undefined);
  assert.deepEqual(readWaiting(Buffer.from("hold_x\0/work\0")), { hold: "hold_x", asked: Buffer.from("/work\0") });
  assert.equal(readWaiting(Buffer.from("none")).hold, "");
});

test("only a clear word decides", () => {
  assert.deepEqual(readDecision("hold_x\n Approve \n"), { hold: "hold_x", decision: "approve" });
  assert.deepEqual(readDecision("hold_x\nd\n"), { hold: "hold_x", decision: "deny" });
  for (const word of ["", "yes", "allow", "a d", "no"])
    assert.equal(readDecision(`hold_x\n${word}\n`).decision, undefined, word);
});
