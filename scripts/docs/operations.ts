import type { Operation } from "../../src/protocol/operation.ts";
import { operations } from "../../src/protocol/operations/index.ts";
import { Effect } from "../../src/protocol/effects.ts";
import { HoldView } from "../../src/protocol/operations/holds.ts";
import { EntryView } from "../../src/protocol/operations/ledger.ts";
import { RecentCall, SessionView } from "../../src/protocol/session-view.ts";
import { pushes } from "../../src/protocol/pushes.ts";
import { type Field, fieldsOf, type Schema, schemaOf, typeText } from "./schema.ts";

export const generated = "<!-- Made from src/protocol by `npm run docs`. Edit the table, not this page. -->\n";

export function operationsPage(): string {
  const rows = Object.entries<Operation>(operations);
  return [
    generated,
    "# Operations\n",
    "Everything that can be asked of the daemon. One table gives the JSON-RPC method on the socket, the HTTP route, the CLI verb and who may call;",
    "see also [access](access.md), [refusals](refusals.md) and [openapi.json](openapi.json). Unknown fields of an input are ignored.\n",
    ...rows.map(([name, row]) => `- [\`${name}\`](#${name.replace("/", "")}) ${row.summary}`),
    "",
    ...rows.map(([name, row]) => section(name, row)),
    "## Shapes\n",
    ...Object.entries(shapes).flatMap(([name, schema]) => [`### ${name}\n`, fieldTable(schema)]),
  ].join("\n");
}

/** Shapes that many operations show; they are described once, under their own name. */
const shapes: Readonly<Record<string, Schema>> = {
  Hold: schemaOf(HoldView, "output"),
  Entry: schemaOf(EntryView, "output"),
  Session: schemaOf(SessionView, "output"),
  RecentCall: schemaOf(RecentCall, "output"),
  Effect: schemaOf(Effect, "output"),
};

function section(name: string, row: Operation): string {
  return [
    `## ${name}\n`,
    `${row.summary}\n`,
    `- access: ${row.access}; HTTP: \`${row.http}\`${row.cli === undefined ? "" : `; CLI: \`signalbox ${row.cli}\``}${row.mcp ? `; MCP tool: \`${name.replace("/", "_")}\`` : ""}`,
    `- deadline: ${row.deadlineMs === 0 ? "none of its own" : `${row.deadlineMs / 1_000} s`}`,
    `- refusals: ${row.refusals.length === 0 ? "none of its own" : row.refusals.map((code) => `\`${code}\``).join(", ")}`,
    "",
    "Input\n",
    fieldTable(schemaOf(row.input, "input")),
    row.pushes === undefined ? "Result\n" : "Result, the first answer of the stream\n",
    fieldTable(schemaOf(row.output, "output")),
    ...(row.pushes === undefined
      ? []
      : [`Pushes \`${row.pushes}\`\n`, fieldTable(schemaOf(pushes[row.pushes as keyof typeof pushes], "output"))]),
  ].join("\n");
}

function fieldTable(schema: Schema): string {
  const fields = fieldsOf(schema);
  if (fields.length === 0) return "(no fields)\n";
  return ["| field | type | |", "|---|---|---|", ...fields.map(fieldRow), ""].join("\n");
}

function fieldRow({ name, schema, required }: Field): string {
  const note = [
    required ? "" : schema.default === undefined ? "optional" : `default \`${JSON.stringify(schema.default)}\``,
    schema.description ?? "",
  ];
  return `| \`${name}\` | ${typeCell(schema)} | ${note.filter((text) => text !== "").join("; ")} |`;
}

function typeCell(schema: Schema): string {
  const text = typeText(schema, shapes).replaceAll("|", "\\|");
  const named = Object.keys(shapes).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return `\`${text}\`${named.map((name) => ` ([${name}](#${name.toLowerCase()}))`).join("")}`;
}
