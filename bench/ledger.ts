import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../src/kit/clock.ts";
import { type Ledger, ledgerMigrations, openLedger } from "../src/ledger/index.ts";
import { openStore, type Store } from "../src/store/index.ts";
import { root } from "../test/support/daemon.ts";
import { type Row, row, sample } from "./stats.ts";

const entries = 1_000_000;
const never = new AbortController().signal;

/** An entry such as a verdict makes: some 500 bytes of payload. */
const entry = (index: number) => ({
  kind: "gate/judged",
  agent: "claude-code",
  session: `sess_${index % 20}`,
  payload: {
    tool: "Bash",
    command: "npm test -- --watch=false",
    verdict: "allow",
    rule: "workspace-run",
    reason: "It runs the workspace's own tests.",
    effects: [
      {
        kind: "execute",
        what: "run npm test",
        target: "/home/me/project",
        place: "workspace",
        reach: "one",
        undoable: "yes",
        sure: "known",
        secret: "none",
      },
    ],
    toolCallId: `toolu_${index}`,
  },
});

function open(dir: string): { store: Store; ledger: Ledger } {
  const store = openStore({ path: join(dir, "db"), migrations: ledgerMigrations });
  const ledger = openLedger({
    store,
    clock: systemClock,
    keysDir: join(dir, "keys"),
    checkpointsFile: join(dir, "checkpoints"),
    archiveDir: join(dir, "archive"),
    origin: "signalbox/bench",
    report: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  return { store, ledger };
}

/** The ledger alone, on the disk of the checkout. Leaves nothing behind. */
export async function benchLedger(): Promise<Row[]> {
  const dir = mkdtempSync(join(root, ".bench-ledger-"));
  try {
    const rows: Row[] = [row("bare write + fdatasync of 4 KiB", "", await bareSync(dir))];
    const first = open(dir);
    rows.push(
      row("ledger append, one at a time", "", await sample(500, 50, () => first.ledger.append(entry(0))), {
        against: "bare write + fdatasync of 4 KiB",
      }),
    );
    const together = await sample(200, 20, () =>
      Promise.all(Array.from({ length: 64 }, (_, index) => first.ledger.append(entry(index)))),
    );
    rows.push(row("ledger append, 64 together", "", together, { against: "bare write + fdatasync of 4 KiB" }));
    const count = entries - first.ledger.status().entries;
    const filledMs = await fill(first, count);
    rows.push({
      what: "ledger append, 1,000 to a commit, each",
      budget: "<= 12 us",
      unit: "us",
      value: (filledMs * 1_000) / count,
    });
    await first.ledger.close();
    await first.store.close();

    const opening = await sample(5, 1, async () => {
      const again = open(dir);
      await again.ledger.close();
      await again.store.close();
    });
    rows.push(row("ledger open and close, 1 M entries", "<= 300 ms", opening));
    const { store, ledger } = open(dir);
    const report = await ledger.verify({ signal: never });
    if (!report.ok) throw new Error(`the bench's ledger is not whole: ${report.findings[0]?.problem}`);
    const rate = (report.entries / report.tookMs) * 1_000;
    rows.push({ what: "ledger verify", budget: ">= 200,000 entries/s", unit: "entries/s", value: rate });
    rows.push(
      row(
        "ledger prove, 1 M entries",
        "",
        await sample(100, 10, () => ledger.prove(Math.floor(Math.random() * entries))),
      ),
    );
    await ledger.close();
    await store.close();
    return rows;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function bareSync(dir: string): Promise<number[]> {
  const file = openSync(join(dir, "bare"), "w");
  const bytes = Buffer.alloc(4_096, 1);
  const samples = await sample(500, 50, () => {
    writeSync(file, bytes);
    fdatasyncSync(file);
  });
  closeSync(file);
  return samples;
}

/** Returns the milliseconds spent in transactions of 1,000 entries: few enough fsyncs not to count. */
async function fill({ store, ledger }: { store: Store; ledger: Ledger }, count: number): Promise<number> {
  const from = performance.now();
  for (let done = 0; done < count; done += 1_000)
    await store.durably(() => {
      for (let index = done; index < Math.min(done + 1_000, count); index += 1) ledger.write(entry(index));
    });
  return performance.now() - from;
}
