import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { LedgerHome, never, type OpenHome } from "../../test/support/ledger-home.ts";
import { placeIn } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import { recoverLedger } from "./index.ts";
import { parseCheckpoint, parseNote } from "./note.ts";
import type { Entry } from "./types.ts";
import { verifyLines, verifyProof } from "./verifier/verify-file.ts";

const refusal = (code: Refusal["code"], message: RegExp) => (error: unknown) =>
  error instanceof Refusal && error.code === code && message.test(error.message);
const kinds = ({ ledger }: OpenHome): string[] => ledger.list({ after: -1, limit: 1_000 }).map((entry) => entry.kind);
const judged = { kind: "gate/judged", agent: "claude-code", session: "sess_1", payload: { command: "ls" } };
const sizeOf = (note: string) => parseCheckpoint(parseNote(note).text).size;
/** Lets the event loop turn until the checkpoint is there; each turn may pass some time on the clock. */
async function untilCheckpoint(
  { ledger }: OpenHome,
  size: number,
  passTime: () => void = () => undefined,
): Promise<void> {
  for (let turns = 0; (ledger.status().checkpoint?.size ?? 0) < size; turns += 1) {
    assert.ok(turns < 100_000, `no checkpoint of ${size} entries`);
    passTime();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("appending and reading", () => {
  it("numbers entries without gaps and shows them as they were given", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    const { ledger } = open;
    assert.deepEqual(await ledger.append(judged), { seq: 1, at: "2026-11-21T04:00:00.000Z" });
    const [entry] = ledger.list({ limit: 1 });
    assert.deepEqual({ ...entry, leaf: "" }, { seq: 1, at: "2026-11-21T04:00:00.000Z", ...judged, leaf: "" });
    assert.deepEqual(ledger.get(1), entry);
    assert.throws(() => ledger.get(2), refusal("NOT_FOUND", /There is no entry 2; the newest is 1/));
    assert.deepEqual(kinds(open), ["ledger/opened", "gate/judged"]);
  });

  it("filters by kind and session, in both directions", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    await LedgerHome.fill(open, 60);
    const { ledger } = open;
    assert.deepEqual(
      ledger.list({ kind: "hold/decided", limit: 2 }).map(({ seq }) => seq),
      [60, 57],
    );
    assert.deepEqual(
      ledger
        .list({ session: "sess_1", after: 10, limit: 2 })
        .every(({ seq, session }) => seq > 10 && session === "sess_1"),
      true,
    );
    assert.deepEqual(
      ledger.list({ after: 58, limit: 10 }).map(({ seq }) => seq),
      [59, 60],
    );
    assert.deepEqual(
      ledger.list({ before: 2, limit: 10 }).map(({ seq }) => seq),
      [1, 0],
    );
  });

  it("writes a row and its entry together or not at all", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    const { store, ledger } = open;
    store.db.exec("CREATE TABLE mine (id INTEGER)");
    const both = (fail: boolean) =>
      store.durably(() => {
        store.db.exec("INSERT INTO mine VALUES (1)");
        const { seq } = ledger.write(judged);
        if (fail) throw new Error("no");
        return seq;
      });
    const results = await Promise.allSettled([both(false), both(true), both(false)]);
    assert.deepEqual(
      results.map((result) => (result.status === "fulfilled" ? result.value : "no")),
      [1, "no", 2],
    );
    assert.equal(store.db.prepare("SELECT count(*) AS n FROM mine").get()?.["n"], 2);
    assert.throws(() => ledger.write(judged), /inside store.durably/);
    assert.equal((await ledger.verify({ signal: never })).ok, true);
  });

  it("refuses what is no entry", async () => {
    using home = new LedgerHome({ payloadBytesMax: 100 });
    await using open = home.open();
    const { ledger } = open;
    await assert.rejects(ledger.append({ ...judged, kind: "Judged!" }), refusal("INVALID_PARAMS", /not a kind/));
    await assert.rejects(
      ledger.append({ ...judged, session: "s".repeat(300) }),
      refusal("INVALID_PARAMS", /300 characters/),
    );
    await assert.rejects(
      ledger.append({ ...judged, payload: { text: "x".repeat(100) } }),
      refusal("TOO_LARGE", /limit of 100/),
    );
    assert.equal(ledger.status().entries, 1);
  });

  it("keeps hostile text exactly, and verifies it", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    const { ledger } = open;
    const text = 'lone \ud800 nul \0 bidi \u202e quote " back \\ sep \u2028 emoji 👩‍💻';
    await ledger.append({
      kind: "gate/judged",
      agent: text,
      session: text,
      payload: { [text]: text, nested: [{ a: [1.5, -0, 1e21, null] }] },
    });
    assert.deepEqual(ledger.get(1).payload, { [text]: text, nested: [{ a: [1.5, 0, 1e21, null] }] });
    assert.deepEqual((await ledger.verify({ signal: never })).findings, []);
    assert.equal((await verifyLines(await lines(open))).ok, true);
  });

  it("tells listeners what was committed, in order, and nothing that was rolled back", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    const { store, ledger } = open;
    const heard: Entry[] = [];
    const all = new Promise<void>((resolve) => {
      ledger.tail((entries) => {
        heard.push(...entries);
        if (heard.length >= 60) resolve();
      });
    });
    ledger.tail(() => {
      throw new Error("a bad listener");
    });
    const lost = store.durably(() => {
      ledger.write(judged);
      throw new Error("no");
    });
    await Promise.allSettled([lost, LedgerHome.fill(open, 60)]);
    await all;
    assert.deepEqual(
      heard.map(({ seq }) => seq),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    assert.ok(home.reports.every((report) => report.includes("a bad listener")));
  });
});

