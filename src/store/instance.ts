import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreFault, storeFaultOf } from "./fault.ts";

/** Held for the daemon's life; the system releases it when the process dies, however it dies. */
export interface Instance extends Disposable {
  close(): void;
}

/**
 * Two daemons that start in the same moment each meet the other's half-taken lock; without patience both would give up and nobody
 * serve. One that meets a daemon which serves learns it this much later.
 */
const contestMs = 250;

/**
 * Takes the home for this process: an exclusive transaction on a database that holds nothing. Node has no flock, and a pid file
 * outlives its process. No other code may open this file: POSIX locks vanish when any handle of the process closes.
 * @param path  absolute, `<home>/instance.db`
 * @throws StoreFault  busy: another daemon serves this home; unwritable, corrupt, io: the file can't be locked
 */
export function takeInstance(path: string): Instance {
  let database: DatabaseSync | undefined;
  try {
    if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
    database = new DatabaseSync(path, { timeout: contestMs, allowExtension: false });
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    const fault = storeFaultOf(error, path);
    if (fault === undefined) throw error;
    if (fault.kind === "busy")
      throw new StoreFault("busy", `Another daemon already serves this home (it holds ${path}).`, "signalbox status", {
        cause: error,
      });
    if (fault.kind === "corrupt")
      throw new StoreFault(
        "corrupt",
        `${path} is damaged; it holds nothing and can be deleted.`,
        `rm '${path}' && signalbox up`,
        { cause: error },
      );
    throw fault;
  }
  const held = database;
  const close = (): void => {
    if (held.isOpen) held.close();
  };
  return { close, [Symbol.dispose]: close };
}
