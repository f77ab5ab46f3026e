import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { worksMax } from "./group-commit.ts";
import { openStore, type Store, StoreFault, takeInstance } from "./index.ts";
import { databases, notes } from "./store.fixture.ts";

const { dir, fresh } = databases();
const open = (path = fresh()) => openStore({ path, migrations: [notes] });
const insert = (store: Store, text: string) => () =>
  Number(store.db.prepare("INSERT INTO notes (text) VALUES (?)").run(text).lastInsertRowid);
const texts = (store: Store) =>
  (store.db.prepare("SELECT text FROM notes ORDER BY id").all() as { text: string }[]).map((row) => row.text);
const isFault = (kind: StoreFault["kind"]) => (error: unknown) =>
  error instanceof StoreFault && error.kind === kind && error.message.length > 20 && error.hint.length > 0;

describe("opening", () => {
  it("sets WAL and mode 0600, also for the files beside, and SQLite syncs its own checkpoints", async () => {
    await using store = open();
    await store.durably(insert(store, "a"));
    assert.equal(store.db.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
    assert.equal(store.db.prepare("PRAGMA synchronous").get()?.["synchronous"], 1);
    for (const suffix of ["", "-wal", "-shm"]) assert.equal(statSync(store.path + suffix).mode & 0o777, 0o600);
  });

  it("runs each room's missing steps once", async () => {
    const path = fresh();
    await open(path).close();
    const second = { room: "notes", version: 2, sql: "ALTER TABLE notes ADD COLUMN tag TEXT" };
    const other = { room: "tags", version: 1, sql: "CREATE TABLE tags (name TEXT PRIMARY KEY) STRICT" };
    for (let times = 0; times < 2; times += 1) {
      await using store = openStore({ path, migrations: [notes, other, second] });
      assert.deepEqual(
        store.db
          .prepare("SELECT room, version FROM store_migrations ORDER BY room, version")
          .all()
          .map((row) => ({ ...row })),
        [
          { room: "notes", version: 1 },
          { room: "notes", version: 2 },
          { room: "tags", version: 1 },
        ],
      );
    }
  });

  it("leaves everything at the old version when a step fails", async () => {
    const path = fresh();
    await open(path).close();
    const broken = { room: "notes", version: 2, sql: "CREATE TABLE extra (id INTEGER); CREATE TABLE notes (id)" };
    assert.throws(() => openStore({ path, migrations: [notes, broken] }), /already exists/);
    await using store = open(path);
    assert.equal(store.db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'extra'").get()?.["n"], 0);
  });

  it("refuses a database of newer code, of an unknown room, of another program, and a damaged one", async () => {
    const newer = fresh();
    await openStore({ path: newer, migrations: [notes, { ...notes, version: 2, sql: "SELECT 1" }] }).close();
    assert.throws(() => open(newer), isFault("newer"));
    const unknown = fresh();
    await openStore({ path: unknown, migrations: [notes, { room: "later", version: 1, sql: "SELECT 1" }] }).close();
    assert.throws(() => open(unknown), isFault("newer"));
    await openStore({ path: unknown, migrations: [notes], someRoomsOnly: true }).close();
    const foreign = fresh();
    const db = new DatabaseSync(foreign);
    db.exec("CREATE TABLE theirs (id)");
    db.close();
    assert.throws(() => open(foreign), isFault("foreign"));
    const damaged = fresh();
    writeFileSync(damaged, "this is no database".repeat(300));
    assert.throws(() => open(damaged), isFault("corrupt"));
    assert.throws(() => open(join(dir, "no", "such", "folder.db")), /ENOENT|can't/);
  });
});

describe("durably", () => {
  it("commits the works of one turn together, in order", async () => {
    await using store = open();
    let commits = 0;
    store.onCommit(() => (commits += 1));
    const ids = await Promise.all(["a", "b", "c"].map((text) => store.durably(insert(store, text))));
    assert.deepEqual(ids, [1, 2, 3]);
    assert.equal(commits, 1);
    assert.deepEqual(texts(store), ["a", "b", "c"]);
  });

  it("lets a work that throws take nobody with it, and tells memory to reload", async () => {
    await using store = open();
    let rollbacks = 0;
    store.onRollback(() => (rollbacks += 1));
    const results = await Promise.allSettled([
      store.durably(insert(store, "a")),
      store.durably(() => {
        insert(store, "lost")();
        throw new Error("mine alone");
      }),
      store.durably(insert(store, "b")),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.match(String((results[1] as PromiseRejectedResult).reason), /mine alone/);
    assert.deepEqual(texts(store), ["a", "b"]);
    assert.equal(rollbacks, 2);
    assert.equal(store.problem, null);
  });

  it("refuses an asynchronous work and keeps nothing of it", async () => {
    await using store = open();
    await assert.rejects(
      store.durably(async () => insert(store, "lost")()),
      /must be synchronous/,
    );
    assert.deepEqual(texts(store), []);
  });

  it("bounds its queue", async () => {
    await using store = open();
    const works = Array.from({ length: worksMax }, () => store.durably(() => undefined));
    await assert.rejects(
      store.durably(() => undefined),
      isFault("busy"),
    );
    await Promise.all(works);
    await store.durably(insert(store, "again"));
  });

  it("commits what waits when it closes, and refuses what comes later", async () => {
    const path = fresh();
    const store = open(path);
    const waiting = store.durably(insert(store, "a"));
    await store.close();
    assert.equal(await waiting, 1);
    await assert.rejects(
      store.durably(() => undefined),
      isFault("closed"),
    );
    await using again = open(path);
    assert.deepEqual(texts(again), ["a"]);
  });

  it("refuses the whole batch when the database is full, says so, and recovers", async () => {
    await using store = open();
    const pages = Number(store.db.prepare("PRAGMA page_count").get()?.["page_count"]);
    store.db.exec(`PRAGMA max_page_count = ${pages + 2}`);
    const results = await Promise.allSettled([
      store.durably(insert(store, "small")),
      store.durably(insert(store, "x".repeat(100_000))),
    ]);
    for (const result of results) assert.ok(result.status === "rejected" && isFault("full")(result.reason));
    assert.ok(isFault("full")(store.problem));
    assert.deepEqual(texts(store), []);
    store.db.exec(`PRAGMA max_page_count = ${pages + 1_000}`);
    await store.durably(insert(store, "x".repeat(100_000)));
    assert.equal(store.problem, null);
  });
});

describe("takeInstance", () => {
  it("serves one daemon: refuses this process and others, until it is released", () => {
    const path = join(dir, "instance.db");
    const other = `const { takeInstance } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
      try { takeInstance(${JSON.stringify(path)}).close(); process.exit(0) } catch (error) { process.exit(error.kind === "busy" ? 3 : 4) }`;
    const tryOther = () => spawnSync(process.execPath, ["--input-type=module", "-e", other]).status;
    {
      using _held = takeInstance(path);
      assert.throws(() => takeInstance(path), isFault("busy"));
      assert.equal(tryOther(), 3);
    }
    assert.equal(tryOther(), 0);
    takeInstance(path).close();
  });
});

describe("a database that is deleted under its process", () => {
  it("takes no more writes, since they would go nowhere, and goes on when the file is back", async () => {
    await using store = open();
    await store.durably(insert(store, "a"));
    const aside = `${store.path}.aside`;
    renameSync(store.path, aside);
    await assert.rejects(store.durably(insert(store, "b")), isFault("io"));
    assert.equal(store.problem?.kind, "io");
    writeFileSync(store.path, "");
    await assert.rejects(store.durably(insert(store, "b")), isFault("io"));
    renameSync(aside, store.path);
    await store.durably(insert(store, "c"));
    assert.deepEqual(texts(store), ["a", "c"]);
    assert.equal(store.problem, null);
  });
});
