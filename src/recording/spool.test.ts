import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { limits } from "../protocol/limits.ts";
import { GateRecord } from "../protocol/operations/gate.ts";
import { addToSpool, takeSpool } from "./spool.ts";

const record = (command: string): GateRecord =>
  GateRecord.parse({ session: "s", cwd: "/", input: { command }, exitCode: 0, ranAt: "2026-11-21T07:00:00.000Z" });

function home(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "sb-spool-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("what was taken is not handed over again when a later one is not taken", async (t) => {
  const at = home(t);
  for (const command of ["one", "two", "three"]) assert.ok(addToSpool(at, record(command)));
  const taken: unknown[] = [];
  const take = async ({ input }: GateRecord) => {
    if (input["command"] === "two" && taken.length === 1) throw new Error("the disk is full");
    taken.push(input["command"]);
  };
  await assert.rejects(takeSpool(at, take), /disk is full/);
  assert.ok(addToSpool(at, record("four")));
  taken.push("meanwhile");
  assert.equal(await takeSpool(at, take), 2);
  assert.equal(await takeSpool(at, take), 1);
  assert.deepEqual(taken, ["one", "meanwhile", "two", "three", "four"]);
  assert.ok(!existsSync(join(at, "recording", "spool.taken")));
  assert.equal(await takeSpool(at, take), 0);
});

test("the spool has an end", (t) => {
  const at = home(t);
  const long = record("x".repeat(60_000));
  let kept = 0;
  while (addToSpool(at, long)) kept += 1;
  const bytes = JSON.stringify(long).length + 1;
  assert.equal(kept, Math.floor(limits.recordSpoolBytesMax / bytes));
});
