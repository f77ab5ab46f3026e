import { z } from "zod";
import { HoldView } from "./operations/holds.ts";
import { EntryView } from "./operations/ledger.ts";

/**
 * What stream operations push after their answer, by method. On the socket a push is a JSON-RPC notification whose params also
 * carry `stream`, the id of the request that it belongs to; over HTTP it is a server-sent event of this name.
 */
export const pushes = {
  "hold/changed": z.object({ hold: HoldView }),
  "ledger/appended": z.object({ entries: z.array(EntryView) }),
} as const;

export type PushName = keyof typeof pushes;
export type PushOf<Name extends PushName> = z.output<(typeof pushes)[Name]>;
/** Any push, told apart by its method. */
export type Push = { [Name in PushName]: { readonly method: Name; readonly params: PushOf<Name> } }[PushName];