async function lines({ ledger }: OpenHome): Promise<string[]> {
  return await Array.fromAsync(ledger.export({ signal: never }));
}

describe("time", () => {
  it("never decreases; a step of the wall clock is an entry, slow correction and passing time are not", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    const { ledger } = open;
    await ledger.append(judged);
    home.clock.advance(3_600_000);
    await ledger.append(judged);
    home.clock.step(-200);
    await ledger.append(judged);
    home.clock.step(-600_000);
    await ledger.append(judged);
    home.clock.step(600_200);
    await ledger.append(judged);
    const entries = ledger.list({ after: 0, limit: 20 });
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      [
        "gate/judged",
        "gate/judged",
        "gate/judged",
        "ledger/clock-stepped",
        "gate/judged",
        "ledger/clock-stepped",
        "gate/judged",
      ],
    );
    assert.deepEqual(
      entries.flatMap(({ kind, payload }) => (kind === "ledger/clock-stepped" ? [payload?.["byMs"]] : [])),
      [-600_000, 600_200],
    );
    assert.deepEqual(
      entries.map(({ at }) => at),
      entries.map(({ at }) => at).toSorted(),
    );
    assert.equal((await ledger.verify({ signal: never })).ok, true);
  });

  it("enters a step that happened while nothing ran", async () => {
    using home = new LedgerHome();
    await home.open()[Symbol.asyncDispose]();
    home.clock.step(-86_400_000);
    await using open = home.open();
    assert.deepEqual(kinds(open), ["ledger/opened", "ledger/closed", "ledger/clock-stepped", "ledger/opened"]);
  });
});

describe("the database while the ledger is open", () => {
  const until = async (home: LedgerHome, isSo: () => boolean): Promise<void> => {
    for (let turns = 0; !isSo(); turns += 1) {
      assert.ok(turns < 100_000, "it was not noticed");
      home.clock.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it("written to by another process, is entered as touched", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    home.edit((db) => db.exec("CREATE TABLE theirs (id INTEGER)"));
    await until(home, () => kinds(open).includes("ledger/database-touched"));
  });

  it("extended by another process, refuses every further append", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    home.edit((db) => db.exec("INSERT INTO ledger_entries VALUES (1, 0, 'gate/judged', NULL, NULL, '{}', '', '{}')"));
    for (let times = 0; times < 2; times += 1)
      await assert.rejects(
        open.ledger.append(judged),
        refusal("LEDGER_UNAVAILABLE", /Another process wrote to the ledger/),
      );
    assert.equal((await open.ledger.verify({ signal: never })).findings[0]?.seq, 1);
  });

  it("deleted, refuses every further append", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    rmSync(home.database);
    await until(home, () => open.ledger.problem() !== null);
    // Store and ledger both look; whichever sees it first refuses.
    await assert.rejects(
      open.ledger.append(judged),
      refusal("LEDGER_UNAVAILABLE", /was deleted or replaced (?:while the daemon ran|under the daemon)/),
    );
  });
});

