import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../judge.ts";
import { builtinPolicy, ordinaryCall, ordinaryMachine } from "../testing.ts";
import { locate } from "./locate.ts";

const machine = { ...ordinaryMachine, userHome: "/tmp/home", signalboxPaths: [], agentConfigPaths: [] };
const workspace = { root: "/tmp/home/project", added: [], ordinary: true };

test("a home that lies in temp is a home as a whole, and what is in a workspace below it is the workspace's", () => {
  assert.deepEqual(locate("/tmp/home", workspace, machine), { place: "home", whole: true, quiet: false });
  assert.equal(locate("/tmp/home/project/src", workspace, machine).place, "workspace");
  assert.equal(locate("/tmp/other", workspace, machine).place, "temp");
  const call = { ...ordinaryCall("Bash", { command: "rm -rf ~" }), cwd: workspace.root, workspace };
  assert.equal(judge(call, machine, new Map(), builtinPolicy).verdict, "deny");
});

test("what is in a home that lies in temp is a person's, but for temp folders of its own", () => {
  for (const command of [
    "echo x > ~/.bashrc",
    "echo x >> ~/.ssh/authorized_keys",
    "rm -rf ~/photos",
    "echo x > ~/notes",
  ]) {
    const call = { ...ordinaryCall("Bash", { command }), cwd: workspace.root, workspace };
    assert.equal(judge(call, machine, new Map(), builtinPolicy).verdict, "hold", command);
  }
  assert.equal(locate("/tmp/home/photos", workspace, machine).place, "home");
  const inHome = { ...machine, tempRoots: ["/tmp", "/tmp/home/tmp"] };
  assert.equal(locate("/tmp/home/tmp/a", workspace, inHome).place, "temp");
  assert.equal(locate("/tmp/home/a", workspace, inHome).place, "home");
  const ordinary = { ...machine, userHome: "/home/me", tempRoots: ["/tmp", "/home/me/tmp"] };
  assert.equal(locate("/home/me/tmp/a", workspace, ordinary).place, "temp");
  assert.equal(locate("/tmp/a", workspace, { ...machine, userHome: "/" }).place, "temp");
  assert.equal(locate("/tmp/a", workspace, { ...machine, userHome: "/tmp" }).place, "temp");
});

test("what lies below a home in temp is a home's: its secrets, its rc files and its documents", () => {
  for (const [command, verdict] of [
    ["cat ~/.ssh/id_rsa", "hold"],
    ["cat /tmp/home/.aws/credentials", "hold"],
    ["echo 'alias ls=x' >> ~/.bashrc", "hold"],
    ["rm -rf ~/Documents", "hold"],
    ["rm -rf /tmp/scratch", "allow"],
    ["rm -rf node_modules", "allow"],
    ["ls ~", "allow"],
  ] as const) {
    const call = { ...ordinaryCall("Bash", { command }), cwd: workspace.root, workspace };
    assert.equal(judge(call, machine, new Map(), builtinPolicy).verdict, verdict, command);
  }
});
