import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { deeperThan, FrameReader, parseFrame, tooLong } from "./ndjson.ts";

function read(reader: FrameReader, ...chunks: (string | Buffer)[]): (string | typeof tooLong)[] {
  const frames: (string | typeof tooLong)[] = [];
  for (const chunk of chunks) {
    reader.write(Buffer.from(chunk as string));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next())
      frames.push(frame === tooLong ? tooLong : frame.toString());
  }
  return frames;
}

test("frames are found whatever the chunks are", () => {
  const frames = fc.array(
    fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\n\r]/.test(text) && text.trim() !== ""),
  );
  fc.assert(
    fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (texts, sizes) => {
      const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = sizes.next().value;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(read(new FrameReader(1_024), ...chunks), texts);
    }),
    { numRuns: 300 },
  );
});

test("blank frames are skipped and an unfinished one waits", () => {
  const reader = new FrameReader(100);
  assert.deepEqual(read(reader, "\n\r\n \t\n{}\r\n", "ab"), ["{}\r"]);
  assert.equal(reader.unfinished, true);
  assert.deepEqual(read(reader, "c\n"), ["abc"]);
  assert.equal(reader.unfinished, false);
});

test("a frame of the limit passes, one byte more is reported once and skipped", () => {
  const limit = 10;
  assert.deepEqual(read(new FrameReader(limit), `${"x".repeat(limit)}\n`), ["x".repeat(limit)]);
  assert.deepEqual(read(new FrameReader(limit), `${"x".repeat(limit + 1)}\nok\n`), [tooLong, "ok"]);
  const pieces = Array.from({ length: 50 }, () => "xxxx");
  assert.deepEqual(read(new FrameReader(limit), ...pieces, "\nok\n"), [tooLong, "ok"]);
});

test("of a frame without end nothing is kept", () => {
  const reader = new FrameReader(1_000);
  const chunk = "y".repeat(400);
  assert.deepEqual(read(reader, chunk, chunk, chunk, chunk), [tooLong]);
  assert.equal(reader.partialBytes, 0);
  assert.equal(reader.unfinished, true);
});

test("what is not JSON says why", () => {
  assert.deepEqual(parseFrame(Buffer.from([0x22, 0xc3, 0x28, 0x22]), 10), { fault: "not valid UTF-8" });
  assert.deepEqual(parseFrame(Buffer.from("{"), 10), { fault: "not JSON" });
  assert.deepEqual(parseFrame(Buffer.from("[[[]]]"), 2), { fault: "nested too deeply" });
  assert.deepEqual(parseFrame(Buffer.from("[[[]]]"), 3), { value: [[[]]] });
  assert.deepEqual(parseFrame(Buffer.from('"\\ud800"'), 3), { value: "\ud800" });
});

test("depth counts brackets outside strings only", () => {
  const deep = (levels: number) => Buffer.from("[".repeat(levels) + "]".repeat(levels));
  assert.equal(deeperThan(deep(128), 128), false);
  assert.equal(deeperThan(deep(129), 128), true);
  assert.equal(deeperThan(Buffer.from(JSON.stringify("[".repeat(500))), 128), false);
  assert.equal(deeperThan(Buffer.from(JSON.stringify({ a: '\\"[[[[', b: [["]"]] })), 3), false);
});
