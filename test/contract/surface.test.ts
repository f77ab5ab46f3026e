import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { surface } from "../../src/cli/surface.generated.ts";
import type { Operation } from "../../src/protocol/operation.ts";
import { operations } from "../../src/protocol/operations/index.ts";
import { pushes } from "../../src/protocol/pushes.ts";
import { refusals } from "../../src/protocol/refusals.ts";
import { openApi } from "../../src/transport/http/openapi.ts";

/**
 * Goldens of everything that others rely on. A red one is a question: was the change deliberate? Then write the goldens anew with
 * `--update`, and say it in CHANGELOG.md; else mend the table.
 */
const rows = Object.entries<Operation>(operations);
const schema = (type: z.ZodType, io: "input" | "output") => z.toJSONSchema(type, { io, unrepresentable: "any" });
const describe = (row: Operation) => ({
  access: row.access,
  http: row.http,
  cli: row.cli ?? null,
  mcp: row.mcp,
  deadlineMs: row.deadlineMs,
  refusals: row.refusals,
  pushes: row.pushes ?? null,
  input: schema(row.input, "input"),
  output: schema(row.output, "output"),
});

const goldens: Readonly<Record<string, unknown>> = {
  operations: Object.fromEntries(rows.map(([name, row]) => [name, describe(row)])),
  pushes: Object.fromEntries(Object.entries(pushes).map(([name, type]) => [name, schema(type, "output")])),
  refusals,
  routes: Object.entries((openApi() as { paths: Record<string, object> }).paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  ),
  verbs: surface.map(({ words, fields }) =>
    [
      ...words,
      ...fields.map(({ positional, flag, required }) =>
        positional ? `<${flag}>` : required ? `--${flag}` : `[--${flag}]`,
      ),
    ].join(" "),
  ),
};

const updating = process.argv.includes("--update");

for (const [name, value] of Object.entries(goldens))
  test(`surface: ${name}`, () => {
    const path = join(import.meta.dirname, "golden", `${name}.json`);
    const text = `${JSON.stringify(value, null, 2)}\n`;
    if (updating) writeFileSync(path, text);
    assert.deepEqual(
      JSON.parse(text),
      JSON.parse(readFileSync(path, "utf8")),
      `The ${name} that others rely on have changed. Deliberate? Then: node test/contract/surface.test.ts --update, and a line in CHANGELOG.md.`,
    );
  });

test("a refusal's numbers are its own", () => {
  const all = Object.entries(refusals);
  assert.equal(new Set(all.map(([, { rpc }]) => rpc)).size, all.length);
  for (const [code, { rpc, exit }] of all) {
    assert.ok(rpc >= -32_800 && rpc <= -32_000, code);
    assert.ok(exit > 0 && exit < 256, code);
  }
});

test("routes and verbs are each one operation's, and every path field is an input field", () => {
  assert.equal(new Set(rows.map(([, { http }]) => http)).size, rows.length);
  const verbs = rows.flatMap(([, { cli }]) => (cli === undefined ? [] : [cli.replace(/ <.*/, "")]));
  assert.equal(new Set(verbs).size, verbs.length);
  for (const [name, row] of rows)
    for (const [, field] of row.http.matchAll(/\{(\w+)\}/g))
      assert.ok(JSON.stringify(schema(row.input, "input")).includes(`"${field}"`), `${name}: {${field}}`);
});

test("every push of the table has a shape, and every shape a row", () => {
  const named = rows.flatMap(([, row]) => row.pushes ?? []);
  assert.deepEqual(new Set(named), new Set(Object.keys(pushes)));
});

test("only agents' rows are agents' tools", () => {
  for (const [name, row] of rows) if (row.mcp) assert.equal(row.access, "agent", name);
});
