import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../protocol/refusals.ts";
import type { EntryRow } from "./entry.ts";
import { StoredHashes } from "./hashes.ts";
import type { KeyRow } from "./keyring.ts";
import { archivedTo } from "./marks.ts";
import { parseVkey } from "./note.ts";
import { Frontier } from "./tree.ts";

const rowsPerStep = 256;

/**
 * Entries from..to-1 (default: all that are here) as NDJSON lines without their line feed, in this order:
 * `{type:"ledger", v:1, origin, from, to, peaks}`   `peaks`: roots of the complete subtrees over entries 0..from-1
 * `{type:"key", epoch, vkey, size, handover}`       the key chain
 * `{type:"checkpoint", size, note}`                 before the entries, so that one reading of the lines is enough to verify
 * `{type:"entry", seq, body, salt, payload}`        body and payload as the exact text that is hashed; null when dropped
 * A snapshot: entries appended meanwhile are left out.
 */
export function* exportLines(
  db: DatabaseSync,
  range?: { readonly from: number; readonly to: number },
): Generator<string[]> {
  const keys = db
    .prepare("SELECT epoch, vkey, size, handover FROM ledger_keys ORDER BY epoch")
    .all() as unknown as KeyRow[];
  const newest = db.prepare("SELECT max(seq) AS seq FROM ledger_entries").get() as { seq: number | null };
  const { from, to } = range ?? { from: archivedTo(db), to: (newest.seq ?? -1) + 1 };
  const checkpoints = db
    .prepare("SELECT size, note FROM ledger_checkpoints WHERE size >= ? AND size <= ? ORDER BY id")
    .all(from, to);
  const origin = keys[0] === undefined ? null : parseVkey(keys[0].vkey).name;
  const peaks = Frontier.at(from, new StoredHashes(db).subtree).peaks();
  yield [
    JSON.stringify({ type: "ledger", v: 1, origin, from, to, peaks }),
    ...keys.filter((key) => key.size <= to).map((key) => JSON.stringify({ type: "key", ...key })),
    ...checkpoints.map((checkpoint) => JSON.stringify({ type: "checkpoint", ...checkpoint })),
  ];
  const read = db.prepare(
    "SELECT seq, body, salt, payload FROM ledger_entries WHERE seq >= ? AND seq < ? ORDER BY seq",
  );
  for (let seq = from; seq < to; seq += rowsPerStep) {
    const rows = read.all(seq, Math.min(seq + rowsPerStep, to)) as unknown as Pick<
      EntryRow,
      "seq" | "body" | "salt" | "payload"
    >[];
    if (rows.length !== Math.min(rowsPerStep, to - seq))
      throw new Refusal(
        "CONFLICT",
        `Entry ${seq + rows.length} moved to the archive, or is missing, since the export began.`,
        "signalbox ledger verify, then export again",
      );
    yield rows.map((row) => JSON.stringify({ type: "entry", ...row }));
  }
}
