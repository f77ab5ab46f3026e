import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { running } from "./running.ts";

test("a process runs until it ends, waited for or not", { timeout: 10_000 }, async () => {
  assert.equal(running(process.pid), true);
  assert.equal(running(2 ** 22 + 1), false, "above the largest pid");
  // The shell becomes a program that never waits for the child it was given.
  const parent = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60 >&-"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    let out = "";
    parent.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    await once(parent.stdout, "end"); // both have closed it: the child by ending, which is then all but done
    while (running(Number(out))) await later(1);
    assert.equal(running(parent.pid ?? 0), true);
  } finally {
    parent.kill();
    await once(parent, "exit");
  }
  assert.equal(running(parent.pid ?? 0), false);
});
