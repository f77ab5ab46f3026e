import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LedgerHome, never } from "../../../test/support/ledger-home.ts";

const verifier = join(import.meta.dirname, "verify-file.ts");
const run = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [verifier, ...argv], { encoding: "utf8" });
  return { status, text: stdout + stderr };
};

describe("verify-file, run by hand", () => {
  let home: LedgerHome;
  let rootKey: string;
  const file = (name: string) => join(home.dir, name);

  before(async () => {
    home = new LedgerHome();
    await using open = home.open();
    await LedgerHome.fill(open, 100);
    writeFileSync(file("kept"), await open.ledger.checkpoint());
    rootKey = open.ledger.key().rootKey;
    writeFileSync(file("export"), `${(await Array.fromAsync(open.ledger.export({ signal: never }))).join("\n")}\n`);
    writeFileSync(file("proof"), JSON.stringify(await open.ledger.prove(42)));
  });
  after(() => home[Symbol.dispose]());

  it("imports nothing but Node's own", () => {
    const imported = [...readFileSync(verifier, "utf8").matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)].map(
      (match) => match[1] ?? match[2],
    );
    assert.ok(imported.length > 0);
    assert.deepEqual(
      imported.filter((name) => !name?.startsWith("node:")),
      [],
    );
  });

  it("finds an export, a database and a proof good, with the keys and checkpoints that were kept", () => {
    for (const argv of [
      ["export", file("export"), "--key", rootKey, "--checkpoint", file("kept")],
      ["database", home.database, "--key", rootKey, "--checkpoint", home.checkpoints],
      ["proof", file("proof"), "--key", rootKey],
    ])
      assert.deepEqual(run(...argv).status, 0, run(...argv).text);
    assert.match(run("export", file("export")).text, /101 entries are whole.*up to entry 100[^]*no --key/);
    assert.match(
      run("proof", file("proof"), "--key", rootKey).text,
      /entry 42 \(gate\/judged, 2026-11-21T04:00:00.000Z\) stands in the tree of 101 entries/,
    );
  });

  it("finds them bad when a byte of an entry, a line or the end is gone", () => {
    const lines = readFileSync(file("export"), "utf8").trimEnd().split("\n");
    const at = lines.findIndex((line) => line.includes('"seq":42'));
    const spoilt: readonly [string, string[], RegExp][] = [
      ["a byte", lines.with(at, (lines[at] as string).replace("echo", "ecko")), /The payload of entry 42 was changed/],
      ["a line", lines.toSpliced(at, 1), /Entry 42 is missing/],
      [
        "two lines in the wrong order",
        lines.with(at, lines[at + 1] as string).with(at + 1, lines[at] as string),
        /Entry 42 is missing/,
      ],
      ["the end", lines.slice(0, -5), /Entry 96 is missing/],
      ["the header", lines.slice(1), /first line should be the header/],
      ["the keys", lines.filter((line) => !line.includes('"type":"key"')), /no keys|no key of this ledger/],
      ["JSON", lines.with(at, "{"), /not JSON/],
    ];
    for (const [what, text, sentence] of spoilt) {
      writeFileSync(file("spoilt"), text.join("\n"));
      const { status, text: said } = run("export", file("spoilt"), "--key", rootKey);
      assert.equal(status, 1, `${what}: ${said}`);
      assert.match(said, sentence, what);
    }
  });

  it("refuses another ledger's key, and says how it is used", () => {
    const other = "signalbox/test+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert.equal(run("export", file("export"), "--key", other).status, 1);
    assert.equal(run("proof", file("proof"), "--key", other).status, 1);
    assert.deepEqual(
      [run().status, run("proof", file("proof")).status, run("export", file("nothing")).status],
      [2, 2, 2],
    );
    assert.match(run().text, /usage:/);
  });
});
