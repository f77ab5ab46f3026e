import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { Refusal } from "../../src/protocol/refusals.ts";
import { StoreFault } from "../../src/store/index.ts";
import { LedgerHome, never, type OpenHome } from "../support/ledger-home.ts";

/** Disks that are full, read-only or damaged: the answer is a refusal that says what to do, and the ledger heals when the disk does. */

const judged = { kind: "gate/judged", payload: { command: "x".repeat(2_000) } };
const unavailable = (message: RegExp) => (error: unknown) =>
  error instanceof Refusal &&
  error.code === "LEDGER_UNAVAILABLE" &&
  message.test(error.message) &&
  error.hint !== undefined;

async function fillUp({ ledger }: OpenHome): Promise<unknown> {
  for (;;) {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => ledger.append(judged)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) return failed.reason;
  }
}

/** Tools of the system; where they are missing or not allowed, the tests that need them say that they were skipped. */
const tools = { mount: "mount", unmount: "umount" };

/** A file system of its own, of this size; undefined where this user may not mount one. */
function mountTiny(context: TestContext, bytes: number): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), "tiny-"));
  const mounted =
    process.platform === "linux" &&
    spawnSync(tools.mount, ["-t", "tmpfs", "-o", `size=${bytes},mode=700`, "tmpfs", dir]).status === 0;
  context.after(() => {
    if (mounted) spawnSync(tools.unmount, ["-l", dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  return mounted ? dir : undefined;
}

describe("a full disk", () => {
  it("refuses with a sentence, keeps what was acknowledged, and goes on when there is space", async (context) => {
    const dir = mountTiny(context, 1_500_000);
    if (dir === undefined) return context.skip("this user may not mount a small file system");
    writeFileSync(join(dir, "ballast"), Buffer.alloc(400_000));
    const home = new LedgerHome({}, { dir });
    await using open = home.open();
    const refusal = await fillUp(open);
    assert.ok(unavailable(/full/)(refusal), String(refusal));
    assert.match(open.ledger.problem() ?? "", /full/);
    const { entries } = open.ledger.status();
    rmSync(join(dir, "ballast"));
    assert.equal((await open.ledger.append(judged)).seq, entries);
    assert.equal(open.ledger.problem(), null);
    assert.deepEqual((await open.ledger.verify({ signal: never })).findings, []);
  });

  it("does the same when the database itself may not grow", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    await LedgerHome.fill(open, 20);
    const pages = Number(open.store.db.prepare("PRAGMA page_count").get()?.["page_count"]);
    open.store.db.exec(`PRAGMA max_page_count = ${pages + 4}`);
    assert.ok(unavailable(/full/)(await fillUp(open)));
    const { entries } = open.ledger.status();
    open.store.db.exec("PRAGMA max_page_count = 100000");
    assert.equal((await open.ledger.append(judged)).seq, entries);
    assert.deepEqual((await open.ledger.verify({ signal: never })).findings, []);
  });

  it("that is full at the start denies, and opens by itself when there is space", async (context) => {
    const dir = mountTiny(context, 1_500_000);
    if (dir === undefined) return context.skip("this user may not mount a small file system");
    const home = new LedgerHome({}, { dir });
    await home.open()[Symbol.asyncDispose]();
    const ballast = join(dir, "ballast");
    spawnSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=4096"]); // until there is no page left
    let open: OpenHome;
    try {
      open = home.open();
    } catch (error) {
      // Not even the database's shared memory file has room: the daemon says so and does not start.
      assert.ok(error instanceof StoreFault && ["full", "io", "unwritable"].includes(error.kind), String(error));
      truncateSync(ballast, statSync(ballast).size - 8 * 4_096);
      open = home.open();
    }
    await using _open = open;
    assert.match(open.ledger.problem() ?? "", /full|failed/);
    await assert.rejects(open.ledger.append(judged), unavailable(/full|failed/));
    rmSync(ballast);
    home.clock.advance(6_000);
    while (open.ledger.problem() !== null) await new Promise((resolve) => setImmediate(resolve));
    await open.ledger.append(judged);
    assert.deepEqual((await open.ledger.verify({ signal: never })).findings, []);
  });
});

describe("a disk that can't be written", () => {
  it("is named when the home is read-only", async (context) => {
    const dir = mountTiny(context, 4_000_000);
    if (dir === undefined) return context.skip("this user may not mount a small file system");
    const home = new LedgerHome({}, { dir });
    await home.open()[Symbol.asyncDispose]();
    assert.equal(spawnSync(tools.mount, ["-o", "remount,ro", dir]).status, 0);
    assert.throws(
      () => home.open(),
      (error) => error instanceof StoreFault && error.kind === "unwritable" && /signalbox/.test(error.hint),
    );
  });

  it("refuses a ledger whose keys folder is a file", async () => {
    using home = new LedgerHome();
    writeFileSync(home.keysDir, "");
    await using open = home.open();
    await assert.rejects(open.ledger.append(judged), unavailable(/can't be used/));
  });

  it("keeps recording when only the checkpoints file can't be written, and says so", async () => {
    using home = new LedgerHome();
    mkdirSync(home.checkpoints);
    await using open = home.open();
    // A folder in its place can't be read as an anchor either: that is a fault of the start and not silently ignored.
    assert.match(open.ledger.problem() ?? "", /EISDIR|can't be used/);
  });
});

describe("a damaged database", () => {
  it("is refused by its header, and named by verify when the damage is inside", async () => {
    using home = new LedgerHome();
    {
      await using open = home.open();
      await LedgerHome.fill(open, 500);
    }
    const bytes = statSync(home.database).size;
    {
      using copy = home.copy();
      const { openSync, writeSync, closeSync } = await import("node:fs");
      const file = openSync(copy.database, "r+");
      for (let at = 8_192; at < bytes - 4_096; at += 4_096) writeSync(file, Buffer.alloc(2_048, 0x5a), 0, 2_048, at);
      closeSync(file);
      let findings: readonly { problem: string }[] = [];
      try {
        await using open = copy.open();
        findings = (await open.ledger.verify({ signal: never })).findings;
      } catch (error) {
        assert.ok(error instanceof StoreFault && error.kind === "corrupt", String(error));
        findings = [{ problem: error.message }];
      }
      assert.ok(findings.length > 0);
    }
    writeFileSync(home.database, Buffer.alloc(100, 1), { flag: "r+" });
    assert.throws(
      () => home.open(),
      (error) => error instanceof StoreFault && error.kind === "corrupt" && error.hint === "signalbox ledger recover",
    );
  });
});
