import type { Json } from "../kit/canonical.ts";
import type { Clock } from "../kit/clock.ts";
import type { Store } from "../store/index.ts";

/** What a room hands in. The payload is already redacted by the caller; it is stored as it is. */
export interface NewEntry {
  /** `noun/pastParticiple`, e.g. `gate/judged`; 1 to 64 characters of a-z, 0-9, `-` and one `/`. */
  readonly kind: string;
  readonly agent?: string | null;
  readonly session?: string | null;
  readonly payload: Readonly<Record<string, Json>>;
}

/** Where an entry landed. `atMs` never decreases along the ledger. */
export interface Written {
  readonly seq: number;
  readonly atMs: number;
}

/** As `Written`, after the commit, for people: `at` is ISO 8601. */
export interface Appended {
  readonly seq: number;
  readonly at: string;
}

/** An entry as every surface shows it (`EntryView` of the table of operations). */
export interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly agent: string | null;
  readonly session: string | null;
  /** `null` when redaction or retention dropped it. */
  readonly payload: Record<string, Json> | null;
  /** Hex SHA-256 of the RFC 9162 leaf. */
  readonly leaf: string;
}

export interface ListQuery {
  /** Exclusive; with it the answer is oldest first. -1 = from the beginning. */
  readonly after?: number | undefined;
  /** Exclusive; newest first. */
  readonly before?: number | undefined;
  readonly kind?: string | undefined;
  readonly session?: string | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface Finding {
  /** First entry that is wrong or missing, or null when the fault is not at one entry. */
  readonly seq: number | null;
  readonly problem: string;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly entries: number;
  /** Up to which entry (inclusive) the newest good signed checkpoint vouches. */
  readonly vouchedUpTo: number | null;
  /** Who holds good signed checkpoints, and up to which entry (inclusive) each vouches; the furthest first. */
  readonly anchors: readonly { readonly where: string; readonly upTo: number }[];
  /** The lowest entry first; at most `findingsMax`. */
  readonly findings: readonly Finding[];
  readonly tookMs: number;
}

export interface FiguresQuery {
  /** How far back, at least 1. */
  readonly hours: number;
  /** Into how many equal spans of time, at least 1. */
  readonly spans: number;
}

export interface Figures {
  /** ISO 8601, as all times here. */
  readonly from: string;
  readonly to: string;
  readonly counted: number;
  /** False when there were more verdicts than are counted; `countedFrom` is then the oldest that was. */
  readonly whole: boolean;
  readonly countedFrom: string;
  readonly verdicts: readonly {
    readonly from: string;
    readonly allow: number;
    readonly hold: number;
    readonly deny: number;
  }[];
  /** Those that held or denied most. */
  readonly rules: readonly { readonly rule: string; readonly hold: number; readonly deny: number }[];
}

export interface InclusionProof {
  readonly seq: number;
  /** The exact canonical bytes of the entry, as text. */
  readonly body: string;
  readonly leaf: string;
  /** Hex hashes from leaf to root (RFC 9162 section 2.1.3). */
  readonly path: readonly string[];
  /** The signed checkpoint (C2SP signed note). */
  readonly checkpoint: string;
  /** C2SP vkeys: the root key first, the key that signed the checkpoint last. */
  readonly keys: readonly string[];
  /** Signed notes by which each key of `keys` handed over to the next; one fewer than `keys`. */
  readonly handovers: readonly string[];
}

export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: string;
  readonly toRoot: string;
  /** Hex hashes (RFC 9162 section 2.1.4). */
  readonly path: readonly string[];
}

export interface LedgerKey {
  readonly origin: string;
  /** C2SP vkey of epoch 0: keep it somewhere else. */
  readonly rootKey: string;
  readonly currentKey: string;
  readonly checkpoint: string | null;
}

export interface LedgerStatus {
  readonly entries: number;
  /** Bytes of the database that hold something, other rooms' rows included; what `bytesMax` is compared with. */
  readonly bytes: number;
  readonly checkpoint: { readonly size: number; readonly at: string } | null;
  readonly problem: string | null;
}

/** Somewhere that signed checkpoints go; the further from the agent's reach, the more they prove. */
export interface Sink {
  /** For the log and for `verify`, e.g. the file's path. */
  readonly name: string;
  /** Resolves when the note is safe there. A failure is reported and never stops the ledger. */
  publish(note: string, options: { signal: AbortSignal }): Promise<void>;
}

export interface LedgerLimits {
  readonly checkpointEntriesMax: number;
  readonly checkpointMsMax: number;
  readonly checkpointIdleMs: number;
  /** Ordinary checkpoints that one key signs before the next key takes over. */
  readonly epochCheckpointsMax: number;
  /** Canonical payload of one entry; a larger one is refused TOO_LARGE. */
  readonly payloadBytesMax: number;
  readonly ageMsMax: number;
  readonly bytesMax: number;
}

export interface LedgerOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Absolute folder of the private keys, `<home>/keys`; made 0700 when missing. */
  readonly keysDir: string;
  /** Absolute path of the first sink, `<home>/checkpoints`. */
  readonly checkpointsFile: string;
  /** Absolute folder for segments that retention takes out of the database, `<home>/archive`; made when needed. */
  readonly archiveDir: string;
  /** Name of a new ledger, without space or `+`, e.g. `signalbox/k3v9...`; an old one keeps its own. */
  readonly origin: string;
  /** Faults of background work (a sink, a heartbeat), for the log. */
  readonly report: (what: string, error: unknown) => void;
  /** Further sinks, e.g. in a place that the agents' user can't write. */
  readonly sinks?: readonly Sink[];
  readonly limits?: Partial<LedgerLimits>;
}

/** The ledger as the other rooms and the daemon see it; `openLedger` in index.ts says what each promises. */
export interface Ledger extends AsyncDisposable {
  write(entry: NewEntry): Written;
  append(entry: NewEntry): Promise<Appended>;
  list(query: ListQuery): Entry[];
  get(seq: number): Entry;
  redact(seq: number, reason: string): Promise<Appended>;
  verify(options: { checkpoint?: string | undefined; signal: AbortSignal }): Promise<VerifyReport>;
  figures(query: FiguresQuery, options: { signal: AbortSignal }): Promise<Figures>;
  prove(seq: number): Promise<InclusionProof>;
  consistency(from: number, to: number): ConsistencyProof;
  checkpoint(): Promise<string>;
  key(): LedgerKey;
  status(): LedgerStatus;
  problem(): string | null;
  tail(listener: (entries: readonly Entry[]) => void): () => void;
  export(options: { signal: AbortSignal }): AsyncIterableIterator<string>;
  sweep(options: {
    signal: AbortSignal;
  }): Promise<{ readonly payloadsDropped: number; readonly entriesArchived: number }>;
  close(): Promise<void>;
}
