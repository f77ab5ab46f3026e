import type { DatabaseSync } from "node:sqlite";
import { Refusal } from "../protocol/refusals.ts";
import { recoverHint } from "./faults.ts";
import { type EpochKey, KeyFiles } from "./key-files.ts";
import { parseVkey, signCheckpoint, vkeyOf } from "./note.ts";

export interface KeyRow {
  readonly epoch: number;
  readonly vkey: string;
  /** Tree size at which the epoch began. */
  readonly size: number;
  /** The note by which the epoch before handed over; null for epoch 0. */
  readonly handover: string | null;
}

/** The chain of public keys in the database and the one private key on disk. Forward security is argued in ADR 0005. */
export class Keyring {
  readonly #db: DatabaseSync;
  readonly files: KeyFiles;
  #current: { readonly key: EpochKey; readonly vkey: string } | undefined;

  constructor(db: DatabaseSync, dir: string) {
    this.#db = db;
    this.files = new KeyFiles(dir);
  }

  rows(): KeyRow[] {
    return this.#db
      .prepare("SELECT epoch, vkey, size, handover FROM ledger_keys ORDER BY epoch")
      .all() as unknown as KeyRow[];
  }

  row(which: "first" | "last"): KeyRow | undefined {
    const order = which === "first" ? "ASC" : "DESC";
    return this.#db
      .prepare(`SELECT epoch, vkey, size, handover FROM ledger_keys ORDER BY epoch ${order} LIMIT 1`)
      .get() as KeyRow | undefined;
  }

  /** The chain's key whose vkey begins like one of these (`name+id+`), without reading the whole chain. */
  vkeyNamed(prefixes: readonly string[]): string | undefined {
    const find = this.#db.prepare("SELECT vkey FROM ledger_keys WHERE substr(vkey, 1, length(?)) = ?");
    for (const prefix of prefixes) {
      const row = find.get(prefix, prefix) as { vkey: string } | undefined;
      if (row !== undefined) return row.vkey;
    }
    return undefined;
  }

  get epoch(): number {
    return this.#signing.key.epoch;
  }

  get vkey(): string {
    return this.#signing.vkey;
  }

  get origin(): string {
    return parseVkey(this.#signing.vkey).name;
  }

  get #signing(): { readonly key: EpochKey; readonly vkey: string } {
    if (this.#current === undefined)
      throw new Refusal("LEDGER_UNAVAILABLE", "The ledger's key is not loaded.", recoverHint);
    return this.#current;
  }

  /**
   * Loads the private key of the newest epoch in the database, and erases one that has already handed over.
   * @throws Refusal LEDGER_UNAVAILABLE  it is missing, unreadable or another one; the sentence says what that means
   */
  load(last: KeyRow): void {
    const present = this.files.epochs();
    if (!present.includes(last.epoch)) {
      const newest = present.at(-1);
      throw new Refusal(
        "LEDGER_UNAVAILABLE",
        newest !== undefined && newest > last.epoch
          ? `The database is older than its keys (it ends in epoch ${last.epoch}, the keys in ${newest}): it was rolled back to an old copy. Nothing is allowed until that is settled.`
          : `The ledger's key ${this.files.path(last.epoch)} is missing, so nothing can be recorded and nothing is allowed.`,
        recoverHint,
      );
    }
    let key: EpochKey;
    try {
      key = this.files.load(last.epoch);
    } catch (error) {
      throw new Refusal(
        "LEDGER_UNAVAILABLE",
        `The ledger's key ${this.files.path(last.epoch)} can't be read (${(error as Error).message}), so nothing can be recorded and nothing is allowed.`,
        recoverHint,
        { cause: error },
      );
    }
    if (vkeyOf(parseVkey(last.vkey).name, key.publicKey) !== last.vkey)
      throw new Refusal(
        "LEDGER_UNAVAILABLE",
        `The key ${this.files.path(last.epoch)} is not the one that the ledger ends with: one of the two was replaced.`,
        recoverHint,
      );
    for (const epoch of present) if (epoch < last.epoch) this.files.erase(epoch);
    this.#current = { key, vkey: last.vkey };
  }

  /** Makes the next key's file. It signs nothing until `handOver` is committed and `adopt` called. */
  prepare(epoch: number): EpochKey {
    return this.files.create(epoch);
  }

  /** In a transaction: begins the chain with the first key. */
  begin(key: EpochKey, origin: string): void {
    this.#insert({ epoch: key.epoch, vkey: vkeyOf(origin, key.publicKey), size: 0, handover: null });
  }

  /** In a transaction: the current key's last act, which freezes everything up to `size`. Returns the note. */
  handOver(next: EpochKey, size: number, root: string): string {
    const origin = this.origin;
    const vkey = vkeyOf(origin, next.publicKey);
    const handover = signCheckpoint({ origin, size, root, nextKey: vkey }, this.#signing.key.privateKey, this.vkey);
    this.#insert({ epoch: next.epoch, vkey, size, handover });
    return handover;
  }

  /** After the commit: the key signs from now on, and its predecessor's file is erased. */
  adopt(key: EpochKey, origin: string): void {
    const before = this.#current?.key.epoch;
    this.#current = { key, vkey: vkeyOf(origin, key.publicKey) };
    if (before !== undefined) this.files.erase(before);
  }

  sign(size: number, root: string): string {
    const { key, vkey } = this.#signing;
    return signCheckpoint({ origin: this.origin, size, root, nextKey: undefined }, key.privateKey, vkey);
  }

  #insert(row: KeyRow): void {
    this.#db
      .prepare("INSERT INTO ledger_keys (epoch, vkey, size, handover) VALUES (?, ?, ?, ?)")
      .run(row.epoch, row.vkey, row.size, row.handover);
  }
}
