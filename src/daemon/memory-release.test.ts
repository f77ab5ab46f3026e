import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { silentLog } from "../kit/log.ts";
import { daemonNodeFlags } from "../protocol/place.ts";
import { createMemoryRelease } from "./memory-release.ts";

test("memory is given back once after each time of work, and never while it goes on", () => {
  let busy = 0.9;
  let collected = 0;
  const look = createMemoryRelease({ log: silentLog, utilization: () => busy, collect: () => void (collected += 1) });
  const looksAt = (utilization: number) => {
    busy = utilization;
    look();
    return collected;
  };
  assert.equal(looksAt(0.9), 0);
  assert.equal(looksAt(0.001), 1);
  assert.equal(looksAt(0.001), 1);
  assert.equal(looksAt(0.5), 1);
  assert.equal(looksAt(0.5), 1);
  assert.equal(looksAt(0.01), 2);
});

test("a daemon that was started by its own command line can collect, and a heap full of garbage becomes small", () => {
  const script = `
    import { createMemoryRelease } from ${JSON.stringify(import.meta.resolve("./memory-release.ts"))};
    let garbage = Array.from({ length: 300_000 }, (_, index) => ({ index }));
    const before = process.memoryUsage().heapTotal;
    garbage = undefined;
    createMemoryRelease({ log: { debug() {} }, utilization: () => 0 })();
    process.stdout.write(JSON.stringify({ before, after: process.memoryUsage().heapTotal }));`;
  const { stdout, stderr } = spawnSync(process.execPath, [...daemonNodeFlags, "--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  const { before, after } = JSON.parse(stdout || `{"stderr":${JSON.stringify(stderr)}}`) as Record<string, number>;
  assert.ok((after ?? 0) < (before ?? 0) - 5e6, `${before} -> ${after}; ${stderr}`);
});
