import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { openStore, type Store, StoreFault } from "./index.ts";
import { databases, notes } from "./store.fixture.ts";
import type { LogDisk } from "./wal-sync.ts";

const { fresh } = databases();
const open = (logDisk?: LogDisk, path = fresh()) =>
  openStore({ path, migrations: [notes], ...(logDisk === undefined ? {} : { logDisk }) });
const add = (store: Store, ...texts: string[]) =>
  texts.map((text) =>
    store.durably(() => {
      store.db.prepare("INSERT INTO notes (text) VALUES (?)").run(text);
      return text;
    }),
  );
const count = (store: Store) => Number(store.db.prepare("SELECT count(*) AS n FROM notes").get()?.["n"]);
const isIo = (error: unknown) => error instanceof StoreFault && error.kind === "io" && error.hint.includes("restart");
const failure = () => Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" });

/** A disk whose syncs end when the test says so, and how. */
class HeldDisk implements LogDisk {
  readonly running: ((error: Error | null) => void)[] = [];
  onLoop = 0;
  failsOnLoop = false;
  readonly patienceMs: number;

  constructor(patienceMs = 60_000) {
    this.patienceMs = patienceMs;
  }

  sync(_: number, done: (error: Error | null) => void): void {
    this.running.push(done);
  }

  syncNow(): void {
    this.onLoop += 1;
    if (this.failsOnLoop) throw failure();
  }

  /** Resolves when a sync has begun. */
  async began(): Promise<void> {
    while (this.running.length === 0) await turn();
  }

  end(error: Error | null = null): void {
    this.running.shift()?.(error);
  }
}

/** What has become of them by now, some loop turns later. */
async function settledOf(works: readonly Promise<unknown>[]): Promise<number> {
  let settled = 0;
  for (const work of works)
    work.then(
      () => (settled += 1),
      () => (settled += 1),
    );
  for (let turns = 0; turns < 5; turns += 1) await turn();
  return settled;
}

/** A process that commits, and says when the sync of that begins, which its disk never ends. It would say so if anything were answered. */
const committer = `
  import { writeSync } from "node:fs";
  const { openStore } = await import(${JSON.stringify(import.meta.resolve("./index.ts"))});
  const store = openStore({
    path: process.argv[1],
    migrations: [${JSON.stringify(notes)}],
    logDisk: { sync: () => writeSync(1, "syncing"), syncNow: () => {}, patienceMs: 60_000 },
  });
  const insert = store.db.prepare("INSERT INTO notes (text) VALUES (?)");
  for (const text of ["a", "b", "c"])
    store.durably(() => insert.run(text)).then(() => writeSync(1, "answered"), () => writeSync(1, "refused"));
  setInterval(() => {}, 1_000);`;

