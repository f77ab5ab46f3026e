import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../kit/clock.ts";
import { type Store, storeFaultOf } from "../store/index.ts";
import { type EntryRow, noPrev } from "./entry.ts";
import { checkRow } from "./entry-check.ts";
import { Findings } from "./findings.ts";
import { StoredHashes } from "./hashes.ts";
import { archivedTo, marks, retiredTo } from "./marks.ts";
import { Frontier, leafHash } from "./tree.ts";
import type { Finding, VerifyReport } from "./types.ts";
import { type Anchor, collectVouching, type Vouching } from "./vouching.ts";

const rowsPerStep = 256;

/**
 * Checks everything: each entry against its body, its payload's commitment, its columns and the hash that the next one holds;
 * the stored tree nodes; the chain of keys; every signed checkpoint; payloads missing without an entry that says why.
 * A generator, so that whoever drives it decides when the event loop may breathe; each step takes a millisecond or two.
 */
function* verifySteps(db: DatabaseSync, anchors: readonly Anchor[]): Generator<void, Omit<VerifyReport, "tookMs">> {
  const findings = new Findings();
  const { vouching, strangers } = yield* collectVouching(db, anchors, findings);
  const entries = yield* checkEntries(db, vouching, findings);
  const { size, vouchedSize, anchors: reached } = entries;
  for (const { where, size: vouched } of vouching.filter((checkpoint) => checkpoint.size > size).slice(0, 1))
    findings.add(
      size,
      `Entry ${size} and later are missing: ${where} holds a signed checkpoint of ${vouched} entries, the database has ${size}. It was cut or rolled back to an old copy.`,
    );
  for (const { where, size: signed } of strangers.slice(0, 4))
    findings.add(
      signed > size ? size : null,
      signed > size
        ? `Entry ${size} and later are missing: ${where} holds a checkpoint of ${signed} entries that a key signed which this database has not seen. It was rolled back to an old copy.`
        : `A checkpoint of ${signed} entries in ${where} is signed by no key of this ledger: it was replaced, or rolled back and continued.`,
    );
  return {
    ok: findings.list.length === 0,
    entries: size,
    vouchedUpTo: vouchedSize === 0 ? null : vouchedSize - 1,
    anchors: [...reached].map(([where, upTo]) => ({ where, upTo: upTo - 1 })).sort((a, b) => b.upTo - a.upTo),
    findings: findings.list,
  };
}

function* checkEntries(
  db: DatabaseSync,
  vouching: readonly Vouching[],
  findings: Findings,
): Generator<void, { size: number; vouchedSize: number; anchors: ReadonlyMap<string, number> }> {
  const start = beginning(db, findings);
  const { frontier } = start;
  const missing = new MissingPayloads();
  const read = db.prepare(
    "SELECT seq, at, kind, agent, session, body, salt, payload FROM ledger_entries WHERE seq >= ? ORDER BY seq LIMIT ?",
  );
  const node = db.prepare("SELECT hash FROM ledger_hashes WHERE level = ? AND position = ?");
  const checkNode = (level: number, position: number, hash: string): void => {
    const stored = node.get(level, position) as { hash: string } | undefined;
    if (stored?.hash !== hash && clean)
      findings.add(
        position * 2 ** level,
        `The stored tree node over entries ${position * 2 ** level} to ${(position + 1) * 2 ** level - 1} is ${stored === undefined ? "missing" : "wrong"}.`,
      );
  };
  const bodyAfter = (seq: number): string | undefined => (read.get(seq + 1, 1) as EntryRow | undefined)?.body;
  const newestSeq =
    (db.prepare("SELECT max(seq) AS seq FROM ledger_entries").get() as { seq: number | null }).seq ?? -1;
  let { prev } = start;
  let at = 0;
  let clean = true;
  let vouchedSize = 0;
  const reached = new Map<string, number>();
  let next = vouching.findIndex((checkpoint) => checkpoint.size >= frontier.size);
  if (next < 0) next = vouching.length;
  const checkRoots = (): void => {
    for (; vouching[next]?.size === frontier.size; next += 1) {
      const { where, root } = vouching[next] as Vouching;
      if (frontier.root() === root) {
        vouchedSize = frontier.size;
        if (frontier.size > 0) reached.set(where, frontier.size);
      } else if (clean) {
        clean = false;
        findings.add(
          vouchedSize,
          `Entries ${vouchedSize} to ${frontier.size - 1} don't hash to what was signed (${where}): at least one of them was changed and the chain made anew; ${vouchedSize} is the first that nothing vouches for.`,
        );
      }
    }
  };
  checkRoots();
  for (let from = frontier.size; from <= newestSeq; ) {
    const rows = read.all(from, rowsPerStep) as unknown as EntryRow[];
    if (rows.length === 0) break;
    for (const row of rows) {
      if (row.seq > newestSeq) break;
      const { size } = frontier;
      const found = row.seq === size ? checkRow(row, { prev, atMin: at, bodyAfter }) : missingEntry(size);
      if (row.payload === null || row.salt === null) missing.add(row.seq);
      if (found !== undefined) {
        clean = false;
        findings.add(found.seq, found.problem);
        // What follows a missing entry can't be checked against the tree any more.
        if (row.seq !== size) return { size, vouchedSize, anchors: reached };
      }
      prev = leafHash(row.body);
      at = row.at;
      frontier.push(prev, checkNode);
      checkRoots();
    }
    from = (rows.at(-1) as EntryRow).seq + 1;
    yield;
  }
  missing.report(db, findings);
  return { size: frontier.size, vouchedSize, anchors: reached };
}

