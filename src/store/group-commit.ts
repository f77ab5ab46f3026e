import type { DatabaseSync, StatementSync } from "node:sqlite";
import { StoreFault, storeFaultOf } from "./fault.ts";
import type { WalSync } from "./wal-sync.ts";

/** More works than this waiting means that the disk no longer keeps up; one more is refused `busy`. */
export const worksMax = 16_384;
/** Keeps one transaction, and so the loop's longest pause, to some milliseconds; the rest goes into the next turn's. */
const worksPerTransactionMax = 1_024;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** Gathers the works of one loop turn into one transaction, and tells them when it is on disk. */
export class GroupCommit {
  readonly rollbackListeners = new Set<() => void>();
  readonly commitListeners = new Set<() => void>();
  problem: StoreFault | null = null;
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #changes: StatementSync;
  readonly #sync: WalSync;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #ended = false;

  readonly #replaced: () => boolean;

  /** @param replaced  whether the database's file is no longer at its path, so that what is written would be lost */
  constructor(db: DatabaseSync, path: string, sync: WalSync, replaced: () => boolean) {
    this.#db = db;
    this.#path = path;
    this.#sync = sync;
    this.#replaced = replaced;
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#changes = db.prepare("SELECT total_changes() AS n");
  }

  add<T>(work: () => T): Promise<T> {
    if (this.#ended) return Promise.reject(this.#closed());
    if (this.#sync.fault !== undefined) return Promise.reject(this.#sync.fault);
    if (this.#waiting.length >= worksMax)
      return Promise.reject(
        new StoreFault(
          "busy",
          `${worksMax} writes already wait for the disk under ${this.#path}.`,
          "try again; signalbox status shows the disk's speed",
        ),
      );
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  atOnce<T>(work: () => T): T {
    if (this.#ended) throw this.#closed();
    const { outcomes } = this.#transact([work]);
    const outcome = outcomes[0] as Outcome;
    if (!outcome.ok) throw outcome.error;
    try {
      this.#sync.now();
    } catch (error) {
      this.problem = error as StoreFault;
      throw error;
    }
    return outcome.value as T;
  }

  /** Commits what waits, and resolves when it is on disk; from now on every work is refused. */
  async end(): Promise<void> {
    this.#ended = true;
    for (;;) {
      await this.#sync.settled();
      if (this.#waiting.length === 0) return;
      this.#flush();
    }
  }

  #closed(): StoreFault {
    return new StoreFault("closed", "The store is closed because the daemon is stopping.", "signalbox up");
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** While a commit is on its way to disk works gather: their own sync could not begin sooner, and one commit for all of them costs less. */
  #flush(): void {
    if (this.#sync.running) return;
    const batch =
      this.#waiting.length <= worksPerTransactionMax ? this.#waiting : this.#waiting.slice(0, worksPerTransactionMax);
    this.#waiting = batch === this.#waiting ? [] : this.#waiting.slice(worksPerTransactionMax);
    if (batch.length === 0) return;
    const { outcomes, wrote } = this.#transact(batch.map((waiting) => waiting.work));
    const settle = (fault: StoreFault | undefined) => {
      this.problem = fault ?? this.problem;
      for (const [index, waiting] of batch.entries()) {
        const outcome = outcomes[index] as Outcome;
        if (!outcome.ok) waiting.reject(outcome.error);
        else if (fault !== undefined) waiting.reject(fault);
        else waiting.resolve(outcome.value);
      }
      if (this.#waiting.length > 0) this.#schedule();
    };
    if (wrote) this.#sync.after(batch.length, settle);
    else settle(undefined);
  }

  /** All works in one transaction; the machine's faults are everybody's, a work's own error is its own. */
  #transact(works: readonly (() => unknown)[]): { readonly outcomes: Outcome[]; readonly wrote: boolean } {
    let outcomes: Outcome[];
    let wrote: boolean;
    try {
      if (this.#sync.fault !== undefined) throw this.#sync.fault;
      if (this.#replaced())
        throw new StoreFault(
          "io",
          `${this.#path} was deleted or replaced under the daemon: what is written now would be lost.`,
          "signalbox restart, then: signalbox ledger verify",
        );
      const before = this.#changesSoFar();
      this.#begin.run();
      outcomes = this.#runPlain(works) ?? this.#runApart(works);
      this.#commit.run();
      wrote = this.#changesSoFar() !== before;
    } catch (error) {
      this.#rollBack();
      const fault = storeFaultOf(error, this.#path);
      this.problem = fault ?? this.problem;
      return { outcomes: works.map(() => ({ ok: false, error: fault ?? error })), wrote: false };
    }
    this.problem = null;
    for (const listener of this.commitListeners) listener();
    return { outcomes, wrote };
  }

  /** Rows that this connection ever changed, those that were rolled back included. */
  #changesSoFar(): unknown {
    return this.#changes.get()?.["n"];
  }

  /** The usual case: nobody throws. Otherwise everything is taken back and `undefined` says so. */
  #runPlain(works: readonly (() => unknown)[]): Outcome[] | undefined {
    const outcomes: Outcome[] = [];
    for (const work of works) {
      try {
        outcomes.push({ ok: true, value: settled(work()) });
      } catch (error) {
        if (storeFaultOf(error, this.#path) !== undefined) throw error;
        this.#rollBack();
        if (works.length === 1) {
          this.#begin.run(); // so that the caller's COMMIT has something to end
          return [{ ok: false, error }];
        }
        this.#begin.run();
        return undefined;
      }
    }
    return outcomes;
  }

  /** Runs each work below a savepoint of its own: dearer, and only after one of them threw. */
  #runApart(works: readonly (() => unknown)[]): Outcome[] {
    return works.map((work) => {
      this.#db.exec("SAVEPOINT work");
      try {
        const value = settled(work());
        this.#db.exec("RELEASE work");
        return { ok: true, value };
      } catch (error) {
        if (storeFaultOf(error, this.#path) !== undefined) throw error;
        this.#db.exec("ROLLBACK TO work; RELEASE work");
        this.#tellRollback();
        return { ok: false, error };
      }
    });
  }

  #rollBack(): void {
    try {
      // SQLite has already rolled back by itself after some faults (full, I/O).
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
    } finally {
      this.#tellRollback();
    }
  }

  #tellRollback(): void {
    for (const listener of this.rollbackListeners) listener();
  }
}

/** A promise out of a work would be settled after the commit that it belongs to. */
function settled(value: unknown): unknown {
  if (value instanceof Promise) throw new TypeError("a work of the store must be synchronous");
  return value;
}
