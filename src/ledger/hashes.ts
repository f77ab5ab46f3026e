import type { DatabaseSync, StatementSync } from "node:sqlite";
import { leafHash, nodeHash } from "./tree.ts";

/** Reads hashes of complete subtrees: stored at levels 8, 16, 24..., made from the bodies below, combined in between. */
export class StoredHashes {
  readonly #bodies: StatementSync;
  readonly #nodes: StatementSync;

  constructor(db: DatabaseSync) {
    this.#bodies = db.prepare("SELECT body FROM ledger_entries WHERE seq >= ? AND seq < ? ORDER BY seq");
    this.#nodes = db.prepare(
      "SELECT hash FROM ledger_hashes WHERE level = ? AND position >= ? AND position < ? ORDER BY position",
    );
  }

  /** @throws Error when the subtree is not (or no longer) here whole */
  readonly subtree = (level: number, position: number): string => {
    const storedLevel = level - (level % 8);
    const width = 2 ** (level - storedLevel);
    const first = position * width;
    const hashes =
      storedLevel === 0
        ? (this.#bodies.all(first, first + width) as { body: string }[]).map((row) => leafHash(row.body))
        : (this.#nodes.all(storedLevel, first, first + width) as { hash: string }[]).map((row) => row.hash);
    if (hashes.length !== width)
      throw new Error(`entries ${position * 2 ** level} to ${(position + 1) * 2 ** level - 1} are not all here`);
    let row = hashes;
    while (row.length > 1) {
      const above: string[] = [];
      for (let index = 0; index < row.length; index += 2)
        above.push(nodeHash(row[index] as string, row[index + 1] as string));
      row = above;
    }
    return row[0] as string;
  };
}
