import { setImmediate as turn } from "node:timers/promises";
import { type Clock, every } from "../kit/clock.ts";
import { Scope } from "../kit/scope.ts";
import { limits as protocolLimits } from "../protocol/limits.ts";
import { Refusal } from "../protocol/refusals.ts";
import { type Store, StoreFault, storeFaultOf } from "../store/index.ts";
import { CheckpointFile } from "./checkpoint-file.ts";
import { entryView } from "./entry.ts";
import { exportLines } from "./export.ts";
import { closing, databaseReplaced, outsideWriter, refusalOf } from "./faults.ts";
import { countVerdicts } from "./figures.ts";
import { Keyring } from "./keyring.ts";
import { proveConsistency, proveInclusion } from "./proofs.ts";
import { Reader } from "./reader.ts";
import { bytesUsed, sweepLedger } from "./retention.ts";
import { Signer } from "./signer.ts";
import { startLedger } from "./start.ts";
import { Tail } from "./tail.ts";
import type {
  Appended,
  ConsistencyProof,
  Entry,
  Figures,
  FiguresQuery,
  InclusionProof,
  Ledger,
  LedgerKey,
  LedgerLimits,
  LedgerOptions,
  LedgerStatus,
  ListQuery,
  NewEntry,
  VerifyReport,
  Written,
} from "./types.ts";
import { verifyOnLoop } from "./verify.ts";
import type { Anchor } from "./vouching.ts";
import { Writer } from "./writer.ts";

const defaults: LedgerLimits = {
  checkpointEntriesMax: protocolLimits.checkpointEntriesMax,
  checkpointMsMax: protocolLimits.checkpointMsMax,
  checkpointIdleMs: protocolLimits.checkpointIdleMs,
  epochCheckpointsMax: 64,
  payloadBytesMax: 2 * protocolLimits.hookBodyBytesMax,
  ageMsMax: protocolLimits.ledgerAgeMsMax,
  bytesMax: protocolLimits.ledgerBytesMax,
};

/** Also how often the start is tried again after a fault of the disk; the daemon lives on and denies meanwhile. */
const upkeepMs = 5_000;
const closeMsMax = 2_000;

export class OpenLedger implements Ledger {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #options: LedgerOptions;
  readonly #limits: LedgerLimits;
  readonly #first: NewEntry | undefined;
  readonly #file: CheckpointFile;
  readonly #writer: Writer;
  readonly #reader: Reader;
  readonly #keyring: Keyring;
  readonly #signer: Signer;
  readonly #scope: Scope;
  readonly #tail: Tail;
  #state: "starting" | "open" | "closed" = "starting";
  #problem: Refusal | null = null;
  #signing = false;
  #verifications = 0;
  #sweeping: Promise<unknown> = Promise.resolve();

