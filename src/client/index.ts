/**
 * The typed client of the daemon: JSON-RPC 2.0 over NDJSON on the socket, with the methods, params and results of the table of
 * operations. It owns one connection and the calls in flight on it. It promises that every call ends: with its result, with
 * the daemon's Refusal, or with one of its own (DAEMON_AWAY when nobody answers or the connection is lost, CANCELLED when the
 * caller's signal aborts), and that it keeps at most `inFlightPerConnectionMax` calls and one frame of `frameBytesMax` in memory. It never validates
 * (the daemon does, and loading the schemas would cost a short-lived CLI more than the call), never retries and never starts the daemon.
 */
export { type Client, connect, dial } from "./connect.ts";
export { type Proof, proofOf } from "./proof.ts";
