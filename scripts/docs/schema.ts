import { z } from "zod";

/** The parts of JSON Schema that zod makes of the table. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly $ref?: string;
  readonly $schema?: string;
  readonly $defs?: object;
}

export const schemaOf = (type: z.ZodType, io: "input" | "output"): Schema =>
  z.toJSONSchema(type, { io, unrepresentable: "any" }) as unknown as Schema;

export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Fields of an object, of all parts of an intersection, and of all members of a union (there required only if every member says so). */
export function fieldsOf(schema: Schema): Field[] {
  const own = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    schema: field,
    required: schema.required?.includes(name) === true && field.default === undefined,
  }));
  const parts = (schema.allOf ?? []).flatMap(fieldsOf);
  const members = (schema.anyOf ?? schema.oneOf ?? []).map(fieldsOf);
  const named = Map.groupBy(members.flat(), ({ name }) => name);
  const union = [...named].map(([name, fields]) => ({
    name,
    schema:
      fields.length === 1 && fields[0] !== undefined
        ? fields[0].schema
        : { anyOf: fields.map((field) => field.schema) },
    required: fields.length === members.length && fields.every((field) => field.required),
  }));
  return [...own, ...parts, ...union];
}

/** Values that a field may have, where they can be listed. */
export function choicesOf(schema: Schema): string[] | undefined {
  if (schema.enum !== undefined) return schema.enum.map(String);
  if (schema.const !== undefined)
    return [typeof schema.const === "string" ? schema.const : JSON.stringify(schema.const)];
  const members = schema.anyOf ?? schema.oneOf;
  if (members === undefined) return undefined;
  const lists = members.map(choicesOf);
  return lists.every((list) => list !== undefined) ? [...new Set(lists.flat())] : undefined;
}

/**
 * A schema as a person would write the type, e.g. `"open" | "used"`, `integer 1..1000`, `{ id: string; words?: string }`.
 * @param names  shapes that are called by their name
 */
export function typeText(schema: Schema, names: Readonly<Record<string, Schema>> = {}): string {
  const text = (part: Schema): string => typeText(part, names);
  const { description: _, $schema: __, ...bare } = schema;
  const named = Object.entries(names).find(([, shape]) => sameShape(shape, bare));
  if (named !== undefined) return named[0];
  if (schema.$ref !== undefined) return "JSON";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const members = schema.anyOf ?? schema.oneOf;
  if (members !== undefined) return [...new Set(members.map(text))].join(" | ");
  if (schema.allOf !== undefined) return schema.allOf.map(text).join(" & ");
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => text({ ...schema, type })).join(" | ");
  if (schema.type === "array") return `${wrap(text(schema.items ?? {}))}[]`;
  if (schema.type === "object") return objectText(schema, text);
  if (schema.type === "integer" || schema.type === "number") return schema.type + rangeText(schema);
  if (schema.type === "string" && schema.maxLength !== undefined) return `string (to ${schema.maxLength})`;
  return typeof schema.type === "string" ? schema.type : "JSON";
}

function sameShape(shape: Schema, schema: Schema): boolean {
  const { $schema: _, $defs: __, ...bare } = shape;
  return schema.type === "object" && JSON.stringify(bare) === JSON.stringify(schema);
}

function objectText(schema: Schema, text: (part: Schema) => string): string {
  const fields = fieldsOf(schema);
  const { additionalProperties: rest } = schema;
  if (fields.length === 0) return typeof rest === "object" ? `{ [key]: ${text(rest)} }` : "{}";
  const shown = fields.map((field) => `${field.name}${field.required ? "" : "?"}: ${text(field.schema)}`);
  return `{ ${shown.join("; ")} }`;
}

/** zod states the range of every safe integer; only a narrower one is worth reading. */
function rangeText({ minimum, maximum }: Schema): string {
  const low = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? "" : String(minimum);
  const high = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : String(maximum);
  return low === "" && high === "" ? "" : ` ${low}..${high}`;
}

const wrap = (text: string): string => (/ [|&] /.test(text) ? `(${text})` : text);
