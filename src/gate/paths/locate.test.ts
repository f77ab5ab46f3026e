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
