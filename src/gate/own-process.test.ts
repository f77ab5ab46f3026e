import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fact } from "./call.ts";
import { judgeCommand } from "./testing.ts";

/** The daemon's number says nothing by itself; a fact tells whose it is. */
describe("a process by its number", () => {
  const told = (ours: boolean) => new Map<string, Fact>([["process:4242", { ask: "process", ours }]]);

  for (const command of ["kill 4242", "kill -9 4242", "kill -STOP 1111 4242", "gdb -p 4242", "echo 4242 | xargs kill"])
    it(`${command}: denied if it is Signalbox's`, () => {
      const judged = judgeCommand(command, told(true));
      assert.equal(judged.verdict, "deny");
      assert.ok(judged.used.includes("process:4242"));
    });

  it("of another's process it is asked, and then it is as before", () => {
    assert.deepEqual(judgeCommand("kill 4242").wanted, [{ ask: "process", path: "4242" }]);
    assert.equal(judgeCommand("kill 4242", told(false)).verdict, "allow");
    assert.equal(judgeCommand("kill %1 $!").wanted.length, 0);
  });
});
