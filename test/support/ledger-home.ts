import { cpSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../src/kit/clock.ts";
import { type Ledger, type LedgerLimits, ledgerMigrations, openLedger, type Sink } from "../../src/ledger/index.ts";
import { openStore, type Store } from "../../src/store/index.ts";
import { remove, temporary } from "./temporary.ts";

/** A clock that stands still until told; sleepers wake in the order of their deadlines. */
export class HandClock implements Clock {
  wallMs = Date.UTC(2026, 10, 21, 4, 0, 0);
  #monotonicMs = 1_000;
  #sleepers: { atMs: number; wake: () => void }[] = [];

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#sleepers.push({ atMs: this.#monotonicMs + ms, wake: resolve });
    });
  }

  /** Both clocks go on. */
  advance(ms: number): void {
    this.wallMs += ms;
    this.#monotonicMs += ms;
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#monotonicMs);
    this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.#monotonicMs);
    for (const { wake } of due.sort((a, b) => a.atMs - b.atMs)) wake();
  }

  /** Only the wall clock is set. */
  step(ms: number): void {
    this.wallMs += ms;
  }
}

export interface OpenHome extends AsyncDisposable {
  readonly store: Store;
  readonly ledger: Ledger;
}

/** A home in a temporary folder with nothing but a ledger in it. */
export class LedgerHome implements Disposable {
  readonly dir: string;
  readonly clock = new HandClock();
  /** What the ledger reported as faults of its background work. */
  readonly reports: string[] = [];
  readonly limits: Partial<LedgerLimits>;
  readonly sinks: readonly Sink[];

  constructor(limits: Partial<LedgerLimits> = {}, { dir, sinks = [] }: { dir?: string; sinks?: readonly Sink[] } = {}) {
    this.dir = dir ?? temporary("ledger-");
    this.limits = limits;
    this.sinks = sinks;
  }

  get database(): string {
    return join(this.dir, "signalbox.db");
  }

  get keysDir(): string {
    return join(this.dir, "keys");
  }

  get checkpoints(): string {
    return join(this.dir, "checkpoints");
  }

  open(): OpenHome {
    const store = openStore({ path: this.database, migrations: ledgerMigrations });
    const ledger = openLedger({
      store,
      clock: this.clock,
      keysDir: this.keysDir,
      checkpointsFile: this.checkpoints,
      archiveDir: join(this.dir, "archive"),
      origin: "signalbox/test",
      report: (what, error) => this.reports.push(`${what}: ${(error as Error).message}`),
      sinks: this.sinks,
      limits: this.limits,
    });
    const close = async (): Promise<void> => {
      await ledger.close();
      await store.close();
    };
    return { store, ledger, [Symbol.asyncDispose]: close };
  }

  /** Appends `count` entries, several to a commit, with sessions and payloads that differ. */
  static async fill({ ledger }: OpenHome, count: number): Promise<void> {
    for (let done = 0; done < count; done += 50)
      await Promise.all(
        Array.from({ length: Math.min(50, count - done) }, (_, index) =>
          ledger.append({
            kind: index % 3 === 0 ? "hold/decided" : "gate/judged",
            agent: "claude-code",
            session: `sess_${index % 4}`,
            payload: { command: `echo ${done + index}`, verdict: "allow" },
          }),
        ),
      );
  }

  /** Works on the closed database behind the ledger's back. */
  edit<T>(work: (db: DatabaseSync) => T): T {
    const db = new DatabaseSync(this.database);
    try {
      return work(db);
    } finally {
      db.close();
    }
  }

  /** A second home with everything that is in this one. */
  copy(): LedgerHome {
    const home = new LedgerHome(this.limits, { sinks: this.sinks });
    cpSync(this.dir, home.dir, { recursive: true });
    home.clock.wallMs = this.clock.wallMs;
    return home;
  }

  [Symbol.dispose](): void {
    remove(this.dir);
  }
}

/** A signal for tests in which nothing is cancelled. */
export const never = new AbortController().signal;
