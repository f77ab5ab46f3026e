import type { z } from "zod";
import type { ForeignFrame } from "../../protocol/client-dialect.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { wordIssues } from "../../protocol/wording.ts";

/**
 * Reads a frame by its schema; unknown fields are ignored.
 * @param name  what the dialect calls such a frame
 * @throws Refusal INVALID_PARAMS  naming each wrong field
 */
export function read<Schema extends z.ZodType>(schema: Schema, frame: ForeignFrame, name: string): z.output<Schema> {
  const parsed = schema.safeParse(frame);
  if (!parsed.success) throw new Refusal("INVALID_PARAMS", `${name}: ${wordIssues(parsed.error)}`);
  return parsed.data;
}

/** A refusal in one string, for clients whose errors have nothing but a message. */
export function wordsOf({ message, hint }: Refusal): string {
  return hint === undefined ? message : `${message}${/[.!?]$/.test(message) ? "" : "."} ${hint}`;
}
