import type { Json } from "../../../kit/canonical.ts";
import type { Call } from "../../../protocol/handlers.ts";
import type { EntryView } from "../../../protocol/operations/ledger.ts";
import type { NoteView } from "../../../protocol/operations/memory.ts";
import type { UpkeepCommandView, UpkeepView } from "../../../protocol/operations/upkeep.ts";
import type { Refusal } from "../../../protocol/refusals.ts";

/** Who asks: iai's session id, where the client says one, and the connection, whose process works in some folder. */
export interface IaiCaller {
  readonly call: Pick<Call, "connection" | "signal">;
  readonly session: string | undefined;
}

export interface IaiHit {
  readonly note: NoteView;
  readonly score: number;
  readonly why: string;
  readonly via: string | null;
}

/** What iai's methods need of the house. Ids of notes are iai's record ids. */
export interface IaiPorts {
  capture(
    draft: { readonly text: string; readonly subject: string; readonly tags: readonly string[] },
    caller: IaiCaller,
  ): Promise<{ readonly status: "stored" | "known" | "repeated"; readonly note: NoteView }>;
  recall(
    query: { readonly query: string; readonly charsMax: number; readonly limit: number },
    caller: IaiCaller,
  ): Promise<{ readonly hits: readonly IaiHit[]; readonly mode: string }>;
  /** Notes of a session's beginning, the whole of them at most so many characters, and the same as one text. */
  brief(charsMax: number, caller: IaiCaller): Promise<{ readonly text: string; readonly notes: readonly NoteView[] }>;
  /** The note as it stands. */
  note(id: string): NoteView;
  neighbours(id: string, most: number): readonly string[];
  link(
    ids: readonly string[],
    caller: IaiCaller,
  ): Promise<readonly { readonly a: string; readonly b: string; readonly weight: number }[]>;
  supersede(id: string, text: string, caller: IaiCaller): Promise<{ readonly note: NoteView }>;
  consolidate(
    caller: IaiCaller,
  ): Promise<{ readonly merged: number; readonly decayed: number; readonly pruned: number }>;
  noteCount(): number;
  knobs(): Readonly<Record<string, Json>>;
  setKnob(knob: string, value: Json): Promise<void>;
  /** Newest first; all kinds when none is given. */
  entries(query: {
    readonly kinds: readonly string[];
    readonly sinceMs: number | undefined;
    readonly limit: number;
  }): readonly EntryView[];
  /** A session has opened: its first recall gets its brief, once. */
  sessionOpened(session: string): void;
  /** @returns whether that brief is still to be given; it counts as given then */
  takeFirstTurn(session: string): boolean;
  sessionExited(session: string): void;
  readonly upkeep: {
    status(): UpkeepView;
    ask(kind: "sleep" | "wake" | "dream" | "session", reason: string): Promise<UpkeepCommandView>;
    pause(seconds: number | undefined): Promise<{ readonly command: UpkeepCommandView; readonly until: string }>;
    resume(): Promise<UpkeepCommandView>;
  };
  readonly version: string;
  readonly startedAt: string;
  uptimeMs(): number;
  /** What is no expected error goes to the log. @returns the ref under which it stands there; a refusal where it is a fault of the machine */
  fault(method: string, error: unknown): string | Refusal;
}
