import assert from "node:assert/strict";
import { test } from "node:test";
import { runHost } from "./run-host.ts";

const sh = (script: string) => ({
  file: "/bin/sh",
  args: ["-c", script],
  cwd: "/",
  environment: { PATH: "/usr/bin:/bin" },
});

test("a run tells its code, what it said and nothing of our environment", async (t) => {
  const run = await runHost({ ...sh("cat; echo err >&2; env | wc -l; exit 3"), input: "in " }, { signal: t.signal });
  assert.equal(run.code, 3);
  assert.match(run.stdout, /^in [1-4]\n/);
  assert.equal(run.stderr, "err\n");
});

test("the signal ends the whole group, also what it left in the background", async (t) => {
  const stop = new AbortController();
  const running = runHost(sh("sleep 600 & sleep 600"), { signal: AbortSignal.any([stop.signal, t.signal]) });
  stop.abort();
  const run = await running;
  assert.equal(run.killedBy, "SIGKILL");
});

test("a background process that holds the pipes open does not keep the run from ending", async (t) => {
  const run = await runHost(sh("setsid sleep 20 & echo said; exit 0"), { signal: t.signal });
  assert.equal(run.code, 0);
  assert.equal(run.stdout, "said\n");
  assert.ok(run.tookMs < 15_000, `${run.tookMs} ms`);
});

test("long output is cut at the front", async (t) => {
  const run = await runHost(sh("head -c 400000 /dev/zero | tr '\\0' x; echo end"), { signal: t.signal });
  assert.equal(run.stdout.length, 256 * 1024);
  assert.ok(run.stdout.endsWith("end\n"));
});

test("a program that can't be started rejects", async (t) => {
  await assert.rejects(
    runHost({ file: "/no/such", args: [], cwd: "/", environment: {} }, { signal: t.signal }),
    /ENOENT/,
  );
});