describe("checkpoints", () => {
  it("are signed by count, by time, and when idle", async () => {
    using home = new LedgerHome({ checkpointEntriesMax: 10, checkpointMsMax: 60_000, checkpointIdleMs: 600_000 });
    await using open = home.open();
    await LedgerHome.fill(open, 10);
    await untilCheckpoint(open, 11);
    await open.ledger.append(judged);
    assert.equal(open.ledger.status().checkpoint?.size, 11);
    const passTime = () => home.clock.advance(5_000);
    await untilCheckpoint(open, 12, passTime);
    await untilCheckpoint(open, 13, passTime);
    assert.equal(open.ledger.get(12).kind, "ledger/heartbeat");
    // Time is made to fly faster than a file is written, so that alone may be complained of.
    assert.deepEqual(
      home.reports.filter((report) => !report.includes("did not answer")),
      [],
    );
  });

  it("reach every sink, in order, and a broken sink stops nothing", async () => {
    const heard: number[] = [];
    const broken = { name: "broken", publish: () => Promise.reject(new Error("unreachable")) };
    const good = { name: "good", publish: async (note: string) => void heard.push(sizeOf(note)) };
    using home = new LedgerHome({}, { sinks: [broken, good] });
    {
      await using open = home.open();
      await open.ledger.append(judged);
      assert.equal(sizeOf(await open.ledger.checkpoint()), 2);
      assert.equal(sizeOf(await open.ledger.checkpoint()), 2);
      await open.ledger.append(judged);
      assert.equal(sizeOf(await open.ledger.checkpoint()), 3);
    }
    assert.deepEqual(heard, [1, 2, 3, 4]);
    assert.ok(home.reports.includes("checkpoint sink broken: unreachable"));
    assert.equal(readFileSync(home.checkpoints, "utf8").split("\u2014 ").length - 1, 4);
    assert.equal(statSync(home.checkpoints).mode & 0o777, 0o600);
  });

  it("do not wait for a sink that never answers, and neither does the end", async () => {
    const dead = { name: "dead", publish: () => new Promise<void>(() => undefined) };
    using home = new LedgerHome({}, { sinks: [dead] });
    const open = home.open();
    for (let index = 0; index < 80; index += 1) {
      await open.ledger.append(judged);
      await open.ledger.checkpoint();
    }
    assert.ok(home.reports.some((report) => /sink dead: 64 checkpoints wait/.test(report)));
    let closed = false;
    const closing = open[Symbol.asyncDispose]().then(() => (closed = true));
    for (let turns = 0; !closed; turns += 1) {
      assert.ok(turns < 100_000, "it does not close");
      home.clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closing;
  });

  it("survive a crash at every step of a hand-over", async () => {
    using home = new LedgerHome();
    const key = (epoch: number) => join(home.keysDir, `epoch-${epoch}.key`);
    mkdirSync(home.keysDir);
    writeFileSync(key(0), "of a first start that was cut off");
    await home.open()[Symbol.asyncDispose]();
    const first = readFileSync(key(0));
    writeFileSync(key(1), "made, but the hand-over was never committed");
    await home.open()[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(home.keysDir), ["epoch-1.key"]);
    writeFileSync(key(0), first); // handed over, but not yet erased
    await using open = home.open();
    assert.deepEqual(readdirSync(home.keysDir), ["epoch-2.key"]);
    assert.equal(open.ledger.problem(), null);
    assert.deepEqual((await open.ledger.verify({ signal: never })).findings, []);
  });

  it("are signed by keys that are erased: one per opening and per so many checkpoints", async () => {
    using home = new LedgerHome({ epochCheckpointsMax: 3 });
    {
      await using open = home.open();
      for (let index = 0; index < 7; index += 1) {
        await open.ledger.append(judged);
        await open.ledger.checkpoint();
        assert.equal(readdirSync(home.keysDir).length, 1);
      }
      assert.deepEqual(readdirSync(home.keysDir), ["epoch-2.key"]);
      const proof = await open.ledger.prove(1);
      assert.equal(proof.keys.length, 3);
      assert.equal(proof.handovers.length, 2);
      const { rootKey } = open.ledger.key();
      assert.deepEqual(verifyProof(JSON.stringify(proof), rootKey).ok, true);
      assert.equal((await open.ledger.verify({ signal: never })).ok, true);
      assert.equal(statSync(join(home.keysDir, "epoch-2.key")).mode & 0o777, 0o600);
      assert.equal(statSync(home.keysDir).mode & 0o777, 0o700);
    }
    await using again = home.open();
    assert.deepEqual(readdirSync(home.keysDir), ["epoch-3.key"]);
    assert.equal((await again.ledger.verify({ signal: never })).ok, true);
    assert.equal((await verifyLines(await lines(again), { key: again.ledger.key().rootKey })).ok, true);
  });
});

describe("proofs", () => {
  it("prove every entry to the one-file verifier, and nothing else", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    await LedgerHome.fill(open, 300);
    await open.ledger.checkpoint();
    const { rootKey } = open.ledger.key();
    for (const seq of [0, 1, 127, 128, 255, 256, 257, 299, 300]) {
      const proof = await open.ledger.prove(seq);
      assert.deepEqual(verifyProof(JSON.stringify(proof), rootKey).ok, true, `entry ${seq}`);
      for (const bad of [
        { ...proof, seq: seq + 1 },
        { ...proof, body: proof.body.replace("echo", "evil").replace("gate", "hold") + " " },
        { ...proof, path: proof.path.slice(1) },
        { ...proof, checkpoint: proof.checkpoint.replace("\n301\n", "\n302\n") },
        { ...proof, keys: [] },
      ])
        assert.equal(verifyProof(JSON.stringify(bad), rootKey).ok, false);
    }
    await assert.rejects(open.ledger.prove(9_999), refusal("NOT_FOUND", /There is no entry 9999/));
    assert.throws(() => open.ledger.consistency(5, 9_999), refusal("INVALID_PARAMS", /at most 301/));
    assert.equal(verifyProof("{", rootKey).ok, false);
  });
});