/** Drives the steps on the daemon's own loop: between any two of them everything else has its turn. */
export async function verifyOnLoop(
  store: Store,
  clock: Clock,
  anchors: readonly Anchor[],
  { signal }: { signal: AbortSignal },
): Promise<VerifyReport> {
  const startedMs = clock.monotonicMs();
  const tookMs = (): number => clock.monotonicMs() - startedMs;
  const steps = verifySteps(store.db, anchors);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return { ...step.value, tookMs: tookMs() };
      await turn();
      signal.throwIfAborted();
    }
  } catch (error) {
    const fault = storeFaultOf(error, store.path);
    if (fault?.kind !== "corrupt") throw error;
    const findings = [{ seq: null, problem: `${fault.message} Next: ${fault.hint}` }];
    return { ok: false, entries: 0, vouchedUpTo: null, anchors: [], findings, tookMs: tookMs() };
  }
}

const missingEntry = (seq: number): Finding => ({ seq, problem: `Entry ${seq} is missing.` });

/** Where the entries begin: at 0, or after what retention archived, of which the stored tree nodes remain. */
function beginning(db: DatabaseSync, findings: Findings): { frontier: Frontier; prev: string | undefined } {
  const archived = archivedTo(db);
  if (archived === 0) return { frontier: new Frontier(), prev: noPrev };
  try {
    return { frontier: Frontier.at(archived, new StoredHashes(db).subtree), prev: undefined };
  } catch (error) {
    findings.add(0, `The tree over the archived entries can't be made: ${(error as Error).message}.`);
    return { frontier: new Frontier(archived, []), prev: undefined };
  }
}

/** Payloads that are gone must have been taken away by an entry that says so. */
class MissingPayloads {
  readonly #ranges: { from: number; to: number }[] = [];

  add(seq: number): void {
    const last = this.#ranges.at(-1);
    if (last?.to === seq) last.to = seq + 1;
    else this.#ranges.push({ from: seq, to: seq + 1 });
  }

  report(db: DatabaseSync, findings: Findings): void {
    if (this.#ranges.length === 0) return;
    const redacted = new Set(marks(db, "ledger/redacted", "seq"));
    const retired = retiredTo(db);
    for (const { from, to } of this.#ranges)
      for (let seq = Math.max(from, retired); seq < to; seq += 1)
        if (!redacted.has(seq)) return findings.add(seq, `The payload of entry ${seq} is gone, and no entry says why.`);
  }
}
