import assert from "node:assert/strict";
import { test } from "node:test";
import { ImportedNote } from "../protocol/operations/memory.ts";
import { openBench } from "./memory.fixture.ts";

const by = { proof: "presence" };
const all = { project: null, scope: "all", superseded: true, limit: 100 } as const;
const note = (more: object) =>
  ImportedNote.parse({ id: "note_aaaaaaaaaaaaaaaa", text: "x", writtenAt: "2026-01-02T03:04:05.000Z", ...more });

test("what was exported is imported as it was: ids, writers, times, and what replaced what", async () => {
  await using from = openBench();
  const { note: old } = await from.put("The service listens on port 8080", { tags: ["net"], tainted: true });
  from.clock.advance(86_400_000);
  await from.memory.supersede(old.id, { text: "It listens on a socket", agent: "codex", tainted: false });
  await from.put("Be kind", { project: null });
  const exported = from.memory.list(all);
  await using to = openBench();
  to.clock.advance(2 * 86_400_000);
  const lines = exported.map((each) => ImportedNote.parse(JSON.parse(JSON.stringify(each))));
  assert.deepEqual(await to.memory.import(lines, by), { stored: 3, known: 0, skipped: [] });
  const plain = (notes: typeof exported) =>
    notes.map((each) => ({ ...each, entry: 0 })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(plain(to.memory.list(all)), plain(exported));
  assert.equal(to.ids("port 8080")[0], exported.find(({ text }) => text.includes("socket"))?.id);
  assert.deepEqual(await to.memory.import(lines, by), { stored: 0, known: 3, skipped: [] });
  assert.deepEqual(to.entries.at(-1)?.payload["status"], "imported");
  assert.doesNotMatch(JSON.stringify(to.entries), /8080/);
});

test("what was forgotten stays so, what is here is never changed, secrets are taken out, and no note is of tomorrow", async () => {
  await using bench = openBench();
  const { note: mine } = await bench.put("mine");
  const { note: gone } = await bench.put("gone");
  await bench.memory.forget(gone.id, { reason: "", older: false, by });
  const given = [
    note({ id: mine.id, text: "theirs" }),
    note({ id: gone.id, text: "gone" }),
    note({ text: "x".repeat(10_000) }),
    note({ id: "note_bbbbbbbbbbbbbbbb", text: "the password is hunter2", writtenAt: "2999-01-01T00:00:00Z" }),
  ];
  const { stored, skipped } = await bench.memory.import(given, by);
  assert.equal(stored, 1);
  assert.deepEqual(
    skipped.map(({ why }) => why),
    ["another note has its id here", "it was forgotten here", "A note of 10000 characters is over the limit of 8192."],
  );
  const shown = bench.memory.show("note_bbbbbbbbbbbbbbbb").note;
  assert.doesNotMatch(shown.text, /hunter2/);
  assert.equal(shown.tainted, true, "a file that does not say is strangers'");
  assert.ok(Date.parse(shown.writtenAt) <= bench.clock.nowMs());
});

test("without room nothing of a call is stored", async () => {
  await using bench = openBench({ notesMax: 1 });
  const two = [note({}), note({ id: "note_bbbbbbbbbbbbbbbb", text: "y" })];
  await assert.rejects(bench.memory.import(two, by), /which is the limit/);
  assert.equal(bench.memory.counts().notes, 0);
});
