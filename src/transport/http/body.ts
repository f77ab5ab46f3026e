import type { IncomingMessage } from "node:http";

/** What came of a request's body. Of one that is too large only the first `bytesMax` bytes are kept. */
export interface Body {
  readonly bytes: Buffer;
  readonly tooLarge: boolean;
}

/** A body that goes on for this much beyond its limit is not worth reading to its end. */
const overrunBytesMax = 256 * 1024 * 1024;

/**
 * Reads a body to its end and keeps at most `bytesMax` of it. The rest is read and dropped, because a client that is still
 * writing would not read an answer. Resolves to undefined when the client went away before the end, or sends without end.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Body | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let kept = 0;
    let seen = 0;
    request.on("data", (chunk: Buffer) => {
      seen += chunk.length;
      const room = bytesMax - kept;
      if (room > 0) {
        chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
        kept += Math.min(room, chunk.length);
      }
      if (seen > bytesMax + overrunBytesMax) request.destroy();
    });
    request.on("end", () =>
      resolve({
        bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
        tooLarge: seen > bytesMax,
      }),
    );
    request.on("close", () => resolve(undefined)); // after 'end' this changes nothing
    request.on("error", () => resolve(undefined)); // the client went away; there is nobody to tell
  });
}
