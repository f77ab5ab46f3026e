import { z } from "zod";
import type { Operation } from "../../protocol/operation.ts";
import { operations } from "../../protocol/operations/index.ts";
import { pushes } from "../../protocol/pushes.ts";
import { type RefusalCode, refusals } from "../../protocol/refusals.ts";
import { ownVersion } from "../../protocol/version.ts";

type Schema = { properties?: Record<string, unknown>; required?: string[]; [key: string]: unknown };

/** Every operation may be answered so, whatever its row says. */
const always: readonly RefusalCode[] = ["INVALID_PARAMS", "NOT_PERMITTED", "INTERNAL", "DRAINING"];

/** The table as OpenAPI 3.1, whose schemas are JSON Schema 2020-12 as zod makes it. */
export function openApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, row] of Object.entries<Operation>(operations)) {
    const [verb = "", path = ""] = row.http.split(" ");
    paths[path] = { ...paths[path], [verb.toLowerCase()]: describe(name, row, verb, path) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Signalbox",
      version: ownVersion(),
      description: "Made from the table of operations; the same over JSON-RPC on the socket.",
    },
    paths,
    components: { schemas: { Error: errorSchema } },
  };
}

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { enum: Object.keys(refusals) },
        message: { type: "string" },
        hint: { type: "string", description: "The next command to type, or what else would help." },
        ref: { type: "string", description: "Stands beside INTERNAL; the daemon's log has the cause under it." },
      },
    },
  },
};

function describe(name: string, row: Operation, verb: string, path: string): object {
  const input = jsonSchema(row.input, "input");
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, field = ""]) => field));
  const fields = Object.entries(input.properties ?? {});
  const inQuery = verb === "POST" ? [] : fields.filter(([field]) => !inPath.has(field));
  const parameters = [
    ...[...inPath].map((field) => ({ name: field, in: "path", required: true, schema: pathField(input, field) })),
    ...inQuery.map(([field, schema]) => ({
      name: field,
      in: "query",
      required: input.required?.includes(field) === true,
      schema,
    })),
  ];
  return {
    operationId: name.replace("/", "_"),
    summary: row.summary,
    tags: [name.split("/")[0]],
    "x-access": row.access,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(verb === "POST" ? { requestBody: { content: { "application/json": { schema: input } } } } : {}),
    responses: { "200": success(row), ...failures(row) },
  };
}

/** A path's field may stand in the input itself or in a part of an intersection. */
function pathField(input: Schema, field: string): unknown {
  if (input.properties?.[field] !== undefined) return input.properties[field];
  const parts = (input["allOf"] as Schema[] | undefined) ?? [];
  return parts.map((part) => part.properties?.[field]).find((schema) => schema !== undefined) ?? { type: "string" };
}

function success(row: Operation): object {
  const schema = jsonSchema(row.output, "output");
  if (row.pushes === undefined) return { description: "The result.", content: { "application/json": { schema } } };
  const push = jsonSchema(pushes[row.pushes as keyof typeof pushes], "output");
  return {
    description: `Server-sent events: first \`open\` with the result, then \`${row.pushes}\` until the caller goes; \`stream/ended\` when the daemon ends it.`,
    content: { "text/event-stream": { schema: { type: "string" }, "x-events": { open: schema, [row.pushes]: push } } },
  };
}

function failures(row: Operation): Record<string, object> {
  const byStatus = Map.groupBy(new Set([...row.refusals, ...always]), (code) => String(refusals[code].http));
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([status, codes]) => [
        status,
        {
          description: codes.join(", "),
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      ]),
  );
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Schema;
  return rest;
}
