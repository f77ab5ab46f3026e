import { randomBytes } from "node:crypto";
import type { StatementSync } from "node:sqlite";
import type { Clock } from "../kit/clock.ts";
import type { Store } from "../store/index.ts";
import { checkEntry, type EntryRow, entryBody, noPrev, payloadHash } from "./entry.ts";
import { StoredHashes } from "./hashes.ts";
import { Frontier, leafHash } from "./tree.ts";
import type { NewEntry, Written } from "./types.ts";

/** The end of the ledger, as the next entry needs it. */
interface Head {
  readonly frontier: Frontier;
  prev: string;
  atMs: number;
}

/** A wall clock this much behind the monotonic one was set back; less is how network time corrects itself. */
const stepBackMs = 1_000;
/** ... and this much ahead: set forward, or the machine slept. */
const stepForwardMs = 5 * 60_000;

/** Puts entries at the end of the tables, inside the transactions of the store. Knows nothing of keys. */
export class Writer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #payloadCharsMax: number;
  readonly #hashes: StoredHashes;
  readonly #insertEntry: StatementSync;
  readonly #insertHash: StatementSync;
  readonly #lastRow: StatementSync;
  #head: Head | undefined;
  /** Wall minus monotonic time at the newest write, and at the newest write that was committed. */
  #offsetMs: number | undefined;
  #committedOffsetMs: number | undefined;
  #salts = "";
  #saltsUsed = 0;

  constructor(store: Store, clock: Clock, payloadCharsMax: number) {
    this.#store = store;
    this.#clock = clock;
    this.#payloadCharsMax = payloadCharsMax;
    this.#hashes = new StoredHashes(store.db);
    this.#insertEntry = store.db.prepare(
      "INSERT INTO ledger_entries (seq, at, kind, agent, session, body, salt, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#insertHash = store.db.prepare("INSERT INTO ledger_hashes (level, position, hash) VALUES (?, ?, ?)");
    this.#lastRow = store.db.prepare("SELECT seq, at, kind, body FROM ledger_entries ORDER BY seq DESC LIMIT 1");
    store.onRollback(() => {
      this.#head = undefined;
      this.#offsetMs = this.#committedOffsetMs;
    });
    store.onCommit(() => {
      this.#committedOffsetMs = this.#offsetMs;
    });
  }

  /** Entries so far, those of an open transaction included. */
  get size(): number {
    return this.#loaded().frontier.size;
  }

  root(): string {
    return this.#loaded().frontier.root();
  }

  last(): Pick<EntryRow, "seq" | "at" | "kind" | "body"> | undefined {
    return this.#lastRow.get() as Pick<EntryRow, "seq" | "at" | "kind" | "body"> | undefined;
  }

  write(entry: NewEntry): Written {
    if (!this.#store.db.isTransaction) throw new Error("ledger.write is called inside store.durably");
    const checked = checkEntry(entry, this.#payloadCharsMax);
    const head = this.#loaded();
    const nowMs = this.#clock.nowMs();
    const offsetMs = nowMs - this.#clock.monotonicMs();
    const byMs = this.#offsetMs === undefined ? 0 : offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    if (byMs < -stepBackMs || byMs > stepForwardMs) this.#writeStep(head, nowMs, Math.round(byMs));
    return this.#put(head, nowMs, checked.kind, checked.agent, checked.session, checked.payload);
  }

  /** At the start there is no monotonic time to compare with; but time can't lie before the newest entry. */
  noteClockAtStart(): void {
    const head = this.#loaded();
    const nowMs = this.#clock.nowMs();
    this.#offsetMs = nowMs - this.#clock.monotonicMs();
    if (nowMs < head.atMs - stepBackMs) this.#writeStep(head, nowMs, nowMs - head.atMs);
  }

  #writeStep(head: Head, nowMs: number, byMs: number): void {
    this.#put(head, nowMs, "ledger/clock-stepped", null, null, `{"byMs":${byMs},"wallMs":${Math.round(nowMs)}}`);
  }

  #put(
    head: Head,
    nowMs: number,
    kind: string,
    agent: string | null,
    session: string | null,
    payload: string,
  ): Written {
    const seq = head.frontier.size;
    const atMs = Math.max(head.atMs, Math.floor(nowMs));
    const salt = this.#salt();
    const body = entryBody(seq, atMs, kind, agent, session, payloadHash(salt, payload), head.prev);
    this.#insertEntry.run(seq, atMs, kind, agent, session, body, salt, payload);
    const leaf = leafHash(body);
    head.frontier.push(leaf, this.#keepHash);
    head.prev = leaf;
    head.atMs = atMs;
    return { seq, atMs };
  }

  readonly #keepHash = (level: number, position: number, hash: string): void => {
    this.#insertHash.run(level, position, hash);
  };

  /** 128 random bits as hex, drawn by the thousand: a call to the generator costs as much as the hashes of an entry. */
  #salt(): string {
    if (this.#saltsUsed === this.#salts.length) {
      this.#salts = randomBytes(16 * 1_024).toString("hex");
      this.#saltsUsed = 0;
    }
    this.#saltsUsed += 32;
    return this.#salts.slice(this.#saltsUsed - 32, this.#saltsUsed);
  }

  #loaded(): Head {
    if (this.#head !== undefined) return this.#head;
    const last = this.last();
    this.#head =
      last === undefined
        ? { frontier: new Frontier(), prev: noPrev, atMs: 0 }
        : { frontier: Frontier.at(last.seq + 1, this.#hashes.subtree), prev: leafHash(last.body), atMs: last.at };
    return this.#head;
  }
}