describe("the sync beside the loop", () => {
  it("tells no work that it is done before its log is on disk; what comes meanwhile gathers for the next commit", async () => {
    const disk = new HeldDisk();
    await using store = open(disk);
    const first = add(store, "a", "b", "c");
    await disk.began();
    const second = [...add(store, "d", "e"), ...add(store, "f")];
    assert.equal(await settledOf([...first, ...second]), 0);
    assert.equal(count(store), 3);
    assert.equal(disk.running.length, 1);
    disk.end();
    assert.deepEqual(await Promise.all(first), ["a", "b", "c"]);
    assert.equal(await settledOf(second), 0);
    assert.equal(count(store), 6);
    disk.end();
    assert.deepEqual(await Promise.all(second), ["d", "e", "f"]);
    assert.equal(disk.running.length, 0);
  });

  it("keeps a work that only reads waiting for what it may have read, and syncs nothing for it alone", async () => {
    const disk = new HeldDisk();
    await using store = open(disk);
    const written = add(store, "a", "b", "c");
    await disk.began();
    const read = store.durably(() => count(store));
    assert.equal(await settledOf([read]), 0);
    disk.end();
    await Promise.all(written);
    assert.equal(await read, 3);
    const { onLoop } = disk;
    assert.equal(await store.durably(() => count(store)), 3);
    assert.equal(disk.onLoop, onLoop);
    assert.equal(disk.running.length, 0);
  });

  it("syncs a lone work on the loop", async () => {
    const disk = new HeldDisk();
    await using store = open(disk);
    const { onLoop } = disk;
    await Promise.all(add(store, "a"));
    assert.equal(disk.onLoop, onLoop + 1);
    assert.equal(disk.running.length, 0);
  });

  it("refuses what was not synced and what waits when a sync fails, and never asks that disk again", async () => {
    const disk = new HeldDisk();
    const path = fresh();
    const store = open(disk, path);
    const first = add(store, "a", "b", "c");
    await disk.began();
    const meanwhile = add(store, "d");
    await settledOf(meanwhile);
    disk.end(failure());
    for (const work of [...first, ...meanwhile]) await assert.rejects(work, isIo);
    const { onLoop } = disk;
    for (const later of add(store, "e", "f", "g")) await assert.rejects(later, isIo);
    await assert.rejects(
      store.durably(() => undefined),
      isIo,
    );
    assert.throws(() => store.atOnce(() => undefined), isIo);
    assert.ok(isIo(store.problem));
    assert.equal(disk.onLoop, onLoop);
    assert.equal(disk.running.length, 0);
    assert.equal(count(store), 3, "nothing more was written");
    await store.close();
    await using again = open(undefined, path);
    await Promise.all(add(again, "h"));
    assert.equal(again.problem, null);
  });

  it("refuses when the sync on the loop fails, and at the start", async () => {
    const disk = new HeldDisk();
    const path = fresh();
    {
      await using store = open(disk, path);
      disk.failsOnLoop = true;
      for (const work of add(store, "a")) await assert.rejects(work, isIo);
      assert.throws(() => store.atOnce(() => undefined), isIo);
    }
    assert.throws(() => open(disk, path), isIo);
  });

  it("syncs on the loop while the threads are stuck, and off it again when they are back", async () => {
    const disk = new HeldDisk(10);
    await using store = open(disk);
    const { onLoop } = disk;
    await Promise.all(add(store, "a", "b", "c"));
    assert.equal(disk.onLoop, onLoop + 1);
    await Promise.all(add(store, "d", "e", "f"));
    assert.equal(disk.onLoop, onLoop + 2, "the thread is not waited for again");
    assert.equal(disk.running.length, 1, "nor asked");
    disk.end();
    const later = add(store, "g", "h", "i");
    await disk.began();
    disk.end();
    await Promise.all(later);
  });

  it("refuses what comes after a stuck thread has come back with a failure, and closes while one is stuck", async () => {
    const disk = new HeldDisk(10);
    const store = open(disk);
    await Promise.all(add(store, "a", "b", "c"));
    disk.end(failure());
    for (const work of add(store, "d")) await assert.rejects(work, isIo);
    await store.close();
    const other = new HeldDisk(10);
    const stuck = open(other);
    const works = add(stuck, "a", "b", "c");
    await stuck.close();
    assert.deepEqual(await Promise.all(works), ["a", "b", "c"]);
    assert.equal(other.running.length, 1);
  });

  it("refuses what waits for a stuck thread when the disk fails on the loop, too", async () => {
    const disk = new HeldDisk(10);
    await using store = open(disk);
    const works = add(store, "a", "b", "c");
    disk.failsOnLoop = true;
    for (const work of works) await assert.rejects(work, isIo);
  });

  it("takes no more writes when the log is no longer at its path", async () => {
    const store = open();
    await Promise.all(add(store, "a"));
    const log = `${store.path}-wal`;
    renameSync(log, `${log}.aside`);
    writeFileSync(log, "");
    for (const work of add(store, "b")) await assert.rejects(work, /deleted or replaced/);
    assert.equal(store.outsideChange(), "replaced");
    renameSync(`${log}.aside`, log);
    await Promise.all(add(store, "c"));
    await store.close();
  });

  it("loses nothing that was committed when the process is killed before the sync, and had answered nobody", async () => {
    const path = fresh();
    const child = spawn(process.execPath, ["--input-type=module", "-e", committer, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("syncing")) child.kill("SIGKILL");
    });
    await once(child, "close");
    assert.equal(said, "syncing");
    await using store = open(undefined, path);
    assert.equal(count(store), 3);
    await Promise.all(add(store, "d"));
  });
});
