import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { openStore } from "../../src/store/index.ts";

const migrations = [
  { room: "notes", version: 1, sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT" },
];

describe("group commit", () => {
  it("is as if each work had run alone, in order, whoever of them throws", async () => {
    const work = fc.record({ rows: fc.nat(3), fails: fc.boolean(), laterTurn: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { maxLength: 30 }), async (works) => {
        await using store = openStore({ path: ":memory:", migrations });
        const insert = store.db.prepare("INSERT INTO notes (n) VALUES (?)");
        // What a room keeps in memory: right only if it is told of every rollback.
        let count: number | undefined;
        store.onRollback(() => (count = undefined));
        const rows = (): number => (count ??= Number(store.db.prepare("SELECT count(*) AS n FROM notes").get()?.["n"]));
        const running: Promise<number>[] = [];
        for (const [index, { rows: times, fails, laterTurn }] of works.entries()) {
          const before = store.durably(() => {
            const first = rows();
            for (let time = 0; time < times; time += 1) {
              insert.run(index);
              count = first + time + 1;
            }
            if (fails) throw new Error(`work ${index}`);
            return first;
          });
          before.catch(() => undefined); // its outcome is looked at below
          running.push(before);
          if (laterTurn) await new Promise((resolve) => setImmediate(resolve));
        }
        const outcomes = await Promise.allSettled(running);
        let expected = 0;
        for (const [index, { rows: times, fails }] of works.entries()) {
          const outcome = outcomes[index];
          if (fails) assert.equal(outcome?.status === "rejected" && (outcome.reason as Error).message, `work ${index}`);
          else {
            assert.deepEqual(outcome, { status: "fulfilled", value: expected });
            expected += times;
          }
        }
        const kept = (store.db.prepare("SELECT n FROM notes ORDER BY id").all() as { n: number }[]).map(({ n }) => n);
        assert.deepEqual(
          kept,
          works.flatMap(({ rows: times, fails }, index) => (fails ? [] : Array<number>(times).fill(index))),
        );
      }),
      { numRuns: 200 },
    );
  });
});
