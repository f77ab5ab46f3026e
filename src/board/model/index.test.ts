import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { columnsOf } from "../../kit/text.ts";
import {
  contextWorry,
  holdWord,
  money,
  percent,
  sectionOf,
  sections,
  sectionTitles,
  stateSigns,
  timeOfDay,
} from "./index.ts";

test("signs are one column each and differ in shape, so that colour never says anything alone", () => {
  const signs = Object.values(stateSigns);
  assert.equal(new Set(signs).size, signs.length);
  assert.deepEqual(
    signs.filter((sign) => columnsOf(sign) !== 1),
    [],
  );
  assert.deepEqual(Object.keys(sectionTitles), [...sections]);
});

test("short words for figures", () => {
  assert.equal(money(3), "$3.00");
  assert.equal(percent(61.6), "62 %");
  assert.deepEqual([74, 75, 90].map(contextWorry), ["fine", "filling", "full"]);
  assert.equal(holdWord({ waiting: 0 }), "asked");
  assert.match(timeOfDay(0), /^\d\d:\d\d$/);
});

test("a browser can load it: nothing of Node's is imported, here or below", () => {
  const source = join(import.meta.dirname, "../..");
  const seen = new Set<string>();
  const wrong: string[] = [];
  const look = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, type, from] of readFileSync(path, "utf8").matchAll(
      /^(?:import|export)\s+(type\s)?[^;]*?from "([^"]+)";$/gms,
    )) {
      if (type !== undefined || from === undefined) continue;
      if (from.startsWith(".")) look(join(dirname(path), from));
      else wrong.push(`${relative(source, path)} imports ${from}`);
    }
  };
  const files = readdirSync(import.meta.dirname).filter((name) => /^[a-z]+\.ts$/.test(name));
  for (const name of files) look(join(import.meta.dirname, name));
  assert.deepEqual(wrong, []);
  assert.ok(
    [...seen].some((path) => path.endsWith("kit/text.ts")),
    "it followed imports",
  );
});

test("what only a person can move is a section of its own", () => {
  assert.equal(sectionOf({ state: "error", ungated: null }), "needs-you");
  assert.equal(sectionOf({ state: "idle", ungated: "its hooks are gone" }), "needs-you");
  assert.equal(sectionOf({ state: "gone", ungated: "its hooks are gone" }), "gone");
});
