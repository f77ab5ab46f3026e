import type { z } from "zod";
import { ForeignError } from "../../../protocol/client-dialect.ts";
import { wordIssues } from "../../../protocol/wording.ts";

/** Numbers of iai's errors (the others are JSON-RPC's own). */
export const iaiErrors = { invalidParams: -32602, unknownMethod: -32601, internal: -32001 } as const;

/**
 * Reads a method's parameters; unknown ones are ignored, and null stands for an absent one.
 * @param required  in the order in which iai looks for them
 * @throws ForeignError -32602  `missing required param: '<k>'`, or what is wrong with one that is there
 */
export function readParams<Schema extends z.ZodType>(
  schema: Schema,
  required: readonly string[],
  method: string,
  params: unknown,
): z.output<Schema> {
  const given = Object.fromEntries(
    Object.entries(params !== null && typeof params === "object" && !Array.isArray(params) ? params : {}).filter(
      ([key, value]) => value !== null || key === "value",
    ),
  );
  const missing = required.find((key) => given[key] === undefined);
  if (missing !== undefined)
    throw new ForeignError(iaiErrors.invalidParams, "INVALID_PARAMS", `missing required param: '${missing}'`);
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ForeignError(iaiErrors.invalidParams, "INVALID_PARAMS", `${method}: ${wordIssues(parsed.error)}`);
}
