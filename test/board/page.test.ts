import assert from "node:assert/strict";
import { test } from "node:test";
import { codeIn } from "../../src/board/web/link.ts";
import { readEvents } from "../../src/board/web/events.ts";
import { routes } from "../../src/board/web/routes.ts";
import { operations } from "../../src/protocol/operations/index.ts";

/** The parts of the page that need no browser. */

test("the page's routes are the table's", () => {
  for (const [name, route] of Object.entries(routes))
    assert.equal(route, operations[name as keyof typeof operations].http, name);
});

test("events are read whole, wherever the network cuts them", async () => {
  const text = `event: open\ndata: {"a":"é\\n"}\n\n: still here\n\nevent: web/changed\ndata: {"b":1}\n\nevent: cut\ndata: {`;
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 7, 1_000]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    );
    let heard = 0;
    const events = [];
    for await (const event of readEvents(ReadableStream.from(chunks), () => (heard += 1))) events.push(event);
    assert.deepEqual(events, [
      { event: "open", data: { a: "é\n" } },
      { event: "web/changed", data: { b: 1 } },
    ]);
    assert.ok(heard > 0);
  }
});

test("a code is taken out of a whole link, however it was copied", () => {
  const code = "k3v9-abcdefgh_12345";
  for (const link of [`#code=${code}`, `http://localhost:7444/#code=${code}`, `  https://box.example/#code=${code}\n`])
    assert.equal(codeIn(link), code);
  for (const link of ["", "#code=short", "http://localhost:7444/", `?code=${code}`, `#code=${code}&x=1`])
    assert.equal(codeIn(link), undefined, link);
});
