import type { Ledger } from "../ledger/index.ts";
import type { Operator } from "../operator/index.ts";
import type { Call } from "../protocol/handlers.ts";
import type { NoteView } from "../protocol/operations/memory.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Store } from "../store/index.ts";

export interface NoteReadersPorts {
  readonly operator: Pick<Operator, "seat">;
  readonly sessions: Pick<Sessions, "below" | "recordTrail" | "trail">;
  readonly ledger: Pick<Ledger, "write">;
  readonly store: Pick<Store, "durably">;
}

/** Told of every note that a call is answered with, before the answer leaves. */
export type NotesRead = (notes: readonly NoteView[], call: Pick<Call, "connection" | "signal">) => Promise<void>;

/**
 * A note whose writer had read strangers' content may carry their words: whoever reads it has read strangers' content too, and their trail says so.
 * Who reads is the session above the process that made the connection, by the kernel's word; a person at a terminal and a browser are no session.
 */
export function createNoteReaders({ operator, sessions, ledger, store }: NoteReadersPorts): NotesRead {
  return async (notes, { connection, signal }) => {
    const tainted = notes.filter((note) => note.tainted);
    const [first] = tainted;
    if (first === undefined || connection.pass !== undefined) return;
    const known = await operator.seat(connection, { signal });
    if (!("seat" in known)) return; // nobody can say who reads; the note itself says what it is
    const session = sessions.below(known.seat.peer.processes.map(({ pid, start }) => ({ pid, startTime: start })));
    if (session === undefined || sessions.trail(session).some(({ leg }) => leg === "untrusted")) return;
    const { agent, session: id } = session;
    const what = `mcp: the note ${first.id}, whose writer (${first.agent}) had read strangers' content`;
    await store.durably(() => {
      const payload = { what, notes: tainted.map((note) => note.id) };
      const { seq } = ledger.write({ kind: "taint/recalled", agent, session: id, payload });
      sessions.recordTrail({ agent, session: id }, [{ leg: "untrusted", what, entry: seq }], true);
    });
  };
}
