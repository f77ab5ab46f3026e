import type { z } from "zod";
import type { RefusalCode } from "./refusals.ts";

/**
 * Who may call: `agent` anybody on the socket, `operator` a person who is present (DESIGN section 11), `admin` a person with
 * the passphrase or passkey. Levels include the ones before them.
 */
export type Access = "agent" | "operator" | "admin";

/** One row of the table of operations. Everything that can be asked of the daemon is a row; every surface is made from it. */
export interface Operation<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  /** One sentence, imperative: it is the CLI's help line, the HTTP route's and the MCP tool's description. */
  readonly summary: string;
  readonly input: Input;
  readonly output: Output;
  readonly refusals: readonly RefusalCode[];
  readonly access: Access;
  /** Milliseconds until the call is answered CANCELLED; 0 = the operation bounds itself (it waits for a person, or streams). */
  readonly deadlineMs: number;
  /** `VERB /path/{field}`; fields not in the path come from the query (GET) or the JSON body. */
  readonly http: `${"GET" | "POST" | "DELETE"} /v1/${string}`;
  /** Whether agents get it as an MCP tool. */
  readonly mcp: boolean;
  /**
   * CLI words with positional fields, e.g. `hold show <id>`; the other fields become flags. `undefined`: the CLI has its own
   * verb over this operation (or none).
   */
  readonly cli?: string;
  /** A stream answers first with its output, then pushes notifications of this method until cancelled. */
  readonly pushes?: string;
}

/** Keeps the literal types of a row. */
export function operation<Input extends z.ZodType, Output extends z.ZodType>(
  row: Operation<Input, Output>,
): Operation<Input, Output> {
  return row;
}
