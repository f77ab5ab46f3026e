import type { Connection } from "../connection.ts";

export interface Spoken {
  http(connection: Connection): void;
  /** @param first  bytes that were read already, from the first that is not blank */
  frames(first: Buffer): void;
}

const [cr, lf, upperA, upperZ] = [13, 10, 65, 90];

/** Finds out by its first byte what is spoken on a connection. Blank lines before it are skipped, however many. */
export function sniff(connection: Connection, spoken: Spoken): void {
  const { socket } = connection;
  const data = (chunk: Buffer) => {
    const start = chunk.findIndex((byte) => byte !== cr && byte !== lf);
    const byte = chunk[start];
    if (byte === undefined) return;
    socket.off("data", data);
    socket.off("end", ended);
    const first = chunk.subarray(start);
    if (byte < upperA || byte > upperZ) return spoken.frames(first);
    // The HTTP parser must meet the socket paused: then it gets the bytes put back here before any that are still to come.
    socket.pause();
    connection.kind = "http";
    spoken.http(connection);
    socket.unshift(first);
    socket.resume();
  };
  const ended = () => socket.end();
  socket.on("data", data);
  socket.on("end", ended);
}
