/**
 * The door: one Unix socket for everybody. It owns the listening socket, the connections on it and the bytes of NDJSON; the first byte
 * of a connection says whether HTTP is spoken on it (then the socket is handed to `transport/http`) or NDJSON frames. It promises
 * that the socket is reachable by this user only before the first connection can come, that no frame, however wrong,
 * closes a connection or ends the daemon, that connections take turns, and that whatever a client can make grow has a limit
 * (`protocol/limits.ts`). It never unlinks a socket that it did not bind, never judges who is calling, and knows no
 * operation: it passes calls to the dispatch and frames of other shapes to the first client dialect that knows them. Argued in DESIGN section 5.
 */
export type { Where } from "./bind.ts";
export { type Door, type DoorPorts, listen } from "./listen.ts";
