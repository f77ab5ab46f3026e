import type { DatabaseSync } from "node:sqlite";
import { type EntryRow, entryBody, noPrev, payloadHash } from "./entry.ts";
import { StoredHashes } from "./hashes.ts";
import type { KeyRow } from "./keyring.ts";
import { archivedTo, marks, retiredTo } from "./marks.ts";
import {
  type Checkpoint,
  type Note,
  parseCheckpoint,
  parseNote,
  parseVkey,
  signedBy,
  type VerifierKey,
} from "./note.ts";
import { Frontier, leafHash } from "./tree.ts";
import type { Finding, VerifyReport } from "./types.ts";

/** Notes from outside the database, and where they come from. */
export interface Anchor {
  readonly where: string;
  readonly note: string;
}

/** A checkpoint whose signature is good: the first `size` entries must hash to `root`. */
interface Vouching {
  readonly where: string;
  readonly size: number;
  readonly root: string;
}

export const findingsMax = 32;
const rowsPerStep = 512;

/**
 * Checks everything: each entry against its body, its payload's commitment, its columns and the hash that the next one holds;
 * the stored tree nodes; the chain of keys; every signed checkpoint; payloads missing without an entry that says why.
 * A generator, so that whoever drives it decides when the event loop may breathe; each step is some 500 entries.
 */
export function* verifySteps(
  db: DatabaseSync,
  anchors: readonly Anchor[],
): Generator<void, Omit<VerifyReport, "tookMs">> {
  const findings = new Findings();
  const { vouching, strangers } = collectVouching(db, anchors, findings);
  const entries = yield* checkEntries(db, vouching, findings);
  const { size, vouchedSize } = entries;
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
    findings: findings.list,
  };
}

/** Sorted, lowest entry first, faults that are not at one entry last; the last ones give way when there are too many. */
class Findings {
  readonly list: Finding[] = [];

  add(seq: number | null, problem: string): void {
    const order = (finding: Finding): number => finding.seq ?? Number.MAX_SAFE_INTEGER;
    this.list.push({ seq, problem });
    this.list.sort((a, b) => order(a) - order(b));
    this.list.length = Math.min(this.list.length, findingsMax);
  }
}

/**
 * Checks the key chain and every note's signature. `vouching` ascends by size; `strangers` bear this ledger's name and are
 * signed by a key that it does not know, which is what an old copy of a database looks like to a newer checkpoint.
 */
function collectVouching(
  db: DatabaseSync,
  anchors: readonly Anchor[],
  findings: Findings,
): { vouching: Vouching[]; strangers: Vouching[] } {
  const rows = db
    .prepare("SELECT epoch, vkey, size, handover FROM ledger_keys ORDER BY epoch")
    .all() as unknown as KeyRow[];
  const chain = checkKeyChain(rows, findings);
  const vouching: Vouching[] = [...chain.handovers];
  const strangers: Vouching[] = [];
  const seen = new Set(rows.map((row) => row.handover));
  const stored = db.prepare("SELECT note FROM ledger_checkpoints ORDER BY id").all() as { note: string }[];
  const all = [...stored.map(({ note }) => ({ where: "the database", note })), ...anchors];
  for (const { where, note } of all) {
    if (seen.has(note)) continue;
    seen.add(note);
    const checked = checkNote(where, note, chain);
    if (typeof checked === "string") findings.add(null, checked);
    else if (checked.stranger) strangers.push({ where, ...checked });
    else if (checked.outOfTime)
      findings.add(
        checked.size,
        `A checkpoint of ${checked.size} entries in ${where} is signed by a key of another time.`,
      );
    else vouching.push({ where, ...checked });
  }
  const ascending = (a: Vouching, b: Vouching): number => a.size - b.size;
  return { vouching: vouching.sort(ascending), strangers: strangers.sort(ascending).reverse() };
}

interface KeyChain {
  readonly origin: string | undefined;
  /** By `name+id`. */
  readonly keys: ReadonlyMap<string, { readonly key: VerifierKey; readonly from: number; readonly to: number }>;
  readonly handovers: readonly Vouching[];
}

function checkKeyChain(rows: readonly KeyRow[], findings: Findings): KeyChain {
  const keys = new Map<string, { key: VerifierKey; from: number; to: number }>();
  const handovers: Vouching[] = [];
  let before: VerifierKey | undefined;
  const origin = rows[0]?.vkey.split("+")[0];
  for (const [index, row] of rows.entries()) {
    const problem = (what: string): void =>
      findings.add(row.size, `The key of epoch ${row.epoch} ${what}; entries from ${row.size} on are not vouched for.`);
    if (row.epoch !== index) return (problem(`follows a gap in the chain`), { origin, keys, handovers });
    try {
      const key = parseVkey(row.vkey);
      if (before !== undefined) {
        const note = parseNote(row.handover ?? "");
        const { size, root, nextKey, origin: named } = parseCheckpoint(note.text);
        if (!signedBy(note, before) || nextKey !== row.vkey || size !== row.size || named !== before.name)
          return (problem("was not handed over by the key before it"), { origin, keys, handovers });
        handovers.push({ where: "the key chain", size, root });
      }
      keys.set(`${key.name}+${key.keyId}`, {
        key,
        from: row.size,
        to: rows[index + 1]?.size ?? Number.MAX_SAFE_INTEGER,
      });
      before = key;
    } catch (error) {
      return (problem(`can't be read (${(error as Error).message})`), { origin, keys, handovers });
    }
  }
  if (rows.length === 0) findings.add(null, "The ledger has no keys, so nothing vouches for it.");
  return { origin, keys, handovers };
}

