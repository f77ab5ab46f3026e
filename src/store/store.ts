import { chmodSync, closeSync, existsSync, openSync, statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { StoreFault, storeFaultOf } from "./fault.ts";
import { GroupCommit } from "./group-commit.ts";
import { type Migration, migrate } from "./migrate.ts";
import { type LogDisk, WalSync } from "./wal-sync.ts";

export type { Migration } from "./migrate.ts";

export interface StoreOptions {
  /** Absolute path of the database, or `:memory:` in tests. */
  readonly path: string;
  /** All rooms' migrations, in the order in which rooms may refer to each other's tables. */
  readonly migrations: readonly Migration[];
  /** For tools that need some rooms only: tables of rooms that are not named are left alone instead of being `newer`. */
  readonly someRoomsOnly?: boolean;
  /** For tests: a disk that fails or waits. */
  readonly logDisk?: LogDisk;
}

export interface Store extends AsyncDisposable {
  readonly path: string;
  /** For reads and prepared statements. Write only inside `durably` or `atOnce`. */
  readonly db: DatabaseSync;
  /**
   * Runs `work` in this loop turn's transaction and resolves with its result when that, and all that it may have read, is on disk.
   * The work is synchronous, may be run again (when another of the batch threw), and keeps no state outside the database; what
   * must be kept in memory is reloaded in `onRollback`. It changes rows, never the schema: that is what migrations are for.
   * @throws StoreFault  busy: `worksMax` works wait already; full, unwritable, corrupt, io: the batch could not be committed;
   * io, and from then on for every work: what was committed could not be brought to disk, and nobody can know what is there
   * @throws whatever the work throws; then nothing of it was written
   */
  durably<T>(work: () => T): Promise<T>;
  /** As `durably`, at once and in a transaction of its own: for start and stop, where nothing else runs. */
  atOnce<T>(work: () => T): T;
  /** Called when rows written in this process were rolled back: reload what memory kept of them. Returns the way to stop it. */
  onRollback(listener: () => void): () => void;
  /** Called after each commit, when it can't be rolled back and before it is on disk: for what memory keeps, never for an answer. Must not throw. */
  onCommit(listener: () => void): () => void;
  /**
   * What happened to the database behind this process's back since the last call: `replaced` its file is no longer at its path
   * (what is written goes nowhere), `written` another process changed rows. A few microseconds.
   */
  outsideChange(): "replaced" | "written" | null;
  /** The fault that the newest batch met, until a batch succeeds again; a fault of the sync stays. */
  readonly problem: StoreFault | null;
  /** Commits what waits, folds the write-ahead log into the database and closes it; later works are refused `closed`. */
  close(): Promise<void>;
}

/**
 * Opens the database, sets it up and brings it to this code's version.
 * @throws StoreFault  newer, foreign, corrupt, unwritable, full, busy or io, each with a sentence and the next command
 */
export function openStore({ path, migrations, someRoomsOnly = false, logDisk }: StoreOptions): Store {
  let sync: WalSync;
  let db: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") {
      if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
      chmodSync(path, 0o600); // -wal and -shm take the mode of the database
    }
    db = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true, allowExtension: false });
    db.exec(setUp);
    if (path !== ":memory:" && db.prepare("PRAGMA journal_mode").get()?.["journal_mode"] !== "wal")
      // SQLite then goes on with another journal, which is synced by other rules than ours.
      throw new StoreFault(
        "io",
        `${path} lies on a file system without shared memory (a share of the network?), where no log can be kept.`,
        "choose a home on a local disk: signalbox --home /abs/path up",
      );
    migrate(db, path, migrations, someRoomsOnly);
    // What a process before left in the log is read from the page cache, and may not be on disk if a sync failed: it goes into the database now.
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    sync = new WalSync(path, logDisk);
    sync.now();
  } catch (error) {
    db?.close();
    throw storeFaultOf(error, path) ?? error;
  }
  return new OpenStore(path, db, sync);
}

/** Another process that writes is only ever a person's sqlite3; it may finish, but the whole loop waits, so not for long. */
const busyTimeoutMs = 500;

// With NORMAL a commit is written but not synced, which WalSync does; checkpoints and a log that begins anew are synced by SQLite.
const setUp = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA fullfsync = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -16384;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA wal_autocheckpoint = 4000;
`;

/** Which file is at the path: device and inode. */
function fileAt(path: string): string {
  const stats = path === ":memory:" ? undefined : statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? "none" : `${stats.dev}:${stats.ino}`;
}

class OpenStore implements Store {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly #commits: GroupCommit;
  readonly #sync: WalSync;
  readonly #file: string;
  readonly #dataVersion: StatementSync;
  #version: unknown;

  constructor(path: string, db: DatabaseSync, sync: WalSync) {
    this.path = path;
    this.db = db;
    this.#sync = sync;
    const file = fileAt(path);
    this.#file = file;
    this.#commits = new GroupCommit(db, path, sync, () => fileAt(path) !== file || sync.moved);
    this.#dataVersion = db.prepare("PRAGMA data_version");
    this.#version = this.#dataVersion.get()?.["data_version"];
  }

  outsideChange(): "replaced" | "written" | null {
    if (fileAt(this.path) !== this.#file || this.#sync.moved) return "replaced";
    // Counts the commits of other connections only (sqlite.org/pragma.html#pragma_data_version).
    const version = this.#dataVersion.get()?.["data_version"];
    if (version === this.#version) return null;
    this.#version = version;
    return "written";
  }

  get problem(): StoreFault | null {
    return this.#commits.problem;
  }

  durably<T>(work: () => T): Promise<T> {
    return this.#commits.add(work);
  }

  atOnce<T>(work: () => T): T {
    return this.#commits.atOnce(work);
  }

  onRollback(listener: () => void): () => void {
    this.#commits.rollbackListeners.add(listener);
    return () => this.#commits.rollbackListeners.delete(listener);
  }

  onCommit(listener: () => void): () => void {
    this.#commits.commitListeners.add(listener);
    return () => this.#commits.commitListeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.#commits.end();
    if (!this.db.isOpen) return;
    this.#sync.close();
    this.db.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
