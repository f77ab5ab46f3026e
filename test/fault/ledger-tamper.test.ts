import assert from "node:assert/strict";
import { createHash, createPrivateKey } from "node:crypto";
import { copyFileSync, cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { signCheckpoint, splitNotes } from "../../src/ledger/note.ts";
import type { VerifyReport } from "../../src/ledger/index.ts";
import { databaseLines, type Verification, verifyLines } from "../../src/ledger/verifier/verify-file.ts";
import { LedgerHome, never } from "../support/ledger-home.ts";

/**
 * Somebody with write access to everything edits the ledger while no daemon runs. Both verifiers must name the first entry that
 * is bad or missing; they share no code, so their agreement is worth something.
 */

interface Row {
  seq: number;
  at: number;
  kind: string;
  agent: string | null;
  session: string | null;
  body: string;
  salt: string | null;
  payload: string | null;
}

const rowsOf = (db: DatabaseSync, from = 0): Row[] =>
  db.prepare("SELECT * FROM ledger_entries WHERE seq >= ? ORDER BY seq").all(from) as unknown as Row[];

function putRows(db: DatabaseSync, rows: readonly Row[]): void {
  const put = db.prepare("INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  for (const { seq, at, kind, agent, session, body, salt, payload } of rows)
    put.run(seq, at, kind, agent, session, body, salt, payload);
}

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");
const leafOf = (body: string): string => sha256(`\0${body}`);

/** What a careful forger does: makes every body, hash and stored tree node from `from` on anew. */
function rechain(db: DatabaseSync, from: number, change: (rows: Row[]) => Row[]): void {
  const kept = rowsOf(db).filter(({ seq }) => seq < from);
  let prev = kept.length === 0 ? "0".repeat(64) : leafOf(kept.at(-1)?.body ?? "");
  const forged = change(rowsOf(db, from)).map((row, index) => {
    const seq = from + index;
    const payload = sha256(`${row.salt}${row.payload}`);
    const { at, kind, agent, session } = row;
    const body = JSON.stringify({ agent, at, kind, payload, prev, seq, session, v: 1 });
    prev = leafOf(body);
    return { ...row, seq, body };
  });
  db.prepare("DELETE FROM ledger_entries WHERE seq >= ?").run(from);
  putRows(db, forged);
  const leaves = [...kept, ...forged].map(({ body }) => leafOf(body));
  db.exec("DELETE FROM ledger_hashes");
  for (let position = 0; (position + 1) * 256 <= leaves.length; position += 1)
    db.prepare("INSERT INTO ledger_hashes VALUES (8, ?, ?)").run(
      position,
      rootOf(leaves.slice(position * 256, position * 256 + 256)),
    );
}

function rootOf(leaves: readonly string[]): string {
  if (leaves.length === 1) return leaves[0] as string;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha256(
    Buffer.concat([
      Buffer.of(1),
      Buffer.from(rootOf(leaves.slice(0, half)), "hex"),
      Buffer.from(rootOf(leaves.slice(half)), "hex"),
    ]),
  );
}

const forge = (rows: Row[]): Row[] =>
  rows.map((row, index) => (index === 0 ? { ...row, payload: '{"command":"forged"}' } : row));

/** Entries 0..~302; ordinary checkpoints every 50 or so; epochs begin at 0 and, after a restart, near 200. */
let original: LedgerHome;
let early: LedgerHome;
/** The newest checkpoint, as kept in a place out of reach. */
let kept: string;
let rootKey: string;
/** Where the second epoch begins: what is before it was signed by a key that is gone. */
let epochStart: number;

before(async () => {
  original = new LedgerHome({ checkpointEntriesMax: 1_000 });
  {
    await using open = original.open();
    rootKey = open.ledger.key().rootKey;
    for (let round = 0; round < 4; round += 1) {
      await LedgerHome.fill(open, 50);
      await open.ledger.checkpoint();
    }
  }
  early = original.copy();
  await using open = original.open();
  epochStart = open.ledger.status().entries;
  await LedgerHome.fill(open, 100);
  kept = await open.ledger.checkpoint();
});
after(() => {
  original[Symbol.dispose]();
  early[Symbol.dispose]();
});

interface Judged {
  readonly ours: VerifyReport;
  readonly theirs: Verification;
}

/** Verifies a copy with both. The daemon's own runs in a ledger opened on it, as it would after a restart. */
async function judge(home: LedgerHome, checkpoint?: string): Promise<Judged> {
  const notes = existsSync(home.checkpoints) ? splitNotes(readFileSync(home.checkpoints, "utf8")) : [];
  const theirs = await verifyLines(databaseLines(home.database), {
    key: rootKey,
    checkpoints: [...notes, ...(checkpoint === undefined ? [] : [checkpoint])],
  });
  await using open = home.open();
  return { ours: await open.ledger.verify({ checkpoint, signal: never }), theirs };
}

function assertFirst({ ours, theirs }: Judged, seq: number, problem: RegExp): void {
  for (const { ok, findings } of [ours, theirs]) {
    assert.equal(ok, false);
    assert.deepEqual(
      [findings[0]?.seq, findings[0]?.problem.match(problem)?.[0] === undefined],
      [seq, false],
      JSON.stringify(findings.slice(0, 3)),
    );
  }
}

describe("an honest ledger", () => {
  it("is found whole by both, with and without a kept checkpoint", async () => {
    for (const checkpoint of [undefined, kept]) {
      using home = original.copy();
      const { ours, theirs } = await judge(home, checkpoint);
      assert.deepEqual([ours.ok, ours.findings, theirs.ok, theirs.findings], [true, [], true, []]);
      assert.ok((theirs.vouchedUpTo ?? 0) >= epochStart + 100);
    }
  });
});

describe("edits are found at their first entry", () => {
  const edit = (sql: string) => (db: DatabaseSync) => db.exec(sql);
  const cases: readonly [string, (db: DatabaseSync) => void, number, RegExp][] = [
    [
      "flip a payload",
      edit(`UPDATE ledger_entries SET payload = replace(payload, 'echo', 'evil') WHERE seq = 120`),
      120,
      /payload of entry 120 was changed/,
    ],
    [
      "flip a salt",
      edit("UPDATE ledger_entries SET salt = replace(salt, substr(salt, 1, 1), 'x') WHERE seq = 120"),
      120,
      /payload of entry 120 was changed/,
    ],
    [
      "flip a bit in a body",
      edit(`UPDATE ledger_entries SET body = replace(body, '"v":1', '"v":3') WHERE seq = 120`),
      120,
      /entry 120/i,
    ],
    [
      "flip the first body",
      edit(`UPDATE ledger_entries SET body = replace(body, 'opened', 'opensd') WHERE seq = 0`),
      0,
      /entry 0/i,
    ],
    [
      "change a session in the index only",
      edit("UPDATE ledger_entries SET session = 'sess_9' WHERE seq = 120"),
      120,
      /session of entry 120/,
    ],
    [
      "change a kind in the index only",
      edit("UPDATE ledger_entries SET kind = 'gate/other' WHERE seq = 120"),
      120,
      /kind of entry 120/,
    ],
    [
      "change an agent in the index only",
      edit("UPDATE ledger_entries SET agent = NULL WHERE seq = 120"),
      120,
      /agent of entry 120/,
    ],
    [
      "change a time in the index only",
      edit("UPDATE ledger_entries SET at = at + 1 WHERE seq = 120"),
      120,
      /at of entry 120/,
    ],
    [
      "drop a payload without an entry",
      edit("UPDATE ledger_entries SET payload = NULL, salt = NULL WHERE seq = 120"),
      120,
      /payload of entry 120 is gone/,
    ],
    ["delete one", edit("DELETE FROM ledger_entries WHERE seq = 120"), 120, /Entry 120 is missing/],
    ["delete the first", edit("DELETE FROM ledger_entries WHERE seq = 0"), 0, /Entry 0 is missing/],
    [
      "delete the newest half",
      edit("DELETE FROM ledger_entries WHERE seq >= 150"),
      150,
      /Entry 150 and later are missing/,
    ],
    [
      "delete one and close the gap",
      (db) => {
        const rows = rowsOf(db, 121);
        db.exec("DELETE FROM ledger_entries WHERE seq >= 120");
        putRows(
          db,
          rows.map((row) => ({ ...row, seq: row.seq - 1 })),
        );
      },
      120,
      /Entry 120 was moved here/,
    ],
    [
      "insert one",
      (db) => {
        const rows = rowsOf(db, 120);
        db.exec("DELETE FROM ledger_entries WHERE seq >= 120");
        putRows(db, [rows[0] as Row, ...rows.map((row) => ({ ...row, seq: row.seq + 1 }))]);
      },
      121,
      /Entry 121 was moved here/,
    ],
    [
      "swap two",
      (db) => {
        const [a, b] = rowsOf(db, 120) as [Row, Row];
        db.exec("DELETE FROM ledger_entries WHERE seq IN (120, 121)");
        putRows(db, [
          { ...b, seq: 120 },
          { ...a, seq: 121 },
        ]);
      },
      120,
      /Entry 120 was moved here/,
    ],
    [
      "replace one entry, body and all",
      (db) => {
        const row = rowsOf(db, 120)[0] as Row;
        const payload = '{"command":"forged"}';
        const body = row.body.replace(/"payload":"[0-9a-f]+"/, `"payload":"${sha256(`${row.salt}${payload}`)}"`);
        db.prepare("UPDATE ledger_entries SET payload = ?, body = ? WHERE seq = 120").run(payload, body);
      },
      120,
      /changed or put in|was changed or put in/,
    ],
  ];
  for (const [what, tamper, seq, problem] of cases)
    it(what, async () => {
      using home = original.copy();
      home.edit(tamper);
      assertFirst(await judge(home), seq, problem);
    });

  it("change a stored node of the tree", async () => {
    using home = original.copy();
    home.edit((db) =>
      db.exec("UPDATE ledger_hashes SET hash = substr(hash, 2) || substr(hash, 1, 1) WHERE position = 0"),
    );
    await using open = home.open();
    const { findings } = await open.ledger.verify({ signal: never });
    assert.match(findings[0]?.problem ?? "", /tree node over entries 0 to 255 is wrong/);
  });
});

describe("a chain made anew", () => {
  it("no longer hashes to what was signed; the first entry that nothing vouches for is named", async () => {
    using home = original.copy();
    home.edit((db) => rechain(db, 120, forge));
    // Checkpoints stand at 1, 51, 101, 151...: 101 is the newest good one.
    assertFirst(await judge(home), 101, /Entries 101 to 150 don't hash to what was signed/);
  });

  it("is found by the checkpoints file when the database's checkpoints were dropped", async () => {
    using home = original.copy();
    home.edit((db) => {
      rechain(db, 120, forge);
      db.exec("DELETE FROM ledger_checkpoints");
    });
    assertFirst(await judge(home), 101, /don't hash to what was signed/);
  });

  it("is found by the erased key's hand-over when every checkpoint was dropped and today's key signs anew", async () => {
    using home = original.copy();
    const [keyFile] = readdirSync(home.keysDir);
    const privateKey = createPrivateKey(readFileSync(join(home.keysDir, keyFile as string)));
    home.edit((db) => {
      rechain(db, 120, forge);
      db.exec("DELETE FROM ledger_checkpoints");
      const { vkey, epoch } = db.prepare("SELECT vkey, epoch FROM ledger_keys ORDER BY epoch DESC LIMIT 1").get() as {
        vkey: string;
        epoch: number;
      };
      const leaves = rowsOf(db).map(({ body }) => leafOf(body));
      const note = signCheckpoint(
        { origin: "signalbox/test", size: leaves.length, root: rootOf(leaves), nextKey: undefined },
        privateKey,
        vkey,
      );
      db.prepare("INSERT INTO ledger_checkpoints (size, epoch, at, note) VALUES (?, ?, 0, ?)").run(
        leaves.length,
        epoch,
        note,
      );
      // ... and for the time before its own, which a good verifier does not let it do:
      const past = signCheckpoint(
        { origin: "signalbox/test", size: 150, root: rootOf(leaves.slice(0, 150)), nextKey: undefined },
        privateKey,
        vkey,
      );
      db.prepare("INSERT INTO ledger_checkpoints (size, epoch, at, note) VALUES (150, ?, 0, ?)").run(epoch, past);
      writeFileSync(home.checkpoints, `${note}\n`);
    });
    const { ours, theirs } = await judge(home);
    for (const { ok, findings } of [ours, theirs]) {
      assert.equal(ok, false);
      assert.ok(findings.some(({ problem }) => /don't hash to what was signed/.test(problem)));
      assert.ok(findings.some(({ problem }) => /signed by a key of another time/.test(problem)));
    }
  });

  it("with a chain of keys of its own is found by the kept root key and the kept checkpoint", async () => {
    using home = new LedgerHome();
    {
      await using open = home.open();
      await LedgerHome.fill(open, 400);
    }
    const { ours, theirs } = await judge(home, kept);
    assert.match(ours.findings.map(({ problem }) => problem).join(), /signed by no key of this ledger/);
    assert.match(
      theirs.findings.map(({ problem }) => problem).join(),
      /key that you kept is not in this ledger's chain/,
    );
  });
});

describe("a rollback", () => {
  it("of the database alone is refused at the start and found against the checkpoints file", async () => {
    using home = original.copy();
    copyFileSync(early.database, home.database);
    {
      await using open = home.open();
      assert.match(open.ledger.problem() ?? "", /older than its keys.*rolled back/);
      await assert.rejects(open.ledger.append({ kind: "gate/judged", payload: {} }), /rolled back/);
    }
    const { ours, theirs } = await judge(home);
    for (const { ok, findings } of [ours, theirs]) {
      assert.equal(ok, false);
      assert.ok(
        findings.some(({ problem }) => /missing|no key of this ledger/.test(problem)),
        JSON.stringify(findings),
      );
    }
  });

  it("of the whole home is found with a kept checkpoint, and only with one", async () => {
    using home = original.copy();
    rmSync(home.dir, { recursive: true });
    cpSync(early.dir, home.dir, { recursive: true });
    const { ours, theirs } = await judge(home, kept);
    assert.match(
      ours.findings[0]?.problem ?? "",
      /Entry \d+ and later are missing: what you gave holds .* rolled back/,
    );
    assert.match(theirs.findings[0]?.problem ?? "", /Entry \d+ and later are missing: .* rolled back/);
    assert.equal(theirs.findings[0]?.seq, epochStart - 1);
    using unanchored = early.copy();
    assert.equal((await judge(unanchored)).ours.ok, true);
  });
});
