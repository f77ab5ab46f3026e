import type { Operation } from "../../src/protocol/operation.ts";
import { operations } from "../../src/protocol/operations/index.ts";
import { choicesOf, type Field, fieldsOf, type Schema, schemaOf } from "./schema.ts";

/** The CLI's part of the table as plain data, so that the CLI needs no schemas (and no zod) to know its verbs and flags. */
export function surfaceSource(): string {
  const verbs = Object.entries<Operation>(operations).flatMap(([name, row]) =>
    row.cli === undefined ? [] : [verbOf(name, row, row.cli)],
  );
  return `${head}\nexport const surface: readonly SurfaceVerb[] = ${JSON.stringify(verbs, null, 2)};\n`;
}

const head = `// Made from src/protocol/operations by \`npm run docs\`. Edit the table, not this file.
import type { OperationName } from "../protocol/operations/index.ts";

/** A verb that only calls an operation and shows its answer. */
export interface SurfaceVerb {
  readonly operation: OperationName;
  /** e.g. ["hold", "show"]. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly fields: readonly SurfaceField[];
  /** It is a stream: it ends when the caller ends it. */
  readonly stream: boolean;
}

export interface SurfaceField {
  /** As the operation calls it. */
  readonly name: string;
  /** Given by its place; else by \`--flag\`. */
  readonly positional: boolean;
  readonly flag: string;
  readonly type: "string" | "number" | "boolean" | "json";
  readonly choices?: readonly string[];
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
}
`;

function verbOf(name: string, row: Operation, cli: string): object {
  const parts = cli.split(" ");
  const positional = parts.filter((part) => part.startsWith("<")).map((part) => part.slice(1, -1));
  const fields = fieldsOf(schemaOf(row.input, "input"));
  for (const field of positional)
    if (!fields.some((known) => known.name === field))
      throw new Error(`${name}: the CLI names <${field}>, which its input does not have`);
  return {
    operation: name,
    words: parts.filter((part) => !part.startsWith("<")),
    summary: row.summary,
    fields: [
      ...positional
        .flatMap((field) => fields.filter((known) => known.name === field))
        .map((field) => fieldOf(field, true)),
      ...fields.filter((known) => !positional.includes(known.name)).map((field) => fieldOf(field, false)),
    ],
    stream: row.pushes !== undefined,
  };
}

function fieldOf({ name, schema, required }: Field, positional: boolean): object {
  const choices = choicesOf(schema);
  return {
    name,
    positional,
    flag: name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    type: typeOf(schema, choices),
    ...(choices === undefined ? {} : { choices }),
    required: required || positional,
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.description === undefined ? {} : { description: schema.description }),
  };
}

function typeOf(
  { type, anyOf }: Schema,
  choices: readonly string[] | undefined,
): "string" | "number" | "boolean" | "json" {
  if (choices !== undefined || type === "string") return "string";
  if (type === "integer" || type === "number") return "number";
  // What takes text or something better (a query string's "true", a list with commas) is typed as the better one, or as the text.
  const kinds = Array.isArray(type) ? type : (anyOf ?? []).map((member) => member.type);
  if (type === "boolean" || kinds.includes("boolean")) return "boolean";
  return kinds.includes("string") ? "string" : "json";
}
