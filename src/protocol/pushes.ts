import { z } from "zod";
import { HoldView } from "./operations/holds.ts";
import { EntryView } from "./operations/ledger.ts";
import { Cursor } from "./operations/sessions.ts";
import { BoardChange } from "./operations/web.ts";
import { SessionRef, SessionView } from "./session-view.ts";

/**
 * What stream operations push after their answer, by method. On the socket a push is a JSON-RPC notification whose params also
 * carry `stream`, the id of the request that it belongs to; over HTTP it is a server-sent event of this name.
 */
export const pushes = {
  "hold/changed": z.object({ hold: HoldView }),
  "ledger/appended": z.object({ entries: z.array(EntryView) }),
  /** One line of the export; `line: null` says that it is complete. */
  "ledger/exported": z.object({ line: z.string().nullable() }),
  /**
   * Sessions as they are at `cursor`. With `snapshot` they are all that the filter lets through, and what else a reader had is to
   * be dropped; else they are those that changed, and `removed` are gone from what the filter lets through. Both empty: a heartbeat.
   */
  "session/changed": z.object({
    cursor: Cursor,
    snapshot: z.boolean(),
    sessions: z.array(SessionView),
    removed: z.array(SessionRef),
  }),
  "web/changed": BoardChange,
} as const;

export type PushName = keyof typeof pushes;
export type PushOf<Name extends PushName> = z.output<(typeof pushes)[Name]>;

/** Which stream operation pushes what; a test holds it to the table's `pushes`. */
export const streams = {
  "hold/watch": "hold/changed",
  "ledger/tail": "ledger/appended",
  "ledger/export": "ledger/exported",
  "session/watch": "session/changed",
  "web/watch": "web/changed",
} as const satisfies Record<string, PushName>;

export type StreamName = keyof typeof streams;
export type PushedBy<Name extends StreamName> = PushOf<(typeof streams)[Name]>;
