import assert from "node:assert/strict";
import { test } from "node:test";
import { editableText, editedInput } from "../../src/board/web/editing.ts";
import { entryAbout, entryWord } from "../../src/board/web/entries.ts";
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

test("what is edited is a command where there is one, else the whole input; a mark of redaction never runs", () => {
  const command = { input: { command: "git push\n--force", timeout: 5 } };
  assert.equal(editableText(command).text, "git push\n--force");
  assert.deepEqual(editedInput(command, "git push"), { command: "git push", timeout: 5 });
  const edit = { input: { file_path: "/x", content: "y" } };
  assert.deepEqual(editedInput(edit, editableText(edit).text), edit.input);
  for (const [text, why] of [
    ["", /Nothing was typed/],
    ["{", /not JSON/],
    ["[1]", /JSON object/],
    ['{"content":"__redacted-token-1__"}', /would be run as it is/],
  ] as const)
    assert.match(JSON.stringify(editedInput(edit, text)), why);
});

test("an entry reads in one line, with what hides made visible", () => {
  const judged = {
    kind: "gate/judged",
    payload: { verdict: "hold", tool: "Bash", input: { command: "rm \u202Ex\n-rf" } },
  };
  assert.equal(entryWord(judged), "hold");
  assert.equal(entryAbout(judged), "rm ⟨U+202E⟩x -rf");
  assert.match(entryAbout({ payload: null }), /dropped/);
  assert.equal(entryAbout({ payload: { tool: "Bash", status: "done" } }), "Bash: done");
});
