import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../protocol/refusals.ts";
import { StoredHashes } from "./hashes.ts";
import type { Keyring } from "./keyring.ts";
import { parseCheckpoint, parseNote } from "./note.ts";
import type { Reader } from "./reader.ts";
import { consistencyPath, emptyRoot, Frontier, inclusionPath, leafHash } from "./tree.ts";
import type { ConsistencyProof, InclusionProof } from "./types.ts";

/**
 * That one entry is in the tree which `checkpoint` signs, and by which chain of keys.
 * @throws Refusal NOT_FOUND  no such entry, or it is in the archive
 */
export function proveInclusion(
  db: DatabaseSync,
  reader: Reader,
  keyring: Keyring,
  seq: number,
  checkpoint: string,
): InclusionProof {
  const { body } = reader.row(seq);
  const note = parseNote(checkpoint);
  const { size } = parseCheckpoint(note.text);
  const signers = note.signatures.map(({ name, keyId }) => `${name}+${keyId}+`);
  const rows = keyring.rows();
  const last = rows.findIndex(({ vkey }) => signers.some((prefix) => vkey.startsWith(prefix)));
  const chain = rows.slice(0, last + 1);
  return {
    seq,
    body,
    leaf: leafHash(body),
    path: inclusionPath(seq, size, new StoredHashes(db).subtree),
    checkpoint,
    keys: chain.map(({ vkey }) => vkey),
    handovers: chain.flatMap(({ handover }) => handover ?? []),
  };
}

/**
 * That the tree of `to` entries continues the tree of `from` entries.
 * @throws Refusal INVALID_PARAMS  not 0 <= from <= to <= size
 * @throws Refusal NOT_FOUND       the proof needs entries that are in the archive
 */
export function proveConsistency(db: DatabaseSync, size: number, from: number, to: number): ConsistencyProof {
  if (!(0 <= from && from <= to && to <= size))
    throw new Refusal(
      "INVALID_PARAMS",
      `A consistency proof is from a smaller tree to a larger one of at most ${size} entries, not from ${from} to ${to}.`,
    );
  const { subtree } = new StoredHashes(db);
  const root = (at: number): string => (at === 0 ? emptyRoot : Frontier.at(at, subtree).root());
  try {
    return { from, to, fromRoot: root(from), toRoot: root(to), path: consistencyPath(from, to, subtree) };
  } catch (error) {
    throw new Refusal(
      "NOT_FOUND",
      `The proof needs entries that are in the archive: ${(error as Error).message}.`,
      "signalbox ledger list",
      { cause: error },
    );
  }
}
