import { type Store, storeFaultOf } from "../store/index.ts";
import type { CheckpointFile } from "./checkpoint-file.ts";
import { unfit } from "./faults.ts";
import { StoredHashes } from "./hashes.ts";
import type { KeyRow, Keyring } from "./keyring.ts";
import { parseCheckpoint, parseNote, parseVkey, signedBy } from "./note.ts";
import type { Signer } from "./signer.ts";
import { Frontier } from "./tree.ts";
import type { NewEntry } from "./types.ts";
import type { Writer } from "./writer.ts";

export interface StartParts {
  readonly store: Store;
  readonly writer: Writer;
  readonly keyring: Keyring;
  readonly signer: Signer;
  readonly file: CheckpointFile;
  readonly origin: string;
  readonly nowMs: number;
  /** Written before everything else in a new ledger (`ledger/gap` after a recovery). */
  readonly first: NewEntry | undefined;
}

/**
 * Brings the ledger into use: begins a new one, or checks that an old one fits its keys and its newest anchors (O(log n)), enters
 * what happened since, and lets a new key take over. Returns the note to publish.
 * @throws Refusal LEDGER_UNAVAILABLE  keys missing, database rolled back, replaced or edited; never a silent new key
 * @throws StoreFault, Error           the disk: worth trying again
 */
export function startLedger(parts: StartParts): string {
  const last = parts.keyring.row("last");
  return last === undefined ? begin(parts) : resume(parts, last);
}

function begin({ store, writer, keyring, signer, file, origin, nowMs, first }: StartParts): string {
  if (writer.size > 0) throw unfit("The ledger has entries but no keys: its tables were edited.");
  const leftKeys = keyring.files.epochs().filter((epoch) => epoch > 0); // epoch 0 alone may be a first start that was cut off
  const leftNote = file.last();
  if (leftKeys.length > 0 || leftNote !== undefined)
    throw unfit(
      `The database is new, but ${leftNote === undefined ? `${keyring.files.dir} holds keys` : `${file.name} holds checkpoints`} of an older ledger: the database was deleted or replaced.`,
    );
  const key = keyring.prepare(0);
  const note = store.atOnce(() => {
    keyring.begin(key, origin);
    keyring.adopt(key, origin);
    writer.noteClockAtStart();
    if (first !== undefined) writer.write(first);
    writer.write({ kind: "ledger/opened", payload: { epoch: 0, key: keyring.vkey } });
    return signer.signNow();
  });
  signer.newest = { size: writer.size, atMs: nowMs, note };
  return note;
}

function resume({ store, writer, keyring, signer, file, nowMs }: StartParts, last: KeyRow): string {
  keyring.load(last);
  checkEnd(store, writer);
  const lostSink = checkAnchors(store, writer, keyring, file, last);
  const next = keyring.prepare(last.epoch + 1);
  const { origin } = keyring;
  const note = store.atOnce(() => {
    const end = writer.last();
    writer.noteClockAtStart();
    if (end !== undefined && end.kind !== "ledger/closed")
      writer.write({
        kind: "ledger/recovered",
        payload: {
          lastSeq: end.seq,
          lastAt: new Date(end.at).toISOString(),
          root: writer.root(),
          why: "the daemon before did not close the ledger; whatever it had not committed is lost",
        },
      });
    if (lostSink) writer.write({ kind: "ledger/sink-lost", payload: { sink: file.name } });
    writer.write({ kind: "ledger/opened", payload: { epoch: next.epoch } });
    return keyring.handOver(next, writer.size, writer.root());
  });
  keyring.adopt(next, origin);
  signer.newest = { size: writer.size, atMs: nowMs, note };
  return note;
}

/** The next entry stands on the newest ones and on the stored tree. */
function checkEnd(store: Store, writer: Writer): void {
  try {
    writer.root();
  } catch (error) {
    throw storeFaultOf(error, store.path) ?? unfit(`The ledger was cut into: ${(error as Error).message}.`);
  }
}

/** Compares the tree with the newest note of the database and of the file. Returns whether the file is gone. */
function checkAnchors(store: Store, writer: Writer, keyring: Keyring, file: CheckpointFile, last: KeyRow): boolean {
  const row = store.db.prepare("SELECT note FROM ledger_checkpoints ORDER BY id DESC LIMIT 1").get() as
    | { note: string }
    | undefined;
  const filed = file.last();
  for (const [where, note] of [
    ["the database", row?.note],
    ["the database", last.handover ?? undefined],
    [file.name, filed],
  ] as const) {
    if (note !== undefined) checkAnchor(store, writer, keyring, where, note);
  }
  return filed === undefined && (row !== undefined || last.handover !== null);
}

function checkAnchor(store: Store, writer: Writer, keyring: Keyring, where: string, text: string): void {
  const note = parseNote(text);
  const { size, root } = parseCheckpoint(note.text);
  const vkey = keyring.vkeyNamed(note.signatures.map(({ name, keyId }) => `${name}+${keyId}+`));
  if (vkey === undefined || !signedBy(note, parseVkey(vkey)))
    throw unfit(
      `The newest checkpoint in ${where} (${size} entries) is not signed by a key of this ledger: one of the two was replaced.`,
    );
  if (size > writer.size)
    throw unfit(
      `The database ends at ${writer.size} entries, but a checkpoint in ${where} vouches for ${size}: it was cut or rolled back to an old copy.`,
    );
  let found: string;
  try {
    found = Frontier.at(size, new StoredHashes(store.db).subtree).root();
  } catch (error) {
    throw unfit(`Entries below ${size} are missing: ${(error as Error).message}.`);
  }
  if (found !== root)
    throw unfit(
      `The newest entries don't match the checkpoint in ${where} that vouches for the first ${size}: they were changed.`,
    );
}
