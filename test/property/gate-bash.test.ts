import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { judgeCommand } from "../../src/gate/testing.ts";
import { casesOf } from "../corpus/read.ts";

/**
 * Our parser against the shell that will run the text: `bash -n` reads without running. What bash takes, we must not call unreadable; what bash refuses must
 * not be plainly allowed, since then we read something else than it does.
 */
const bash = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash", "/opt/homebrew/bin/bash"].find((path) =>
  existsSync(path),
);
const skip = bash === undefined ? "no bash at /bin, /usr/bin, /usr/local/bin or /opt/homebrew/bin" : false;

const folder = mkdtempSync(join(tmpdir(), "signalbox-bash-"));
after(() => rmSync(folder, { recursive: true }));

/** Which of the texts bash can read (of an error within `[[ ]]` it only tells, and exits 0): one bash for all of them, each text a file of its own that is only parsed. */
function readable(texts: readonly string[]): boolean[] {
  texts.forEach((text, index) => writeFileSync(join(folder, `${index}.sh`), text));
  const loop = `i=0; while [ $i -lt ${texts.length} ]; do if said=$("$0" -n "$1/$i.sh" 2>&1); then case $said in *"syntax error"*|*unexpected*|*expected*) echo n;; *) echo y;; esac; else echo n; fi; i=$((i+1)); done`;
  const { stdout, error } = spawnSync(bash ?? "", ["-c", loop, bash ?? "", folder], {
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    timeout: 60_000,
    maxBuffer: 1 << 24,
  });
  assert.equal(error, undefined);
  const answers = stdout.trim().split("\n");
  assert.equal(answers.length, texts.length);
  return answers.map((answer) => answer === "y");
}

const unread = /not complete or not bash|can't be parsed/;
/** Newer than many a bash: `${ command; }`. Older ones take it and fail when it runs. */
const newer = (text: string): boolean => text.includes("${ ");
/** `bash -n` warns of a here-document that the end of the text closes, and takes it; we call it incomplete. Within backticks, and of `[[ ]]`, it says so only when it runs. */
const later = (text: string): boolean => text.includes("<<") || /\[\[\s*\]\]|`/.test(text) || newer(text);

/**
 * Where the parser is known to be kinder than bash: a parenthesis behind a word, a redirect's number as another's target, `time` or `!` of nothing, and `${ ` that
 * nothing closes. Bash runs nothing of such a text.
 */
const kinder = (text: string): boolean =>
  /[^\s;&|(]\s*\(|[<>]\s*\d[<>]|(?:\btime|!)\s*(?:[;&|)]|$)/.test(text) || newer(text);

const parts =
  "ls echo rm -rf src ~ / cat a.txt $x ${x} ${x:-y} $(ls) `ls` \"a b\" 'c d' $'e' ; && || | |& & > >> < 2>&1 &> <<< ( ) { } [ ] [[ ]] (( )) if then else fi for in while until do done case esac ;; function f() ! * ? {a,b} x=1 x=(1) $((1+1)) <(ls) >(cat) coproc time # \\ \" ' ` $( ${ ) } =".split(
    " ",
  );
const shellish = fc
  .array(fc.constantFrom(...parts, "\n"), { minLength: 1, maxLength: 12 })
  .map((words) => words.join(" "));

describe("the parser against bash -n", { skip }, () => {
  it("reads every command of the corpus that bash reads", () => {
    const texts = [...casesOf("cases"), ...casesOf("day")]
      .filter(({ family }, i) => family !== "other-shells" && i % 16 === 0)
      .map(({ command }) => command);
    const known = readable(texts);
    const wrong = texts.filter((text, index) => known[index] && unread.test(judgeCommand(text).reason));
    assert.deepEqual(wrong, []);
    assert.ok(known.filter(Boolean).length > texts.length * 0.95, "the corpus is bash");
  });

  it("on random texts: takes what bash takes, and does not allow what bash refuses", (t) => {
    const texts = fc.sample(shellish, { numRuns: 400, seed: 20261121 });
    const known = readable(texts);
    const stricter = texts.filter(
      (text, index) => known[index] && !later(text) && unread.test(judgeCommand(text).reason),
    );
    const looser = texts.filter((text, index) => !known[index] && judgeCommand(text).verdict === "allow");
    t.diagnostic(`${known.filter(Boolean).length} of ${texts.length} texts are bash`);
    assert.deepEqual(stricter, [], "bash takes these");
    assert.deepEqual(
      looser.filter((text) => !kinder(text)),
      [],
      "bash refuses these",
    );
  });
});