describe("redaction and retention", () => {
  it("redaction drops the payload, says so, and keeps the chain", async () => {
    using home = new LedgerHome();
    await using open = home.open();
    const { ledger } = open;
    await LedgerHome.fill(open, 10);
    const { leaf } = ledger.get(5);
    await ledger.redact(5, "a secret that the patterns did not know");
    assert.deepEqual([ledger.get(5).payload, ledger.get(5).leaf], [null, leaf]);
    assert.equal((await ledger.verify({ signal: never })).ok, true);
    assert.equal((await verifyLines(await lines(open))).ok, true);
    await assert.rejects(ledger.redact(0, "no"), refusal("NOT_PERMITTED", /the ledger's own/));
    await assert.rejects(ledger.redact(99, "no"), refusal("NOT_FOUND", /no entry 99/));
  });

  it("by age: payloads go, bodies stay", async () => {
    using home = new LedgerHome({ ageMsMax: 86_400_000 });
    await using open = home.open();
    await LedgerHome.fill(open, 600);
    home.clock.advance(2 * 86_400_000);
    await LedgerHome.fill(open, 10);
    assert.deepEqual(await open.ledger.sweep({ signal: never }), { payloadsDropped: 511, entriesArchived: 0 });
    assert.deepEqual(
      [open.ledger.get(511).payload, typeof open.ledger.get(512).payload, typeof open.ledger.get(0).payload],
      [null, "object", "object"],
    );
    assert.equal((await open.ledger.verify({ signal: never })).ok, true);
    assert.equal((await verifyLines(await lines(open))).ok, true);
    assert.deepEqual(await open.ledger.sweep({ signal: never }), { payloadsDropped: 0, entriesArchived: 0 });
  });

  it("by size: whole signed segments go to an archive that verifies on its own; the rest still verifies and proves", async () => {
    using home = new LedgerHome({ bytesMax: 1, checkpointEntriesMax: 1_000 });
    await using open = home.open();
    await LedgerHome.fill(open, 17_500);
    assert.deepEqual(await open.ledger.sweep({ signal: never }), { payloadsDropped: 0, entriesArchived: 16_384 });
    const { rootKey } = open.ledger.key();
    assert.throws(() => open.ledger.get(3), refusal("NOT_FOUND", /moved to the archive; the ledger begins at 16384/));
    const report = await open.ledger.verify({ signal: never });
    assert.deepEqual(report.findings, []);
    assert.deepEqual((await verifyLines(await lines(open), { key: rootKey })).findings, []);
    assert.equal(verifyProof(JSON.stringify(await open.ledger.prove(17_000)), rootKey).ok, true);
    const [file, ...more] = readdirSync(join(home.dir, "archive"));
    assert.deepEqual([file, more], ["entries-0-16383.ndjson.gz", []]);
    const { exportFileLines, databaseLines } = await import("./verifier/verify-file.ts");
    const archived = await verifyLines(exportFileLines(join(home.dir, "archive", file as string)), { key: rootKey });
    assert.deepEqual([archived.ok, archived.vouchedUpTo !== null && archived.vouchedUpTo >= 16_383], [true, true]);
    assert.deepEqual((await verifyLines(databaseLines(home.database), { key: rootKey })).findings, []);
    // It goes on as before, after a restart too.
    await open[Symbol.asyncDispose]();
    await using again = home.open();
    assert.equal(again.ledger.problem(), null);
    assert.deepEqual((await again.ledger.verify({ signal: never })).findings, []);
  });
});

describe("starting", () => {
  it("enters an unclean stop as a gap, and a clean one not", async () => {
    using home = new LedgerHome();
    await home.open()[Symbol.asyncDispose]();
    {
      const open = home.open();
      await open.ledger.append(judged);
      await open.store.close(); // the ledger is not closed: as after a crash
      await open.ledger.close();
    }
    await using open = home.open();
    assert.deepEqual(kinds(open), [
      "ledger/opened",
      "ledger/closed",
      "ledger/opened",
      "gate/judged",
      "ledger/recovered",
      "ledger/opened",
    ]);
    assert.equal(open.ledger.get(4).payload?.["lastSeq"], 3);
    assert.equal((await open.ledger.verify({ signal: never })).ok, true);
  });

  const spoil: readonly [string, (home: LedgerHome) => void, RegExp][] = [
    ["its key is missing", (home) => rmSync(home.keysDir, { recursive: true }), /key .*epoch-0.key is missing/],
    ["its key is no key", (home) => writeFileSync(join(home.keysDir, "epoch-0.key"), "garbage"), /can't be read/],
    ["the database was deleted", (home) => rmSync(home.database), /database is new, but .* holds/],
    [
      "entries were cut off",
      (home) => home.edit((db) => db.exec("DELETE FROM ledger_entries WHERE seq > 5")),
      /ends at 6 entries, but a checkpoint .* vouches for/,
    ],
    [
      "entries were cut out of its newest ones",
      (home) => home.edit((db) => db.exec("DELETE FROM ledger_entries WHERE seq = 9")),
      /cut into: entries \d+ to \d+ are not all here/,
    ],
    [
      "the tables of keys were emptied",
      (home) => home.edit((db) => db.exec("DELETE FROM ledger_keys")),
      /entries but no keys/,
    ],
    [
      "the newest entry was changed",
      (home) =>
        home.edit((db) => db.exec("UPDATE ledger_entries SET body = replace(body, 'sess_1', 'sess_2') WHERE seq = 11")),
      /they were changed/,
    ],
  ];
  for (const [what, damage, sentence] of spoil)
    it(`refuses every append, names the way out, and recovers when ${what}`, async () => {
      using home = new LedgerHome();
      {
        await using open = home.open();
        await LedgerHome.fill(open, 10);
        await open.ledger.append({ ...judged, session: "sess_1" });
      }
      damage(home);
      {
        await using open = home.open();
        assert.match(open.ledger.problem() ?? "", sentence);
        await assert.rejects(open.ledger.append(judged), refusal("LEDGER_UNAVAILABLE", sentence));
        await assert.rejects(open.ledger.append(judged), (error: Refusal) =>
          /signalbox ledger recover/.test(error.hint ?? ""),
        );
        await assert.rejects(open.ledger.checkpoint(), refusal("LEDGER_UNAVAILABLE", sentence));
        assert.throws(() => open.ledger.key(), refusal("LEDGER_UNAVAILABLE", sentence));
        assert.match(open.ledger.status().problem ?? "", sentence);
        await open.ledger.verify({ signal: never });
      }
      const recovery = await recoverLedger(placeIn(home.dir), { clock: home.clock });
      assert.match(recovery.why, sentence);
      assert.ok(existsSync(recovery.setAside) && recovery.setAside.startsWith(join(home.dir, "aside-2026-11-21T04")));
      await using open = home.open();
      assert.equal(open.ledger.problem(), null);
      const gap = open.ledger.get(0);
      assert.deepEqual(
        [gap.kind, gap.payload?.["sha256"], gap.payload?.["lastSeq"]],
        ["ledger/gap", recovery.sha256, recovery.lastSeq],
      );
      await open.ledger.append(judged);
      assert.equal((await open.ledger.verify({ signal: never })).ok, true);
    });

  it("recovers a database that is no database, and leaves a good one alone", async () => {
    using home = new LedgerHome();
    await home.open()[Symbol.asyncDispose]();
    await assert.rejects(
      recoverLedger(placeIn(home.dir), { clock: home.clock }),
      refusal("CONFLICT", /nothing to recover/),
    );
    const asked = await recoverLedger(placeIn(home.dir), { clock: home.clock, evenIfWhole: true });
    assert.match(asked.why, /on the operator's word/);
    home.clock.advance(1_000); // one folder a moment
    writeFileSync(home.database, "garbage ".repeat(1_000));
    assert.throws(() => home.open(), /is damaged/);
    const recovery = await recoverLedger(placeIn(home.dir), { clock: home.clock });
    assert.equal(recovery.lastSeq, null);
    await using open = home.open();
    assert.equal(open.ledger.get(0).kind, "ledger/gap");
    assert.equal((await open.ledger.verify({ signal: never })).ok, true);
  });
});
