import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createLog, logLineBytesMax } from "./log-file.ts";

function folder(t: { after(done: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), "sb-log-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const lines = (path: string): Record<string, unknown>[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("writes one JSON line with fields, level, time and sentence, readable by its owner only", (t) => {
  const path = join(folder(t), "log");
  using log = createLog({ path, level: "info", bytesMax: 10_000, filesMax: 2 });
  log.debug({}, "too quiet");
  log.info({ hold: "hold_x" }, "a hold was opened");
  log.child({ room: "holds" }).error({ err: new Error("boom") }, "it failed");
  const [first, second] = lines(path);
  assert.equal(lines(path).length, 2);
  assert.equal(first?.["level"], "info");
  assert.equal(first?.["hold"], "hold_x");
  assert.equal(first?.["msg"], "a hold was opened");
  assert.ok(!Number.isNaN(Date.parse(String(first?.["time"]))));
  assert.equal(second?.["room"], "holds");
  assert.match(JSON.stringify(second?.["err"]), /"message":"boom"/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("rotates before the size limit and keeps filesMax files", (t) => {
  const dir = folder(t);
  const path = join(dir, "log");
  using log = createLog({ path, level: "info", bytesMax: 1_000, filesMax: 3 });
  for (let index = 0; index < 100; index += 1) log.info({ index }, "x".repeat(100));
  assert.deepEqual(readdirSync(dir).sort(), ["log", "log.1", "log.2"]);
  for (const name of readdirSync(dir)) assert.ok(statSync(join(dir, name)).size <= 1_000);
  assert.equal(lines(path).at(-1)?.["index"], 99);
  const before = lines(`${path}.1`).at(-1)?.["index"] as number;
  assert.equal(lines(path)[0]?.["index"], before + 1);
});

test("a restart goes on in the same file and still rotates", (t) => {
  const path = join(folder(t), "log");
  for (let run = 0; run < 20; run += 1) {
    using log = createLog({ path, level: "info", bytesMax: 500, filesMax: 1 });
    log.info({ run }, "started");
  }
  assert.ok(statSync(path).size <= 500);
  assert.equal(lines(path).at(-1)?.["run"], 19);
});

test("a line that is too long is replaced, a field that can't be written does not throw", (t) => {
  const path = join(folder(t), "log");
  using log = createLog({ path, level: "info", bytesMax: 1_000_000, filesMax: 2 });
  log.info({ text: "x".repeat(logLineBytesMax) }, "long");
  const hostile = {
    get trap(): string {
      throw new Error("no");
    },
  };
  log.info(hostile, "trapped");
  const all = lines(path);
  assert.match(String(all[0]?.["msg"]), /a log line of \d+ bytes was left out/);
  assert.ok(String(all[1]?.["msg"]).startsWith("trapped"));
});

test("a disk that refuses loses lines, counts them and says so when it is back", (t) => {
  const dir = folder(t);
  const path = join(dir, "away", "log");
  using log = createLog({ path, level: "info", bytesMax: 10_000, filesMax: 2 });
  log.info({}, "lost 1");
  log.info({}, "lost 2");
  mkdirSync(join(dir, "away"));
  log.info({}, "back");
  const all = lines(path);
  assert.match(String(all[0]?.["msg"]), /^2 log lines were lost/);
  assert.equal(all[1]?.["msg"], "back");
});
