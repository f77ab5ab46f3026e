import assert from "node:assert/strict";
import { test } from "node:test";
import { redact } from "../gate/redact/index.ts";
import { limits } from "../protocol/limits.ts";
import { cutInput, heldInput, redactedBeginnings } from "./short-input.ts";

const max = limits.heldStringCharsMax;
const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

test("an ordinary input is redacted as it is", () => {
  const input = {
    command: `curl -H 'Authorization: Bearer ${secret}' https://example.com`,
    list: ["a", { b: 1 }],
    no: null,
  };
  assert.deepEqual(redactedBeginnings(input, redact), redact(input));
  assert.equal(
    redactedBeginnings(input, (same) => same),
    input,
    "nothing is copied where nothing is long",
  );
});

test("of a long text the beginning is kept and how much follows is said", () => {
  const input = { file_path: "/x", content: "a b\n".repeat(750_000), edits: [{ new_string: "c".repeat(max * 2) }] };
  const kept = redactedBeginnings(input, redact) as typeof input;
  assert.match(kept.content, new RegExp(`… __redacted-${3_000_000 - max}-more-characters__$`));
  assert.ok(kept.content.startsWith("a b\na b\n") && kept.content.length < max + 64);
  assert.match(kept.edits[0]?.new_string ?? "", new RegExp(`c… __redacted-${max}-more-characters__$`));
  assert.match(
    cutInput(kept).input["content"] as string,
    /… \(3000000 characters\)$/,
    "the ledger names the whole length",
  );
});

test("no half of a secret is kept, wherever the text is cut and however much redaction has shortened it", () => {
  for (let before = max + 4_000; before < max + 4_200; before += 1) {
    const text =
      `${`token=${secret} `.repeat(400)}${"x ".repeat(max)}`.slice(0, before) + ` ${secret} ${"y ".repeat(max)}`;
    const { text: kept } = redactedBeginnings({ text }, redact) as { text: string };
    assert.ok(!kept.includes("ghp_0"), `a secret at ${before}`);
  }
});

test("what a hold keeps is bounded, whatever its shape", () => {
  const long = "z".repeat(max);
  for (const input of [
    { command: long },
    { a: long, b: long, c: long },
    { list: Array.from({ length: 200 }, () => "w".repeat(5_000)) },
    Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${index}${"k".repeat(50)}`, index])),
  ]) {
    const kept = heldInput(input);
    assert.ok(JSON.stringify(kept).length <= limits.heldInputCharsMax);
    assert.ok(JSON.stringify(kept).length > 1_000, "and it is not empty");
  }
  const small = { command: "git push --force" };
  assert.equal(heldInput(small), small);
});
