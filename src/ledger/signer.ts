import type { StatementSync } from "node:sqlite";
import type { Clock } from "../kit/clock.ts";
import type { Store } from "../store/index.ts";
import type { Keyring } from "./keyring.ts";
import { SinkFeed } from "./sink-feed.ts";
import type { Sink } from "./types.ts";
import type { Writer } from "./writer.ts";

/** Signs the tree's head, keeps the notes, sends them to the sinks, and lets keys take over from each other. One step at a time. */
export class Signer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #keyring: Keyring;
  readonly #feeds: readonly SinkFeed[];
  readonly #epochCheckpointsMax: number;
  readonly #insert: StatementSync;
  #running: Promise<unknown> = Promise.resolve();
  #inEpoch = 0;
  /** The newest note, hand-overs included. */
  newest: { readonly size: number; readonly atMs: number; readonly note: string } | undefined;

  constructor(options: {
    store: Store;
    clock: Clock;
    writer: Writer;
    keyring: Keyring;
    sinks: readonly Sink[];
    epochCheckpointsMax: number;
    report: (what: string, error: unknown) => void;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#writer = options.writer;
    this.#keyring = options.keyring;
    this.#feeds = options.sinks.map((sink) => new SinkFeed(sink, options.clock, options.report));
    this.#epochCheckpointsMax = options.epochCheckpointsMax;
    this.#insert = options.store.db.prepare(
      "INSERT INTO ledger_checkpoints (size, epoch, at, note) VALUES (?, ?, ?, ?)",
    );
  }

  /** In a transaction of the start: signs what is there at once. Publish the note after the commit. */
  signNow(): string {
    const size = this.#writer.size;
    const note = this.#keyring.sign(size, this.#writer.root());
    this.#insert.run(size, this.#keyring.epoch, Math.floor(this.#clock.nowMs()), note);
    return note;
  }

  /**
   * Resolves with a signed checkpoint of at least all entries that were committed when it was called, durable in the database
   * and in the first sink. A sink that fails is reported and does not fail the checkpoint; further ones are not waited for.
   */
  checkpoint(signal: AbortSignal): Promise<string> {
    return this.#inTurn(async () => {
      const { newest } = this;
      if (newest !== undefined && newest.size === this.#writer.size) return newest.note;
      // Signed outside the transaction, so that no append waits for the signature; size and root are of committed entries.
      const size = this.#writer.size;
      const note = this.#keyring.sign(size, this.#writer.root());
      const atMs = Math.floor(this.#clock.nowMs());
      await this.#store.durably(() => this.#insert.run(size, this.#keyring.epoch, atMs, note));
      this.newest = { size, atMs, note };
      await this.#publish(note, signal);
      this.#inEpoch += 1;
      if (this.#inEpoch >= this.#epochCheckpointsMax) await this.#evolve(signal);
      return note;
    });
  }

  /** Publishes the note of the start, before any that come later. */
  publishFirst(note: string, signal: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#publish(note, signal));
  }

  /** Waits for the first sink only, which is a local file. */
  async #publish(note: string, signal: AbortSignal): Promise<void> {
    await this.#feeds.map((feed) => feed.add(note, signal))[0];
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await this.#running.catch(() => undefined); // its caller has the failure
    await Promise.all(this.#feeds.map((feed) => feed.settled()));
  }

  /** New key on disk, then hand-over in the database, then the old key is erased: a crash in between loses none (ADR 0005). */
  async #evolve(signal: AbortSignal): Promise<void> {
    const origin = this.#keyring.origin;
    const next = this.#keyring.prepare(this.#keyring.epoch + 1);
    const { note, size } = await this.#store.durably(() => {
      const at = this.#writer.size;
      return { size: at, note: this.#keyring.handOver(next, at, this.#writer.root()) };
    });
    this.#keyring.adopt(next, origin);
    this.#inEpoch = 0;
    this.newest = { size, atMs: Math.floor(this.#clock.nowMs()), note };
    await this.#publish(note, signal);
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#running.then(task, task);
    this.#running = turn;
    return turn;
  }
}
