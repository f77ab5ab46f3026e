import assert from "node:assert/strict";
import { test } from "node:test";
import { LedgerHome, never } from "../../test/support/ledger-home.ts";
import { limits } from "../protocol/limits.ts";

const judged = (verdict: string, rule: string) => ({ kind: "gate/judged", payload: { verdict, rule } });

test("verdicts are counted by the span of time that they fell into, rules by how often they held or denied", async () => {
  using home = new LedgerHome();
  await using open = home.open();
  const { ledger } = open;
  await ledger.append(judged("deny", "long-ago"));
  home.clock.step(25 * 3_600_000);
  await ledger.append(judged("allow", "ordinary"));
  await ledger.append(judged("hold", "force-push"));
  home.clock.step(12 * 3_600_000);
  await ledger.append(judged("hold", "force-push"));
  await ledger.append(judged("deny", "root"));
  await ledger.append({ kind: "gate/judged", payload: {} });
  home.clock.step(1_000);
  const figures = await ledger.figures({ hours: 24, spans: 2 }, { signal: never });
  assert.deepEqual(
    figures.verdicts.map(({ allow, hold, deny }) => [allow, hold, deny]),
    [
      [1, 1, 0],
      [0, 1, 1],
    ],
  );
  assert.deepEqual(figures.rules, [
    { rule: "force-push", hold: 2, deny: 0 },
    { rule: "root", hold: 0, deny: 1 },
  ]);
  assert.deepEqual([figures.counted, figures.whole], [4, true]);
});

test("of very many verdicts the newest are counted, and it says so", async () => {
  using home = new LedgerHome();
  await using open = home.open();
  const { ledger } = open;
  const many = limits.figureEntriesMax + 1_000;
  await open.store.durably(() => {
    for (let index = 0; index < many; index += 1) ledger.write(judged("allow", "ordinary"));
  });
  const { counted, whole } = await ledger.figures({ hours: 1, spans: 1 }, { signal: never });
  assert.equal(whole, false);
  assert.ok(counted >= limits.figureEntriesMax && counted < many, String(counted));
});

test("verification names who holds the checkpoints that vouch", async () => {
  using home = new LedgerHome();
  await using open = home.open();
  await LedgerHome.fill(open, 20);
  await open.ledger.checkpoint();
  const { anchors, vouchedUpTo } = await open.ledger.verify({ signal: never });
  assert.deepEqual(
    anchors.filter(({ upTo }) => upTo === vouchedUpTo).map(({ where }) => where.replace(home.dir, "")),
    ["the database", "/checkpoints"],
  );
});
