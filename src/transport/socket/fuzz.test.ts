import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openDoor } from "../../../test/support/door.ts";

/** Frames that a client might send by mistake or malice; `answers` tells how many answers with which ids must come. */
const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const id = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
const method = fc.oneof(
  fc.constantFrom("hold/list", "hold/get", "gate/request", "hold/watch", "__proto__", "constructor", "$/x"),
  fc.string(),
);
const request = fc.record(
  { jsonrpc: fc.constant("2.0"), id, method, params: fc.oneof(fc.object(), fc.array(scalar), fc.constant({})) },
  { requiredKeys: ["jsonrpc", "id", "method"] },
);
const noise = fc.oneof(
  fc.json(),
  fc.object().map((value) => JSON.stringify(value)),
  fc.array(fc.anything()).map((value) => JSON.stringify(value) ?? "[]"),
  fc.string({ unit: "binary" }),
  fc
    .record({ jsonrpc: fc.anything(), id: fc.anything(), method: fc.anything(), params: fc.anything() })
    .map((value) => {
      try {
        return JSON.stringify(value);
      } catch {
        return "[1n]"; // some values have no JSON form
      }
    }),
);
const frame = fc.oneof(
  request.map((value) => ({ line: JSON.stringify(value), ids: [value.id] })),
  noise.map((text) => ({ line: text.replaceAll(/[\r\n]/g, " "), ids: [] })),
);

test("whatever comes, every well-formed request is answered and the connection lives", async () => {
  await using door = await openDoor({
    "hold/list": async () => ({ holds: [] }),
    "hold/watch": async (_, call) => {
      call.end();
      return { holds: [] };
    },
  });
  await using peer = await door.connect();
  let frames = 0;
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { minLength: 20, maxLength: 60 }),
      fc.integer({ min: 1, max: 4_096 }),
      async (sent, chunk) => {
        round += 1;
        frames += sent.length;
        const sentinel = `end of round ${round}`;
        const bytes = Buffer.from(
          `${sent.map(({ line }) => `${line}\n`).join("")}${JSON.stringify({ jsonrpc: "2.0", id: sentinel, method: "hold/list" })}\n`,
        );
        for (let at = 0; at < bytes.length; at += chunk) peer.send(bytes.subarray(at, at + chunk));
        const wanted = new Map<unknown, number>();
        for (const one of sent.flatMap(({ ids }) => ids)) wanted.set(one, (wanted.get(one) ?? 0) + 1);
        let open = [...wanted.values()].reduce((sum, count) => sum + count, 0);
        for (let over = false; !over || open > 0; ) {
          for (const answer of [await peer.next()].flat()) {
            assert.equal(answer["jsonrpc"], "2.0");
            over ||= answer["id"] === sentinel;
            const left = wanted.get(answer["id"]) ?? 0;
            if ("method" in answer || left === 0) continue;
            wanted.set(answer["id"], left - 1);
            open -= 1;
          }
        }
      },
    ),
    { numRuns: 500, interruptAfterTimeLimit: 4_000 },
  );
  assert.ok(frames > 2_000, `${frames} frames`);
});
