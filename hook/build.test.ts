import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const script = join(import.meta.dirname, "..", "scripts", "build-hook.js");
const build = (flags: readonly string[], environment: Record<string, string>) =>
  spawnSync(process.execPath, [script, ...flags], { encoding: "utf8", env: environment });

test("without a C compiler it says what to install, and is not fatal where it need not be", () => {
  const nothing = { PATH: "/nonexistent" };
  const built = build([], nothing);
  assert.equal(built.status, 1);
  assert.match(built.stderr, /apt install gcc.*dnf install gcc.*xcode-select/);
  const tried = build(["--if-possible"], nothing);
  assert.equal(tried.status, 0);
  assert.match(tried.stdout, /needs a C compiler/);
});

test("a flag that it does not know is refused", () => {
  const built = build(["--fast"], {});
  assert.equal(built.status, 1);
  assert.match(built.stderr, /--fast/);
});