  /** @param first  written before everything else if the ledger is new */
  constructor(options: LedgerOptions, first?: NewEntry) {
    const { store, clock, report } = options;
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    this.#first = first;
    this.#limits = { ...defaults, ...options.limits };
    this.#file = new CheckpointFile(options.checkpointsFile);
    this.#writer = new Writer(store, clock, this.#limits.payloadBytesMax);
    this.#reader = new Reader(store.db);
    this.#tail = new Tail(this.#reader, () => this.#writer.size, report);
    this.#keyring = new Keyring(store.db, options.keysDir);
    this.#signer = new Signer({
      store,
      clock,
      writer: this.#writer,
      keyring: this.#keyring,
      sinks: [this.#file, ...(options.sinks ?? [])],
      epochCheckpointsMax: this.#limits.epochCheckpointsMax,
      report,
    });
    this.#scope = new Scope(report);
    store.onCommit(() => {
      try {
        this.#committed();
      } catch (error) {
        report("ledger after commit", error); // what was committed stays so; what follows is tried again at the next commit
      }
    });
    this.#start();
    this.#scope.spawn("ledger upkeep", (signal) => this.#upkeep(signal));
  }

  #start(): void {
    try {
      const note = startLedger({
        store: this.#store,
        writer: this.#writer,
        keyring: this.#keyring,
        signer: this.#signer,
        file: this.#file,
        origin: this.#options.origin,
        nowMs: Math.floor(this.#clock.nowMs()),
        first: this.#first,
      });
      this.#state = "open";
      this.#problem = null;
      this.#scope.spawn("ledger opening checkpoint", (signal) => this.#signer.publishFirst(note, signal));
    } catch (error) {
      const before = this.#problem?.message;
      this.#problem = this.#refusalOf(error);
      if (this.#problem.message !== before) this.#options.report("ledger start", error);
    }
  }

  write(entry: NewEntry): Written {
    if (this.#state !== "open" || this.#problem !== null) throw this.#unavailable();
    try {
      return this.#writer.write(entry);
    } catch (error) {
      // SQLITE_CONSTRAINT_PRIMARYKEY: an entry or tree node stands where ours belongs. Somebody else wrote to our tables.
      if ((error as { errcode?: number }).errcode === 1555) this.#problem = outsideWriter(error);
      throw this.#problem ?? error;
    }
  }

  async append(entry: NewEntry): Promise<Appended> {
    try {
      const { seq, atMs } = await this.#store.durably(() => this.write(entry));
      return { seq, at: new Date(atMs).toISOString() };
    } catch (error) {
      throw error instanceof StoreFault ? this.#refusalOf(error) : error;
    }
  }

  list(query: ListQuery): Entry[] {
    return this.#reader.list(query);
  }

  get(seq: number): Entry {
    return entryView(this.#reader.row(seq));
  }

  async redact(seq: number, reason: string): Promise<Appended> {
    const drop = this.#store.db.prepare("UPDATE ledger_entries SET salt = NULL, payload = NULL WHERE seq = ?");
    const { seq: entered, atMs } = await this.#store.durably(() => {
      const row = this.#reader.row(seq);
      if (row.kind.startsWith("ledger/"))
        throw new Refusal(
          "NOT_PERMITTED",
          `Entry ${seq} is the ledger's own (${row.kind}) and holds nothing of anybody's.`,
        );
      drop.run(seq);
      return this.write({ kind: "ledger/redacted", payload: { seq, reason } });
    });
    return { seq: entered, at: new Date(atMs).toISOString() };
  }

  async verify({
    checkpoint,
    signal,
  }: {
    checkpoint?: string | undefined;
    signal: AbortSignal;
  }): Promise<VerifyReport> {
    const anchors: Anchor[] = this.#file.all().map((note) => ({ where: this.#file.name, note }));
    if (checkpoint !== undefined) anchors.push({ where: "what you gave", note: checkpoint });
    await this.#sweeping; // what moves to the archive under a verification would look missing to it
    this.#verifications += 1;
    try {
      return await verifyOnLoop(this.#store, this.#clock, anchors, { signal });
    } catch (error) {
      throw error instanceof Error && storeFaultOf(error, this.#store.path) !== undefined
        ? this.#refusalOf(error)
        : error;
    } finally {
      this.#verifications -= 1;
    }
  }

  figures(query: FiguresQuery, options: { signal: AbortSignal }): Promise<Figures> {
    return countVerdicts(this.#store.db, { ...query, nowMs: this.#clock.nowMs() }, options);
  }

  async prove(seq: number): Promise<InclusionProof> {
    this.#reader.row(seq);
    let checkpoint = this.#signer.newest;
    if (checkpoint === undefined || checkpoint.size <= seq) {
      await this.checkpoint();
      checkpoint = this.#signer.newest;
    }
    if (checkpoint === undefined) throw this.#unavailable();
    return proveInclusion(this.#store.db, this.#reader, this.#keyring, seq, checkpoint.note);
  }

  consistency(from: number, to: number): ConsistencyProof {
    return proveConsistency(this.#store.db, this.#writer.size, from, to);
  }

  async checkpoint(): Promise<string> {
    if (this.#state !== "open") throw this.#unavailable();
    try {
      return await this.#signer.checkpoint(this.#scope.signal);
    } catch (error) {
      throw error instanceof StoreFault ? this.#refusalOf(error) : error;
    }
  }

  key(): LedgerKey {
    const root = this.#keyring.row("first");
    if (root === undefined || this.#state !== "open") throw this.#unavailable();
    const { origin, vkey } = this.#keyring;
    return { origin, rootKey: root.vkey, currentKey: vkey, checkpoint: this.#signer.newest?.note ?? null };
  }

  status(): LedgerStatus {
    const { newest } = this.#signer;
    return {
      entries: (this.#reader.bounds().last ?? -1) + 1,
      bytes: bytesUsed(this.#store),
      checkpoint: newest === undefined ? null : { size: newest.size, at: new Date(newest.atMs).toISOString() },
      problem: this.problem(),
    };
  }

  /** The fault of the disk that keeps the ledger from being used, which is nothing that a recovery mends. */
  get diskFault(): StoreFault | null {
    const cause = this.#problem?.cause;
    return cause instanceof StoreFault && cause.kind !== "corrupt" ? cause : null;
  }

  problem(): string | null {
    if (this.#problem !== null) return this.#problem.message;
    return this.#store.problem?.message ?? null;
  }

  tail(listener: (entries: readonly Entry[]) => void): () => void {
    return this.#tail.add(listener, this.#state === "open" ? this.#writer.size : 0);
  }

  async *export({ signal }: { signal: AbortSignal }): AsyncIterableIterator<string> {
    for (const lines of exportLines(this.#store.db)) {
      yield* lines;
      await turn();
      signal.throwIfAborted();
    }
  }

  async sweep({ signal }: { signal: AbortSignal }): Promise<{ payloadsDropped: number; entriesArchived: number }> {
    await this.checkpoint();
    if (this.#verifications > 0) return { payloadsDropped: 0, entriesArchived: 0 }; // the next sweep is soon enough
    const sweeping = sweepLedger({
      store: this.#store,
      writer: this.#writer,
      archiveDir: this.#options.archiveDir,
      ageMsMax: this.#limits.ageMsMax,
      bytesMax: this.#limits.bytesMax,
      nowMs: this.#clock.nowMs(),
      vouchedSize: this.#signer.newest?.size ?? 0,
      signal: AbortSignal.any([signal, this.#scope.signal]),
    });
    this.#sweeping = sweeping.catch(() => undefined); // whoever waits for it only wants it to be over
    return await sweeping;
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    if (this.#state === "open" && this.#problem === null)
      try {
        await this.append({ kind: "ledger/closed", payload: {} });
        await this.checkpoint();
      } catch (error) {
        this.#options.report("ledger close", error); // the next start enters the gap
      }
    this.#state = "closed";
    this.#tail.clear();
    await this.#lastNotesSent();
    await this.#scope[Symbol.asyncDispose]();
    await this.#signer.settled();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Sinks get a moment for the last checkpoint; then the scope's end cuts them off. */
  async #lastNotesSent(): Promise<void> {
    const settled = new AbortController();
    const late = this.#clock.sleep(closeMsMax, { signal: settled.signal }).catch(() => undefined); // ended early, as wished
    await Promise.race([this.#signer.settled(), late]);
    settled.abort(new Error("the ledger is closed"));
    await late;
  }

  /** Runs after each commit, before its promises resolve: it only starts things. */
  #committed(): void {
    if (this.#state !== "open") return;
    const { size } = this.#writer;
    if (size - (this.#signer.newest?.size ?? 0) >= this.#limits.checkpointEntriesMax && !this.#signing) {
      this.#signing = true;
      this.#scope.spawn("ledger checkpoint", async (signal) => {
        try {
          await turn();
          await this.#signer.checkpoint(signal);
        } finally {
          this.#signing = false;
        }
      });
    }
    if (this.#tail.isBehind(size)) this.#scope.spawn("ledger tail", (signal) => this.#tail.tell(signal));
  }

  /** New entries are signed within `checkpointMsMax`; when there are none, a heartbeat says that there were none. */
  async #upkeep(signal: AbortSignal): Promise<void> {
    const { checkpointMsMax, checkpointIdleMs } = this.#limits;
    let signedAtMs = this.#clock.monotonicMs();
    const sign = async (): Promise<void> => {
      const nowMs = this.#clock.monotonicMs();
      const isNew = this.#writer.size > (this.#signer.newest?.size ?? 0);
      if (nowMs - signedAtMs < (isNew ? checkpointMsMax : checkpointIdleMs)) return;
      signedAtMs = nowMs;
      if (!isNew) await this.append({ kind: "ledger/heartbeat", payload: {} });
      await this.#signer.checkpoint(signal);
    };
    const task = async (): Promise<void> => {
      try {
        if (this.#state === "starting" && this.#problem?.cause instanceof StoreFault) this.#start();
        if (this.#state !== "open" || this.#problem !== null) return;
        await this.#lookOutside();
        await sign();
      } catch (error) {
        this.#options.report("ledger upkeep", error); // tried again in the next period
      }
    };
    await every(this.#clock, Math.min(checkpointMsMax, upkeepMs), task, { signal });
  }

  /** Whoever else writes to the database is entered at once; `verify` says later whether it was to these tables. */
  async #lookOutside(): Promise<void> {
    const change = this.#store.outsideChange();
    if (change === "written")
      await this.append({ kind: "ledger/database-touched", payload: { why: "another process wrote to the database" } });
    if (change !== "replaced") return;
    this.#problem = databaseReplaced(this.#store.path);
    this.#options.report("ledger upkeep", this.#problem);
  }

  #unavailable(): Refusal {
    return this.#problem ?? closing();
  }

  #refusalOf(error: unknown): Refusal {
    return refusalOf(error, this.#store.path);
  }
}
