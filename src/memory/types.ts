import type { Json } from "../kit/canonical.ts";
import type { Clock } from "../kit/clock.ts";
import type { limits } from "../protocol/limits.ts";
import type { ImportedNote, NoteKind, NoteView } from "../protocol/operations/memory.ts";
import type { Store } from "../store/index.ts";

/** Where notes are looked for: `project` is absolute, or null where there is none (then only global notes are known). */
export interface Reach {
  readonly project: string | null;
  readonly scope: "both" | "project" | "global" | "all";
}

/** Who writes. */
export interface Writer {
  readonly agent: string;
  readonly session?: string | undefined;
}

export interface Draft extends Writer {
  readonly text: string;
  readonly subject?: string | undefined;
  readonly kind?: NoteKind | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Absolute folder; null: global. */
  readonly project: string | null;
  readonly tainted: boolean;
  /** With it, the same capture is stored once however often it comes. Keys are of one agent and session. */
  readonly key?: string | undefined;
  /** Of an imported note; else now. */
  readonly writtenMs?: number | undefined;
}

export type Revision = Pick<Draft, "text" | "subject" | "kind" | "tags" | "key" | "tainted"> & Writer;

export interface Captured {
  readonly status: "stored" | "known" | "repeated";
  readonly note: NoteView;
}

export interface Imported {
  readonly stored: number;
  readonly known: number;
  readonly skipped: readonly { readonly id: ImportedNote["id"]; readonly why: string }[];
}

export interface RecallQuery extends Reach {
  readonly query: string;
  readonly kind?: NoteKind | undefined;
  readonly superseded: boolean;
  readonly limit: number;
  readonly charsMax: number;
}

export interface Hit {
  readonly note: NoteView;
  readonly score: number;
  readonly why: string;
  readonly via: string | null;
  readonly cut: boolean;
}

export interface Recalled {
  readonly hits: readonly Hit[];
  readonly mode: "words" | "phrases" | "newest";
  readonly more: boolean;
}

export interface ListQuery extends Reach {
  readonly kind?: NoteKind | undefined;
  readonly tag?: string | undefined;
  readonly agent?: string | undefined;
  readonly session?: string | undefined;
  readonly superseded: boolean;
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface Shown {
  readonly note: NoteView;
  readonly history: readonly NoteView[];
  readonly linked: readonly { readonly id: string; readonly subject: string; readonly weight: number }[];
}

export interface Brief {
  /** Lines for the beginning of a session, each with the note's id, date and author; empty when nothing is known. */
  readonly text: string;
  readonly notes: readonly NoteView[];
}

export interface MemoryOptions {
  readonly store: Pick<Store, "db" | "durably">;
  readonly clock: Clock;
  /** `ledger.write` */
  readonly write: (entry: {
    kind: string;
    agent?: string | null;
    session?: string | null;
    payload: Readonly<Record<string, Json>>;
  }) => { readonly seq: number };
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** A keyed hash, so that the ledger can tell a note's text without holding it. */
  readonly fingerprint: (text: string) => string;
  readonly limits: { readonly [Name in LimitName]: number };
}

type LimitName = Extract<keyof typeof limits, `note${string}` | `recall${string}`>;

/** What the memory promises is said in index.ts. Ids that are not there: Refusal NOT_FOUND; forgotten ones: EXPIRED. */
export interface Memory {
  /** @throws Refusal INVALID_PARAMS, TOO_LARGE, CONFLICT (another text under this key, or the project is full), EXPIRED (that key's note was forgotten) */
  capture(draft: Draft): Promise<Captured>;
  recall(query: RecallQuery): Recalled;
  list(query: ListQuery): NoteView[];
  /** @param from  what is not reachable from there is as if it were not: NOT_FOUND */
  show(id: string, from?: string | null): Shown;
  /** @throws Refusal CONFLICT  it has been superseded already, or the new text says the same */
  supersede(id: string, revision: Revision, from?: string | null): Promise<{ note: NoteView; superseded: NoteView }>;
  /** Takes notes in as they were exported; see import.ts. @throws Refusal CONFLICT  there is no room */
  import(notes: readonly ImportedNote[], by: Json): Promise<Imported>;
  forget(
    id: string,
    options: { reason: string; older: boolean; by: Json },
  ): Promise<{ forgotten: string[]; entry: number }>;
  /** Says that these notes were of use together: each pair's weight grows by 0.1, to 10 at most. */
  link(ids: readonly string[], by: Writer): Promise<readonly { a: string; b: string; weight: number }[]>;
  /** Ids of the notes that are linked most to this one. */
  neighbours(id: string, most: number): string[];
  brief(options: Reach & { readonly charsMax: number }): Brief;
  knobs(): Readonly<Record<string, Json>>;
  setKnob(knob: string, value: Json): Promise<void>;
  /** Makes notes that say the same one, and lets unused links fade. Ends early when `signal` aborts; the rest is done next time. */
  consolidate(options: { signal: AbortSignal }): Promise<{ merged: number; decayed: number; pruned: number }>;
  /** Forgets captured turns that are old, and keys and marks over their limits. */
  retire(options: { signal: AbortSignal }): Promise<{ notes: number }>;
  counts(): { readonly notes: number; readonly superseded: number; readonly projects: number };
}
