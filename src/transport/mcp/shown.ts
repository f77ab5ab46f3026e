import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";

/**
 * A schema that hosts are shown and that nothing is checked against on the way in: what comes is checked where it is answered
 * in our own words (a host must not get an SDK's error where it expects a decision).
 * @param hidden  fields that are not shown
 */
export function shown(schema: z.ZodType, hidden: readonly string[] = []): StandardSchemaWithJSON<unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input" });
  for (const field of hidden) delete json.properties?.[field];
  const required = json.required?.filter((field) => !hidden.includes(field));
  if (required !== undefined) json.required = required;
  return {
    "~standard": {
      version: 1,
      vendor: "signalbox",
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}
