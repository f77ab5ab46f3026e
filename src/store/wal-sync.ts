import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, statSync } from "node:fs";
import { StoreFault, storeFaultOf } from "./fault.ts";

/** What makes the write-ahead log durable; tests put a disk that fails or waits in its place. */
export interface LogDisk {
  /** As fs.fdatasync: off the loop. */
  sync(fd: number, done: (error: Error | null) => void): void;
  /** As fs.fdatasyncSync: on it. */
  syncNow(fd: number): void;
  /** After so long without an answer from `sync`, `syncNow` is asked. */
  readonly patienceMs: number;
}

const realDisk: LogDisk = { sync: fdatasync, syncNow: fdatasyncSync, patienceMs: 200 };

/** Where the disk is this quick, a lone caller's commit is synced on the loop: handing it to a thread and back costs more than it frees. */
const syncOnLoopMsMax = 1;

type Done = (fault: StoreFault | undefined) => void;

/**
 * Brings what was committed to disk: SQLite itself (`synchronous=NORMAL`) only writes a commit to the log, and this syncs the log, beside the loop.
 * One commit at a time: the next is made when this one is on disk.
 *
 * Threads that look at files which never answer (a network that is gone) must not stop verdicts: where the sync off the loop does not come
 * back, the log is synced on the loop until it does, which is what SQLite itself would do at every commit.
 *
 * A sync that fails is final. The kernel may have thrown away what it could not write and call the next sync a success, so from then on
 * nothing that this process commits can be vouched for; only a new process, which first folds the log into the database, can.
 * Argued in docs/adr/0018-sync-beside-the-loop.md.
 */
export class WalSync {
  readonly #path: string;
  readonly #disk: LogDisk;
  /**
   * Descriptors of our own: each hears of every fault of the log once, also of one that SQLite met in a checkpoint and keeps to itself.
   * Two, since both may be asked at a time, and what the one was told the other is not spared.
   */
  readonly #fd: number | undefined;
  readonly #fdOnLoop: number | undefined;
  readonly #file: string;
  /** Waits for the commit that is on its way. */
  #done: Done | undefined;
  /** A thread has the log. While nobody waits for it, it is one that took too long. */
  #inThread = false;
  #lastMs = 0;
  #lastWorks = 0;
  #fault: StoreFault | undefined;
  #settled: (() => void) | undefined;

  /** @param path  of the database, whose log SQLite has made by now; `:memory:` has none, and nothing to sync */
  constructor(path: string, disk: LogDisk = realDisk) {
    this.#path = path;
    this.#disk = disk;
    this.#fd = path === ":memory:" ? undefined : openSync(this.#log, "r+");
    this.#fdOnLoop = path === ":memory:" ? undefined : openSync(this.#log, "r+");
    this.#file = nameOf(this.#fd === undefined ? undefined : fstatSync(this.#fd));
  }

  get #log(): string {
    return `${this.#path}-wal`;
  }

  /** Set once and for all by the first sync that failed. */
  get fault(): StoreFault | undefined {
    return this.#fault;
  }

  /** Whether a commit is on its way to disk. */
  get running(): boolean {
    return this.#done !== undefined;
  }

  /** Whether SQLite's log is no longer the file that is synced here. */
  get moved(): boolean {
    return this.#fd !== undefined && nameOf(statSync(this.#log, { throwIfNoEntry: false })) !== this.#file;
  }

  /** Calls `done` once: when all that was committed is on disk, or with the fault for which nobody can know. Only while none is on its way. */
  after(works: number, done: Done): void {
    const fd = this.#fd;
    if (this.#fault !== undefined || fd === undefined) return done(this.#fault);
    const alone = works === 1 && this.#lastWorks <= 1;
    this.#lastWorks = works;
    const quick = alone && this.#lastMs <= syncOnLoopMsMax;
    if (quick || this.#inThread) return done(this.#syncNow());
    this.#done = done;
    this.#inThread = true;
    const from = performance.now();
    const late = setTimeout(() => {
      this.#syncNow();
      this.#settle();
    }, this.#disk.patienceMs);
    this.#disk.sync(fd, (error) => {
      clearTimeout(late);
      this.#lastMs = performance.now() - from;
      this.#inThread = false;
      if (error !== null) this.#fail(error);
      this.#settle();
    });
  }

  /** On the loop, for start and stop. @throws StoreFault */
  now(): void {
    const fault = this.#fault ?? this.#syncNow();
    if (fault !== undefined) throw fault;
  }

  /** Resolves when no commit is on its way. */
  async settled(): Promise<void> {
    if (this.running) await new Promise<void>((resolve) => (this.#settled = resolve));
  }

  close(): void {
    // One that a thread still has may not be closed under it: its number could be another file's by then.
    if (this.#fd !== undefined && !this.#inThread) closeSync(this.#fd);
    if (this.#fdOnLoop !== undefined) closeSync(this.#fdOnLoop);
  }

  #settle(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(this.#fault);
    this.#settled?.();
  }

  #syncNow(): StoreFault | undefined {
    if (this.#fdOnLoop === undefined) return this.#fault;
    const from = performance.now();
    try {
      this.#disk.syncNow(this.#fdOnLoop);
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
