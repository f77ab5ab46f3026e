import { inOrder } from "../../dialects/clients/index.ts";
import type { ClientDialect, ForeignMethods } from "../../protocol/client-dialect.ts";

/** What the other systems' clients find behind the door. */
export interface Clients {
  readonly dialects: readonly ClientDialect[];
  /** JSON-RPC methods that are not in our table. */
  readonly methods: ForeignMethods;
}

/** Ties the client dialects to the rooms, as far as the table's operations don't say it all. */
export function createClients(): Clients {
  return { dialects: inOrder({}), methods: () => undefined };
}
