import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "./canonical.ts";
import { readJson } from "./strict-json.ts";

const read = (text: string | Uint8Array, depthMax = 128) =>
  readJson(typeof text === "string" ? Buffer.from(text) : text, { depthMax });

test("reads whatever JSON.stringify writes, like JSON.parse", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const result = read(text);
      assert.ok(result.ok);
      assert.deepEqual(result.value, JSON.parse(text));
    }),
  );
});

test("accepts and refuses the same texts as JSON.parse", () => {
  const piece = fc.constantFrom(
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "1",
    "-",
    "0",
    ".",
    "e",
    "null",
    "true",
    " ",
    "a",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      let expected: unknown;
      let valid = true;
      try {
        expected = JSON.parse(text);
      } catch {
        valid = false;
      }
      const result = read(text);
      assert.equal(result.ok, valid, text);
      // Numbers beyond a double are kept as they stand, flagged.
      if (result.ok && result.notSure === undefined) assert.deepEqual(result.value, expected);
    }),
    { numRuns: 2_000 },
  );
});

test("says what two readers could read differently", () => {
  const doubtful: [string | Uint8Array, RegExp][] = [
    ['{"a":1,"a":2}', /key "a" twice/],
    ['{"a":{"__proto__":1,"__proto__":2}}', /key "__proto__" twice/],
    ['{"a":1,"\\u0061":2}', /key "a" twice/],
    ["9007199254740993", /beyond 2\^53/],
    ["-9007199254740993", /beyond 2\^53/],
    ["1e400", /no double can hold/],
    ['"\\ud800"', /lone surrogate/],
    ['{"\\udc00":1}', /lone surrogate/],
    [Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
    // A surrogate in UTF-8 bytes is no UTF-8.
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /UTF-8/],
  ];
  for (const [text, why] of doubtful) {
    const result = read(text);
    assert.ok(result.ok);
    assert.match(result.notSure ?? "", why);
  }
});

test("ordinary payloads are sure", () => {
  for (const text of ['{"a":[1,2.5,-0,1e3,9007199254740991],"b":"\\ud83d\\ude00 é\\u0000"}', "\ufeff{}", " [ ] "]) {
    const result = read(text);
    assert.ok(result.ok);
    assert.equal(result.notSure, undefined);
  }
});

test("keeps __proto__ and its like as members and touches no prototype", () => {
  const result = read('{"__proto__":{"polluted":true},"constructor":1}');
  assert.ok(result.ok);
  assert.equal(canonicalJson(result.value), '{"__proto__":{"polluted":true},"constructor":1}');
  assert.equal(Object.getPrototypeOf(result.value), Object.prototype);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("cuts what is nested too deep and goes on behind it", () => {
  const result = read('{"a":[[[{"b":"]}\\""}]]],"c":1}', 3);
  assert.ok(result.ok);
  assert.match(result.notSure ?? "", /deeper than 3/);
  assert.equal(canonicalJson(result.value), '{"a":[["(is nested deeper than 3 levels: the rest is left out)"]],"c":1}');
  assert.equal(read("[".repeat(200_000)).ok, false);
  assert.equal(read("[".repeat(200_000) + "]".repeat(200_000)).ok, true);
});

test("leaves out what is too much", () => {
  const result = readJson(Buffer.from('{"a":[1,2,3,[4,"]"],{"b":5}],"c":6}'), { depthMax: 9, valuesMax: 2 });
  assert.ok(result.ok);
  assert.match(result.notSure ?? "", /more than 2 values/);
  assert.equal(
    canonicalJson(result.value),
    '{"a":[1,2,3,"(holds more than 2 values: the rest is left out)"],"…":"(holds more than 2 values: the rest is left out)"}',
  );
});

test("refuses what is not JSON, and says where", () => {
  for (const [text, why] of [
    ["", /^is empty$/],
    [" \n", /^is empty$/],
    ["{", /ends too early/],
    ["{} {}", /unexpected character at 3/],
    ["{'a':1}", /unexpected character at 1/],
    ['"a\nb"', /unexpected character at 0/],
    ["01", /unexpected character at 1/],
    ["NaN", /unexpected character at 0/],
    ['"\\x"', /unexpected character at 0/],
    ['"\\"', /ends too early/],
  ] as const) {
    const result = read(text);
    assert.ok(!result.ok);
    assert.match(result.why, why);
  }
});
