import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { installRecording, recordingStatus, uninstallRecording } from "./rc.ts";

function place(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "sb-rc-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const userHome = join(folder, "user");
  mkdirSync(userHome);
  return {
    userHome,
    home: join(folder, "it's home"),
    hook: "/opt/hook",
    spool: ["/opt/node", "main.js"],
    rc: join(userHome, ".bashrc"),
  };
}

test("a linked rc file stays a link, one that leads nowhere yet too; its file comes and goes", (t) => {
  const at = place(t);
  const dotfiles = join(at.userHome, "dotfiles");
  const target = join(dotfiles, "bashrc");
  symlinkSync("dotfiles/bashrc", at.rc);
  assert.ok(installRecording("bash", at));
  assert.equal(readlinkSync(at.rc), "dotfiles/bashrc");
  assert.match(readFileSync(target, "utf8"), /signalbox record/);
  assert.ok(recordingStatus("bash", at).installed);
  assert.ok(uninstallRecording("bash", at));
  assert.ok(lstatSync(at.rc).isSymbolicLink());
  assert.equal(statSync(target, { throwIfNoEntry: false }), undefined);

  writeFileSync(target, "alias x=y\r\n", { mode: 0o640 });
  assert.ok(installRecording("bash", at));
  assert.ok(!installRecording("bash", at));
  assert.equal(statSync(target).mode & 0o777, 0o640);
  assert.ok(uninstallRecording("bash", at));
  assert.equal(readFileSync(target, "utf8"), "alias x=y\r\n");
  assert.equal(readlinkSync(at.rc), "dotfiles/bashrc");
});

test("what is no text is left alone, and so is a folder", (t) => {
  const at = place(t);
  writeFileSync(at.rc, Buffer.from([0x61, 0xff, 0x0a]));
  assert.throws(() => installRecording("bash", at), /can't be read as text, so nothing was changed/);
  assert.deepEqual([...readFileSync(at.rc)], [0x61, 0xff, 0x0a]);
  rmSync(at.rc);
  mkdirSync(at.rc);
  assert.throws(() => installRecording("bash", at), /nothing was changed/);
});

test("a shell below one that exports its PROMPT_COMMAND does not record twice", (t) => {
  const at = place(t);
  installRecording("bash", at);
  const script = join(at.home, "recording", "record.bash");
  const inner = `bash --rcfile "$0" -i -c 'printf "<%s>" "$PROMPT_COMMAND"'`;
  const outer = ["--norc", "-i", "-c", `. "$0"; export PROMPT_COMMAND; ${inner}`, script];
  const env = { PATH: "/usr/bin:/bin", HOME: at.userHome, PROMPT_COMMAND: "mine" };
  const { stdout } = spawnSync("/bin/bash", outer, { encoding: "utf8", env, input: "" });
  assert.equal(stdout, "<__signalbox_record; mine>");
});
