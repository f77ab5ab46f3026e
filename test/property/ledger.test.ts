import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { canonicalJson, type Json } from "../../src/kit/canonical.ts";
import { entryBody } from "../../src/ledger/entry.ts";
import { consistencyPath, Frontier, inclusionPath, leafHash, nodeHash } from "../../src/ledger/tree.ts";
import { databaseLines, verifyLines, verifyProof } from "../../src/ledger/verifier/verify-file.ts";
import { LedgerHome, never } from "../support/ledger-home.ts";

const hexDigits = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
const hash = fc.string({ minLength: 64, maxLength: 64, unit: fc.constantFrom(...hexDigits) });

describe("entries", () => {
  it("have the canonical form that RFC 8785 gives the same members", () => {
    const name = fc.option(
      fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.toWellFormed()),
      { nil: null },
    );
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.constantFrom("gate/judged", "a/b"),
        name,
        name,
        hash,
        hash,
        (seq, at, kind, agent, session, payload, prev) => {
          assert.equal(
            entryBody(seq, at, kind, agent, session, payload, prev),
            canonicalJson({ v: 1, seq, at, kind, agent, session, payload, prev }),
          );
        },
      ),
    );
  });
});

describe("the tree", () => {
  const leaves = Array.from({ length: 600 }, (_, index) => leafHash(String(index)));
  const made = new Map<string, string>();
  const subtree = (level: number, position: number): string => {
    if (level === 0) return leaves[position] as string;
    const key = `${level}/${position}`;
    const known = made.get(key) ?? nodeHash(subtree(level - 1, position * 2), subtree(level - 1, position * 2 + 1));
    made.set(key, known);
    return known;
  };
  const sizes = fc.tuple(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 600 }));

  it("grown is the tree from stored subtrees, and tells each level of 8 once", () => {
    const frontier = new Frontier();
    const told: string[] = [];
    for (const [index, leaf] of leaves.entries()) {
      frontier.push(leaf, (level, position, node) =>
        told.push(`${level}/${position}/${node === subtree(level, position)}`),
      );
      if (index % 37 === 0) assert.equal(frontier.root(), Frontier.at(index + 1, subtree).root());
    }
    assert.deepEqual(told, ["8/0/true", "8/1/true"]);
  });

  it("has inclusion paths that lead from every leaf to the root, and from no other leaf", () => {
    fc.assert(
      fc.property(sizes, fc.nat(599), ([a, b], other) => {
        const [index, size] = [Math.min(a, b) - 1, Math.max(a, b)];
        const path = inclusionPath(index, size, subtree);
        const root = Frontier.at(size, subtree).root();
        assert.equal(climb(leaves[index] as string, index, size, path), root);
        if (other !== index) assert.notEqual(climb(leaves[other] as string, index, size, path), root);
      }),
    );
  });

  it("has consistency paths that hold for every two sizes, and for no other root", () => {
    fc.assert(
      fc.property(sizes, ([a, b]) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const roots = [from, to].map((size) => Frontier.at(size, subtree).root()) as [string, string];
        const path = consistencyPath(from, to, subtree);
        assert.equal(isConsistent(from, to, roots[0], roots[1], path), true);
        if (from !== to) assert.equal(isConsistent(from, to, leafHash("x"), roots[1], path), false);
        if (from !== to) assert.equal(isConsistent(from, to, roots[0], leafHash("x"), path), false);
      }),
    );
  });
});

/** RFC 9162 section 2.1.3.2. */
function climb(leaf: string, index: number, size: number, path: readonly string[]): string | undefined {
  let [fn, sn, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(sibling, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else root = nodeHash(root, sibling);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 ? root : undefined;
}

/** RFC 9162 section 2.1.4.2. */
function isConsistent(from: number, to: number, fromRoot: string, toRoot: string, path: readonly string[]): boolean {
  if (from === to) return path.length === 0 && fromRoot === toRoot;
  const nodes = Number.isInteger(Math.log2(from)) ? [fromRoot, ...path] : [...path];
  let [fn, sn] = [from - 1, to - 1];
  while (fn % 2 === 1) [fn, sn] = [fn >> 1, sn >> 1];
  let fr = nodes[0] as string;
  let sr = fr;
  for (const node of nodes.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(node, fr);
      sr = nodeHash(node, sr);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else sr = nodeHash(sr, node);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return fr === fromRoot && sr === toRoot && sn === 0;
}

describe("a ledger", () => {
  let home: LedgerHome;
  let rootKey: string;
  const entries = 80;
  before(async () => {
    home = new LedgerHome();
    await using open = home.open();
    await LedgerHome.fill(open, entries);
    rootKey = open.ledger.key().rootKey;
  });
  after(() => home[Symbol.dispose]());

  it("keeps every payload that JSON can carry, and proves it", async () => {
    using other = new LedgerHome();
    await using open = other.open();
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), async (payload) => {
        const { seq } = await open.ledger.append({ kind: "gate/judged", payload: payload as Record<string, Json> });
        assert.equal(canonicalJson(open.ledger.get(seq).payload), canonicalJson(payload as Json));
        assert.equal(verifyProof(JSON.stringify(await open.ledger.prove(seq)), open.ledger.key().rootKey).ok, true);
      }),
      { numRuns: 40 },
    );
    assert.deepEqual((await open.ledger.verify({ signal: never })).findings, []);
  });

  /** One edit of one cell to another value of its kind, or of one row's place. */
  const edit = fc.record({
    seq: fc.integer({ min: 0, max: entries + 1 }),
    column: fc.constantFrom("at", "kind", "agent", "session", "body", "salt", "payload", "row"),
    at: fc.nat(10_000),
    character: fc.constantFrom("0", "a", "Z", "~", "é"),
  });

  it("shows any edit of any cell to both verifiers, at its entry", async () => {
    await fc.assert(
      fc.asyncProperty(edit, async ({ seq, column, at, character }) => {
        using copy = home.copy();
        const changed = copy.edit((db) => {
          const row = db.prepare("SELECT * FROM ledger_entries WHERE seq = ?").get(seq) as Record<
            string,
            string | number | null
          >;
          if (column === "row") return db.prepare("DELETE FROM ledger_entries WHERE seq = ?").run(seq).changes > 0;
          const old = row[column];
          const text = String(old ?? "");
          const place = text === "" ? 0 : at % text.length;
          const value =
            column === "at" ? Number(old) + at - 5_000 : text.slice(0, place) + character + text.slice(place + 1);
          db.prepare(`UPDATE ledger_entries SET ${column} = ? WHERE seq = ?`).run(value, seq);
          return value !== old;
        });
        const theirs = await verifyLines(databaseLines(copy.database), { key: rootKey });
        await using open = copy.open();
        const ours = await open.ledger.verify({ signal: never });
        if (!changed) return assert.deepEqual([ours.findings, theirs.findings], [[], []]);
        assert.deepEqual([ours.ok, theirs.ok], [false, false], `${column} of ${seq}`);
        // Of the newest entry's `prev` nobody can say which of the two it joins is the wrong one; then the earlier is named.
        for (const { findings } of [ours, theirs])
          assert.ok(
            findings[0]?.seq === seq || (seq === entries + 1 && findings[0]?.seq === seq - 1),
            JSON.stringify(findings),
          );
      }),
      { numRuns: 60 },
    );
  });
});
