import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { plainEnvironment, root, run } from "../support/daemon.ts";
import { remove, temporary } from "../support/temporary.ts";

/** Where compiled code is kept: whoever can write there decides what runs. */
async function keptAfter(t: TestContext, prepare: (folder: string) => void = () => {}): Promise<string> {
  const home = temporary();
  t.after(() => remove(home));
  const folder = join(home, ".cache", "signalbox");
  prepare(folder);
  const { code } = await run(process.execPath, [join(root, "bin/signalbox.js"), "--help"], {
    env: { ...plainEnvironment, HOME: home },
  });
  assert.equal(code, 0);
  return folder;
}

test("compiled code is kept in a folder that is this user's alone", async (t) => {
  const folder = await keptAfter(t);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.notDeepEqual(readdirSync(folder), []);
});

test("a folder that others can write to is not used", async (t) => {
  for (const mode of [0o770, 0o707]) {
    const folder = await keptAfter(t, (path) => {
      mkdirSync(path, { recursive: true });
      chmodSync(path, mode);
    });
    assert.deepEqual(readdirSync(folder), []);
  }
});

const asRoot = process.getuid?.() === 0;
test("another user's folder is not used", { skip: !asRoot && "takes root to play another user" }, async (t) => {
  const folder = await keptAfter(t, (path) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    chownSync(path, 65_534, 65_534);
  });
  assert.deepEqual(readdirSync(folder), []);
});
