import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { findGit } from "./git.ts";
import { unignoredOf, watchPlan } from "./git-watch.ts";

const needsGit = { skip: findGit() === undefined ? "git is not installed" : false };
const signal = new AbortController().signal;

function workingTree(t: TestContext): string {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "sb-facts-")));
  t.after(() => rmSync(top, { recursive: true, force: true }));
  mkdirSync(join(top, "dist/deep"), { recursive: true });
  for (const name of ["a.ts", "kept.log", "dist/deep/x.js"]) writeFileSync(join(top, name), "");
  writeFileSync(join(top, ".gitignore"), "dist/\n*.log\n");
  execFileSync("git", ["init", "-q"], { cwd: top });
  execFileSync("git", ["add", "-f", "a.ts", "kept.log"], { cwd: top });
  return top;
}

test("folders that git ignores need no watching; what is no top of a working tree can't be", needsGit, async (t) => {
  const top = workingTree(t);
  assert.deepEqual(await watchPlan(top, signal), { skip: ["dist"] });
  assert.match(JSON.stringify(await watchPlan(join(top, "dist"), signal)), /no working tree/);
});

test("what is gone is told apart: tracked or not ignored, and ignored even as a folder", needsGit, async (t) => {
  const top = workingTree(t);
  rmSync(join(top, "dist"), { recursive: true });
  rmSync(join(top, "kept.log"));
  const paths = ["kept.log", "never.log", "dist", "dist/deep/x.js", "a.ts", ":(glob)*", "new\nline"];
  assert.deepEqual(await unignoredOf(top, paths, signal), ["kept.log", "a.ts", ":(glob)*", "new\nline"]);
  assert.deepEqual(await unignoredOf(top, ["a.ts"], signal), ["a.ts"]);
  const many = Array.from({ length: 10_000 }, (_, at) => `dist/${at}`);
  assert.deepEqual(await unignoredOf(top, many, signal), []);
  await assert.rejects(unignoredOf(top, paths, AbortSignal.abort(new Error("enough"))), /enough/);
});