interface CheckedNote {
  readonly size: number;
  readonly root: string;
  /** It bears the ledger's name, but no key of the chain signed it. */
  readonly stranger: boolean;
  /** Who steals today's key could sign another past with it; a key vouches for its own epoch only. */
  readonly outOfTime: boolean;
}

/** Returns what is wrong with a note as a sentence, when it is not even a stranger's. */
function checkNote(where: string, text: string, chain: KeyChain): CheckedNote | string {
  let note: Note;
  let checkpoint: Checkpoint;
  try {
    note = parseNote(text);
    checkpoint = parseCheckpoint(note.text);
  } catch (error) {
    return `A checkpoint in ${where} is damaged: ${(error as Error).message}.`;
  }
  const { size, root, origin } = checkpoint;
  const known = note.signatures.flatMap(({ name, keyId }) => chain.keys.get(`${name}+${keyId}`) ?? []);
  const signer = known.find(({ key }) => signedBy(note, key));
  if (signer !== undefined) return { size, root, stranger: false, outOfTime: size < signer.from || size > signer.to };
  if (known.length > 0) return `A checkpoint of ${size} entries in ${where} has a bad signature.`;
  if (origin === chain.origin) return { size, root, stranger: true, outOfTime: false };
  return `A checkpoint in ${where} is of another ledger (${origin}).`;
}

function* checkEntries(
  db: DatabaseSync,
  vouching: readonly Vouching[],
  findings: Findings,
): Generator<void, { size: number; vouchedSize: number }> {
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
  const newestSeq =
    (db.prepare("SELECT max(seq) AS seq FROM ledger_entries").get() as { seq: number | null }).seq ?? -1;
  let { prev } = start;
  let at = 0;
  let clean = true;
  let vouchedSize = 0;
  let next = vouching.findIndex((checkpoint) => checkpoint.size >= frontier.size);
  if (next < 0) next = vouching.length;
  const checkRoots = (): void => {
    for (; vouching[next]?.size === frontier.size; next += 1) {
      const { where, root } = vouching[next] as Vouching;
      if (frontier.root() === root) vouchedSize = frontier.size;
      else if (clean) {
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
      const problem =
        row.seq === frontier.size ? entryProblem(row, prev, at, missing) : `Entry ${frontier.size} is missing.`;
      if (problem !== undefined) {
        clean = false;
        findings.add(Math.min(problem.startsWith("The entry before") ? row.seq - 1 : row.seq, frontier.size), problem);
        // What follows a missing entry can't be checked against the tree any more.
        if (row.seq !== frontier.size) return { size: frontier.size, vouchedSize };
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
  return { size: frontier.size, vouchedSize };
}

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

/** What is wrong with one entry, as a sentence. `prev` undefined: the entry before is in the archive. */
function entryProblem(
  row: EntryRow,
  prev: string | undefined,
  atMin: number,
  missing: MissingPayloads,
): string | undefined {
  const { seq, at, kind, agent, session, body, salt, payload } = row;
  let committed: string;
  let prevInBody = prev;
  if (payload !== null && salt !== null && prev !== undefined) committed = payloadHash(salt, payload);
  else {
    let parsed: { payload?: unknown; prev?: unknown };
    try {
      parsed = JSON.parse(body) as typeof parsed;
    } catch {
      return `The body of entry ${seq} is damaged.`;
    }
    prevInBody ??= String(parsed.prev);
    if (payload === null || salt === null) {
      missing.add(seq);
      committed = String(parsed.payload);
    } else committed = payloadHash(salt, payload);
  }
  if (body !== entryBody(seq, at, kind, agent, session, committed, prevInBody ?? ""))
    return mismatch(row, committed, prev);
  if (at < atMin) return `Entry ${seq} is older than the one before it.`;
  return undefined;
}

function mismatch(row: EntryRow, committed: string, prev: string | undefined): string {
  const { seq } = row;
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(row.body) as Record<string, unknown>;
  } catch {
    return `The body of entry ${seq} is damaged.`;
  }
  if (body["seq"] !== seq) return `Entry ${seq} was moved here: its body says that it is entry ${String(body["seq"])}.`;
  if (prev !== undefined && body["prev"] !== prev)
    return seq === 0
      ? "Entry 0 does not begin the ledger."
      : `The entry before ${seq} is not the one that it followed when it was written: entry ${seq - 1} was changed or put in.`;
  if (body["payload"] !== committed) return `The payload of entry ${seq} was changed.`;
  for (const column of ["at", "kind", "agent", "session"] as const)
    if (body[column] !== row[column]) return `The ${column} of entry ${seq} was changed.`;
  return `The body of entry ${seq} was changed.`;
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
