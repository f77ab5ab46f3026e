import { createHash } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { createGzip } from "node:zlib";
import type { Store } from "../store/index.ts";
import { exportLines } from "./export.ts";
import { archivedTo, marks, retiredTo } from "./marks.ts";
import type { Writer } from "./writer.ts";

/** Stored tree nodes exist for whole runs of this many entries, so what leaves the database ends on such a boundary. */
const alignment = 256;
const segmentEntries = 64 * alignment;
const rowsPerWork = 512;
const dayMs = 86_400_000;

export interface RetentionParts {
  readonly store: Store;
  readonly writer: Writer;
  readonly archiveDir: string;
  readonly ageMsMax: number;
  readonly bytesMax: number;
  readonly nowMs: number;
  /** Entries below this are vouched for by a signed checkpoint; only they may go. */
  readonly vouchedSize: number;
  readonly signal: AbortSignal;
}

/**
 * By age: payloads and their salts are dropped, bodies stay, so the chain and every proof stay whole.
 * By size: the oldest whole segments move to `archiveDir` as gzipped exports that the one-file verifier checks on their own;
 * in the database only their tree nodes remain, so proofs and checkpoints of all later entries stay good, while proofs of
 * archived ones come from the archive. Archives and ordinary checkpoints older than the age limit are deleted; the hand-overs
 * of keys, which are checkpoints too, stay for ever.
 * An entry (`ledger/retired`, `ledger/archived`) is on disk before anything goes. Interrupted, the next sweep goes on.
 * What SQLite frees is reused and not given back to the file system; retention bounds growth, it does not shrink the file.
 */
export async function sweepLedger(
  parts: RetentionParts,
): Promise<{ payloadsDropped: number; entriesArchived: number }> {
  const payloadsDropped = await retire(parts);
  const entriesArchived = await archive(parts);
  await deleteOldArchives(parts);
  await thinCheckpoints(parts);
  return { payloadsDropped, entriesArchived };
}

const aligned = (size: number): number => size - (size % alignment);

async function retire({ store, writer, ageMsMax, nowMs, vouchedSize, signal }: RetentionParts): Promise<number> {
  const done = Math.max(retiredTo(store.db), archivedTo(store.db));
  const to = aligned(Math.min(vouchedSize, firstSince(store, nowMs - ageMsMax)));
  if (to > done) {
    const payload = { from: done, to, why: `older than ${Math.round(ageMsMax / dayMs)} days` };
    await store.durably(() => writer.write({ kind: "ledger/retired", payload }));
  }
  // The newest range again from its beginning, because the sweep that entered it may have been cut off.
  const from = marks(store.db, "ledger/retired", "from").at(-1);
  if (from === undefined) return 0;
  const end = retiredTo(store.db);
  const drop = store.db.prepare(
    "UPDATE ledger_entries SET salt = NULL, payload = NULL WHERE seq >= ? AND seq < ? AND payload IS NOT NULL AND kind NOT LIKE 'ledger/%'",
  );
  return await inSteps(from, end, signal, (low, high) => store.durably(() => Number(drop.run(low, high).changes)));
}

async function archive(parts: RetentionParts): Promise<number> {
  const { store, writer, bytesMax, vouchedSize, signal } = parts;
  const remove = store.db.prepare("DELETE FROM ledger_entries WHERE seq >= ? AND seq < ?");
  const removeBelow = async (end: number): Promise<number> => {
    const first =
      (store.db.prepare("SELECT min(seq) AS seq FROM ledger_entries").get() as { seq: number | null }).seq ?? end;
    return await inSteps(first, end, signal, (low, high) => store.durably(() => Number(remove.run(low, high).changes)));
  };
  let archived = await removeBelow(archivedTo(store.db));
  while (bytesUsed(store) > bytesMax) {
    const from = archivedTo(store.db);
    const to = from + segmentEntries;
    const vouched = store.db.prepare("SELECT min(size) AS size FROM ledger_checkpoints WHERE size >= ?").get(to) as {
      size: number | null;
    };
    if (vouched.size === null || to > vouchedSize) break; // what is not signed stays, whatever it weighs
    const { file, sha256 } = await writeArchive(parts, from, to, vouched.size);
    await store.durably(() =>
      writer.write({ kind: "ledger/archived", payload: { from, to, vouchedBy: vouched.size, file, sha256 } }),
    );
    archived += await removeBelow(to);
  }
  return archived;
}

/** The segment and the few entries after it up to the checkpoint that vouches for it. */
async function writeArchive(
  { store, archiveDir, signal }: RetentionParts,
  from: number,
  to: number,
  vouchedSize: number,
): Promise<{ file: string; sha256: string }> {
  await mkdir(archiveDir, { recursive: true, mode: 0o700 });
  const file = `entries-${from}-${to - 1}.ndjson.gz`;
  const path = join(archiveDir, file);
  const sha256 = createHash("sha256");
  const handle = await open(`${path}.new`, "w", 0o600);
  try {
    const lines = async function* (): AsyncGenerator<string> {
      for (const chunk of exportLines(store.db, { from, to: vouchedSize })) {
        signal.throwIfAborted();
        yield chunk.map((line) => `${line}\n`).join("");
        await turn();
      }
    };
    await pipeline(lines, createGzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        sha256.update(chunk);
        await handle.appendFile(chunk);
      }
    });
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
  return { file, sha256: sha256.digest("hex") };
}

/** An archive is as old as its file: it was closed after its newest entry. */
async function deleteOldArchives({ archiveDir, ageMsMax, nowMs }: RetentionParts): Promise<void> {
  const names = await readdir(archiveDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const name of names.filter((file) => file.startsWith("entries-"))) {
    const path = join(archiveDir, name);
    if ((await stat(path)).mtimeMs < nowMs - ageMsMax) await rm(path);
  }
}

/** The newest stays whatever its age: a start compares the tree with it. */
async function thinCheckpoints({ store, ageMsMax, nowMs }: RetentionParts): Promise<void> {
  const thin = store.db.prepare(
    "DELETE FROM ledger_checkpoints WHERE at < ? AND id < (SELECT max(id) FROM ledger_checkpoints)",
  );
  await store.durably(() => thin.run(Math.floor(nowMs - ageMsMax)));
}

/** Bytes of the database that hold something, other rooms' rows included. */
export function bytesUsed({ db }: Store): number {
  const pragma = (name: string): number => Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
}

/** Sequence number of the first entry that is not older than `atMs`; time never decreases, so it is found by halves. */
function firstSince({ db }: Store, atMs: number): number {
  const at = db.prepare("SELECT at FROM ledger_entries WHERE seq = ?");
  const bounds = db.prepare("SELECT min(seq) AS low, max(seq) AS high FROM ledger_entries").get() as {
    low: number | null;
    high: number | null;
  };
  let low = bounds.low ?? 0;
  let high = (bounds.high ?? -1) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = at.get(middle) as { at: number } | undefined;
    if (row === undefined || row.at >= atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function inSteps(
  from: number,
  to: number,
  signal: AbortSignal,
  step: (low: number, high: number) => Promise<number>,
): Promise<number> {
  let changed = 0;
  for (let low = from; low < to; low += rowsPerWork) {
    signal.throwIfAborted();
    changed += await step(low, Math.min(low + rowsPerWork, to));
  }
  return changed;
}
