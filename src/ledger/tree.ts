import { hash } from "node:crypto";

/**
 * The Merkle tree of RFC 9162 section 2.1 over hex hashes. Hex, because `crypto.hash` returns text more than twice as fast as
 * buffers. Nothing here reads or stores anything: complete subtrees come in through `SubtreeHash`.
 */
export type SubtreeHash = (level: number, position: number) => string;

/** MTH of no entries: the hash of nothing. */
export const emptyRoot = hash("sha256", "", "hex");

/** SHA-256(0x00 || body). The text's first character is the one byte 0x00 in UTF-8. */
export function leafHash(body: string): string {
  return hash("sha256", `\0${body}`, "hex");
}

const pair = Buffer.alloc(65);
pair[0] = 1;

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: string, right: string): string {
  pair.write(left, 1, "hex");
  pair.write(right, 33, "hex");
  return hash("sha256", pair, "hex");
}

/** The roots of the complete subtrees that a growing tree ends in, largest first: all that an append needs to know. */
export class Frontier {
  size: number;
  readonly #peaks: string[];

  constructor(size = 0, peaks: readonly string[] = []) {
    this.size = size;
    this.#peaks = [...peaks];
  }

  /** @param completed  told of each complete subtree at a level that is a multiple of 8 */
  push(leaf: string, completed?: (level: number, position: number, hash: string) => void): void {
    let node = leaf;
    let level = 0;
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      node = nodeHash(this.#peaks.pop() as string, node);
      level += 1;
      if (level % 8 === 0) completed?.(level, Math.floor(rest / 2), node);
    }
    this.#peaks.push(node);
    this.size += 1;
  }

  root(): string {
    let root = this.#peaks.at(-1);
    if (root === undefined) return emptyRoot;
    for (let index = this.#peaks.length - 2; index >= 0; index -= 1)
      root = nodeHash(this.#peaks[index] as string, root);
    return root;
  }

  peaks(): readonly string[] {
    return this.#peaks;
  }

  /** The frontier of the first `size` leaves, from stored subtrees: O(log size) of them. */
  static at(size: number, subtree: SubtreeHash): Frontier {
    const peaks: string[] = [];
    let start = 0;
    for (let level = 52; level >= 0; level -= 1) {
      const width = 2 ** level;
      if (Math.floor(size / width) % 2 === 0) continue;
      peaks.push(subtree(level, start / width));
      start += width;
    }
    return new Frontier(size, peaks);
  }
}

/** Largest power of two smaller than `n` (n > 1). */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH of the `n` leaves from `start` on; `start` is a multiple of the power of two at or above `n`. */
function rangeHash(start: number, n: number, subtree: SubtreeHash): string {
  const k = split(n);
  if (n === 1 || k * 2 === n) return subtree(Math.log2(n), start / n);
  return nodeHash(rangeHash(start, k, subtree), rangeHash(start + k, n - k, subtree));
}

/** PATH(index, D[size]) of RFC 9162 section 2.1.3.1, leaf to root. */
export function inclusionPath(index: number, size: number, subtree: SubtreeHash, start = 0): string[] {
  if (size <= 1) return [];
  const k = split(size);
  return index < k
    ? [...inclusionPath(index, k, subtree, start), rangeHash(start + k, size - k, subtree)]
    : [...inclusionPath(index - k, size - k, subtree, start + k), rangeHash(start, k, subtree)];
}

/** PROOF(from, D[to]) of RFC 9162 section 2.1.4.1; empty when from = 0 or from = to. */
export function consistencyPath(from: number, to: number, subtree: SubtreeHash): string[] {
  return from === 0 || from === to ? [] : subproof(from, 0, to, true, subtree);
}

function subproof(m: number, start: number, n: number, known: boolean, subtree: SubtreeHash): string[] {
  if (m === n) return known ? [] : [rangeHash(start, n, subtree)];
  const k = split(n);
  return m <= k
    ? [...subproof(m, start, k, known, subtree), rangeHash(start + k, n - k, subtree)]
    : [...subproof(m - k, start + k, n - k, false, subtree), rangeHash(start, k, subtree)];
}
