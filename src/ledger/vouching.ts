import type { DatabaseSync } from "node:sqlite";
import type { Findings } from "./findings.ts";
import type { KeyRow } from "./keyring.ts";
import {
  type Checkpoint,
  type Note,
  parseCheckpoint,
  parseNote,
  parseVkey,
  signedBy,
  type VerifierKey,
} from "./note.ts";

/** A signature takes some 0.1 ms to check. */
const signaturesPerStep = 16;

/** Notes from outside the database, and where they come from. */
export interface Anchor {
  readonly where: string;
  readonly note: string;
}

/** A checkpoint whose signature is good: the first `size` entries must hash to `root`. */
export interface Vouching {
  readonly where: string;
  readonly size: number;
  readonly root: string;
}

/**
 * Checks the key chain and every note's signature. `vouching` ascends by size; `strangers` bear this ledger's name and are
 * signed by a key that it does not know, which is what an old copy of a database looks like to a newer checkpoint.
 */
export function* collectVouching(
  db: DatabaseSync,
  anchors: readonly Anchor[],
  findings: Findings,
): Generator<void, { vouching: Vouching[]; strangers: Vouching[] }> {
  const rows = db
    .prepare("SELECT epoch, vkey, size, handover FROM ledger_keys ORDER BY epoch")
    .all() as unknown as KeyRow[];
  const chain = yield* checkKeyChain(rows, findings);
  const vouching: Vouching[] = [...chain.handovers];
  const strangers: Vouching[] = [];
  const seen = new Map<string | null, { readonly size: number; readonly root: string } | undefined>(
    rows.map((row) => [row.handover, undefined]),
  );
  const stored = db.prepare("SELECT note FROM ledger_checkpoints ORDER BY id").all() as { note: string }[];
  const all = [...stored.map(({ note }) => ({ where: "the database", note })), ...anchors];
  for (const { where, note } of all) {
    if (seen.has(note)) {
      const known = seen.get(note);
      if (known !== undefined) vouching.push({ where, ...known }); // the same note, kept in another place too
      continue;
    }
    if (seen.size % signaturesPerStep === 0) yield;
    seen.set(note, undefined);
    const checked = checkNote(where, note, chain);
    if (typeof checked === "string") findings.add(null, checked);
    else if (checked.stranger) strangers.push({ where, ...checked });
    else if (checked.outOfTime)
      findings.add(
        checked.size,
        `A checkpoint of ${checked.size} entries in ${where} is signed by a key of another time.`,
      );
    else {
      seen.set(note, { size: checked.size, root: checked.root });
      vouching.push({ where, ...checked });
    }
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

function* checkKeyChain(rows: readonly KeyRow[], findings: Findings): Generator<void, KeyChain> {
  const keys = new Map<string, { key: VerifierKey; from: number; to: number }>();
  const handovers: Vouching[] = [];
  let before: VerifierKey | undefined;
  const origin = rows[0]?.vkey.split("+")[0];
  for (const [index, row] of rows.entries()) {
    if (index % signaturesPerStep === 0) yield;
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
