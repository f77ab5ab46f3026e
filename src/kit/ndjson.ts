import { isUtf8 } from "node:buffer";

const newline = 10;

/** A frame that was longer than the limit. Its bytes are gone; the next frame is read as if nothing had been. */
export const tooLong: unique symbol = Symbol("frame too long");

/**
 * Splits a byte stream into frames at newlines, whatever the chunks are. Bytes, not text: a chunk may end inside a character.
 * It keeps at most `frameBytesMax` bytes of an unfinished frame; of a longer one it keeps its first few (`skipped`) and reports `tooLong` once,
 * when it grows past the limit. A trailing CR is no part of a frame; blank frames are skipped.
 */
export class FrameReader {
  readonly #frameBytesMax: number;
  #chunks: Buffer[] = [];
  /** Where reading stands in the first chunk. */
  #offset = 0;
  /** Start of an unfinished frame, without a newline in it. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #skipping = false;
  /** How the frame that was last reported as too long began. */
  skipped = "";

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** Bytes of a frame that has begun and not ended. */
  get partialBytes(): number {
    return this.#partialBytes;
  }

  /** Whether an unfinished frame is under way, one that is being skipped included. */
  get unfinished(): boolean {
    return this.#skipping || this.#partialBytes > 0;
  }

  write(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** The next whole frame without its newline, `tooLong`, or undefined when more bytes are needed. */
  next(): Buffer | typeof tooLong | undefined {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) return undefined;
      const end = chunk.indexOf(newline, this.#offset);
      const piece = chunk.subarray(this.#offset, end === -1 ? chunk.length : end);
      if (end === -1 || end + 1 === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      } else this.#offset = end + 1;
      if (this.#skipping) {
        this.#skipping = end === -1;
        continue;
      }
      if (this.#partialBytes + piece.length > this.#frameBytesMax) {
        this.skipped = Buffer.concat([...this.#partial, piece].slice(0, skippedPieces)).toString(
          "latin1",
          0,
          skippedBytes,
        );
        this.#drop();
        this.#skipping = end === -1;
        return tooLong;
      }
      if (end === -1) {
        this.#partial.push(piece);
        this.#partialBytes += piece.length;
        continue;
      }
      const frame = this.#partialBytes === 0 ? piece : Buffer.concat([...this.#partial, piece]);
      this.#drop();
      if (!isBlank(frame)) return frame;
    }
  }

  #drop(): void {
    this.#partial = [];
    this.#partialBytes = 0;
  }
}

const skippedBytes = 64;
/** Each has a byte at least. */
const skippedPieces = 64;

const isBlank = (frame: Buffer): boolean => frame.every((byte) => byte === 13 || byte === 32 || byte === 9);

/** Why a frame is not JSON that can be used. */
export type FrameFault = "not valid UTF-8" | "not JSON" | "nested too deeply";

/**
 * Reads one frame as JSON.
 * @param depthMax  deepest nesting of arrays and objects; a linear scan finds deeper ones before they are parsed
 */
export function parseFrame(
  frame: Buffer,
  depthMax: number,
): { readonly value: unknown } | { readonly fault: FrameFault } {
  if (!isUtf8(frame)) return { fault: "not valid UTF-8" };
  if (deeperThan(frame, depthMax)) return { fault: "nested too deeply" };
  try {
    return { value: JSON.parse(frame.toString("utf8")) as unknown };
  } catch {
    return { fault: "not JSON" }; // the parser's own words quote the input, which does not belong in an answer or a log
  }
}

/** Whether arrays and objects nest deeper than `depthMax`, by one linear scan; on text that is not JSON the answer may be either. */
export function deeperThan(json: Uint8Array, depthMax: number): boolean {
  if (json.length <= depthMax) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inString) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}
