import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, statSync } from "node:fs";
import { StoreFault, storeFaultOf } from "./fault.ts";

/** What makes the write-ahead log durable; tests put a disk that fails or waits in its place. */
export interface LogDisk {
  /** As fs.fdatasync: off the loop. */
  sync(fd: number, done: (error: Error | null) => void): void;
  /** As fs.fdatasyncSync: on it. */
  syncNow(fd: number): void;
}

const realDisk: LogDisk = { sync: fdatasync, syncNow: fdatasyncSync };

/** A commit of so few works is synced on the loop, where that is quick: handing it to a thread and back costs more than it frees. */
const worksOnLoopMax = 2;
const syncOnLoopMsMax = 1;

type Done = (fault: StoreFault | undefined) => void;

interface Committed {
  readonly works: number;
  readonly done: Done;
}

/**
 * Brings what was committed to disk: SQLite itself (`synchronous=NORMAL`) only writes a commit to the log, and this syncs the log. At most one
 * sync runs; what is committed meanwhile shares the next one, so the loop goes on working while the disk does.
 *
 * A sync that fails is final. The kernel may have thrown away what it could not write and call the next sync a success, so from then on
 * nothing that this process commits can be vouched for; only a new process, which first folds the log into the database, can.
 * Argued in docs/adr/0018-sync-beside-the-loop.md.
 */
export class WalSync {
  readonly #path: string;
  readonly #disk: LogDisk;
  /** A descriptor of our own: it hears of every fault of the log, also of one that SQLite met in a checkpoint and keeps to itself. */
  readonly #fd: number | undefined;
  readonly #file: string;
  #waiting: Committed[] = [];
  #works = 0;
  #running = false;
  #lastMs = 0;
  #fault: StoreFault | undefined;
  #idle: (() => void) | undefined;

  /** @param path  of the database, whose log SQLite has made by now; `:memory:` has none, and nothing to sync */
  constructor(path: string, disk: LogDisk = realDisk) {
    this.#path = path;
    this.#disk = disk;
    this.#fd = path === ":memory:" ? undefined : openSync(this.#log, "r+");
    this.#file = nameOf(this.#fd === undefined ? undefined : fstatSync(this.#fd));
  }

  get #log(): string {
    return `${this.#path}-wal`;
  }

  /** Set once and for all by the first sync that failed. */
  get fault(): StoreFault | undefined {
    return this.#fault;
  }

  /** Works that are committed and not yet on disk. */
  get works(): number {
    return this.#works;
  }

  /** Whether SQLite's log is no longer the file that is synced here. */
  get moved(): boolean {
    return this.#fd !== undefined && nameOf(statSync(this.#log, { throwIfNoEntry: false })) !== this.#file;
  }

  /** Calls `done` once: when all that was committed before is on disk, or with the fault for which nobody can know. */
  after(works: number, done: Done): void {
    if (this.#fault !== undefined || this.#fd === undefined) return done(this.#fault);
    if (!this.#running && works <= worksOnLoopMax && this.#lastMs <= syncOnLoopMsMax)
      return done(this.#syncNow(this.#fd));
    this.#waiting.push({ works, done });
    this.#works += works;
    if (!this.#running) this.#sync(this.#fd);
  }

  /** On the loop, for start and stop. @throws StoreFault */
  now(): void {
    const fault = this.#fault ?? (this.#fd === undefined ? undefined : this.#syncNow(this.#fd));
    if (fault !== undefined) throw fault;
  }

  /** Resolves when nothing waits for the disk. */
  async settled(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #sync(fd: number): void {
    const group = this.#waiting;
    this.#waiting = [];
    this.#running = true;
    const from = performance.now();
    this.#disk.sync(fd, (error) => {
      this.#lastMs = performance.now() - from;
      this.#running = false;
      if (error !== null) this.#fail(error);
      // What was committed while a sync failed shares its fate.
      const settled = this.#fault === undefined ? group : [...group, ...this.#waiting.splice(0)];
      if (this.#waiting.length > 0) this.#sync(fd);
      for (const { works, done } of settled) {
        this.#works -= works;
        done(this.#fault);
      }
      if (!this.#running) this.#idle?.();
    });
  }

  #syncNow(fd: number): StoreFault | undefined {
    const from = performance.now();
    try {
      this.#disk.syncNow(fd);
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#lastMs = performance.now() - from;
    return this.#fault;
  }

  #fail(error: Error): void {
    this.#fault ??= new StoreFault(
      "io",
      `What was written to ${this.#log} could not be brought to disk (${error.message}), so nothing that this daemon records can be relied on and every tool call is denied.`,
      "Look at the disk (dmesg), then: signalbox restart, signalbox ledger verify",
      { cause: storeFaultOf(error, this.#path) ?? error },
    );
  }
}

const nameOf = (file: { dev: number; ino: number } | undefined): string =>
  file === undefined ? "none" : `${file.dev}:${file.ino}`;
