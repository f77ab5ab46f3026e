import { createHmac } from "node:crypto";
import { canonicalJson, type Json } from "../kit/canonical.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { silentLog } from "../kit/log.ts";
import type { Effect } from "../protocol/effects.ts";
import type { HoldId } from "../protocol/ids.ts";
import { limits } from "../protocol/limits.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { type Store, openStore } from "../store/index.ts";
import { createHolds } from "./holds.ts";
import { holdsMigrations } from "./rows.ts";
import type { Answer, AskOptions, HeldCall, Holds, HoldsOptions, Judged, LedgerEntry } from "./types.ts";

/** A write into the workspace: nothing is wrong with it but that a rule holds it. */
export const effect: Effect = {
  kind: "write",
  what: "write /w/a.txt",
  target: "/w/a.txt",
  place: "workspace",
  reach: "one",
  undoable: "yes",
  sure: "known",
  secret: "none",
};

export const judged: Judged = {
  verdict: "hold",
  rule: "test-rule",
  reason: "It would write a.txt.",
  effects: [effect],
  facts: { "path:/w/a.txt": "file /w/a.txt" },
};

export function heldCall(change: Partial<HeldCall> = {}): HeldCall {
  const input = change.input ?? { command: "touch a.txt" };
  return {
    agent: "claude-code",
    session: "s1",
    cwd: "/w",
    tool: "Bash",
    input,
    redactedInput: input,
    judged,
    ...change,
  };
}

export interface Bench {
  readonly store: Store;
  readonly clock: SteppedClock;
  readonly holds: Holds;
  /** What the ledger got, in order; rolled back with the store. */
  entries(): (LedgerEntry & { seq: number })[];
  kinds(): string[];
  /** Each change, as watchers saw it. */
  readonly changes: HoldView[];
  ask(call?: HeldCall, options?: Partial<AskOptions>): Promise<Answer>;
  /** Resolves with the next hold that is announced in this state. */
  next(state: HoldView["state"]): Promise<HoldView>;
  /** The daemon dies and another one starts on the same database. */
  restart(change?: Partial<HoldsOptions>): Bench;
}

export function bench(change: Partial<HoldsOptions> = {}, store = openBenchStore(), clock = new SteppedClock()): Bench {
  const insert = store.db.prepare("INSERT INTO bench_entries (entry) VALUES (?)");
  const write = (entry: LedgerEntry) => {
    const { lastInsertRowid } = insert.run(canonicalJson(entry as unknown as Json));
    return { seq: Number(lastInsertRowid), atMs: clock.nowMs() };
  };
  const holds = createHolds({
    store,
    clock,
    write,
    limits,
    log: silentLog,
    fingerprint: (text) => createHmac("sha256", "key of the test").update(text).digest("hex"),
    alive: () => true,
    judgeEdited: (_hold, input) => Promise.resolve({ judged, redactedInput: input }),
    proposeRule: (hold) => `# allows ${hold.tool}`,
    saveRule: (_hold, rule) => Promise.resolve(rule),
    startGraceMs: 0,
    ...change,
  });
  const changes: HoldView[] = [];
  const awaited = new Set<{ state: string; resolve: (hold: HoldView) => void }>();
  holds.watch((hold) => {
    changes.push(hold);
    for (const waiting of awaited)
      if (waiting.state === hold.state) {
        awaited.delete(waiting);
        waiting.resolve(hold);
      }
    return true;
  });
  const entries = () =>
    (
      store.db.prepare("SELECT seq, entry FROM bench_entries ORDER BY seq").all() as { seq: number; entry: string }[]
    ).map(({ seq, entry }) => ({ ...(JSON.parse(entry) as LedgerEntry), seq }));
  return {
    store,
    clock,
    holds,
    changes,
    entries,
    kinds: () => entries().map((entry) => entry.kind),
    ask: (call = heldCall(), options = {}) =>
      holds.ask(call, {
        writeVerdict: (record) =>
          write({
            kind: "gate/judged",
            session: call.session,
            payload: { verdict: record.verdict, rule: record.rule, granted: record.granted, hold: record.hold ?? null },
          }),
        judgeAgain: () => Promise.resolve(call.judged),
        wait: true,
        signal: new AbortController().signal,
        ...options,
      }),
    next: (state) => new Promise((resolve) => awaited.add({ state, resolve })),
    restart: (again = {}) => bench({ ...change, ...again }, store, clock),
  };
}

function openBenchStore(): Store {
  const own = {
    room: "bench",
    version: 1,
    sql: "CREATE TABLE bench_entries (seq INTEGER PRIMARY KEY, entry TEXT) STRICT",
  };
  return openStore({ path: ":memory:", migrations: [own, ...holdsMigrations] });
}

export const approveOnce = { decision: "approve", scope: "once" } as const;
export const operator = { level: "presence", uid: 1000 };

/** Opens a hold, waits until it is announced, and returns both ends. */
export async function opened(
  on: Bench,
  call?: HeldCall,
  options?: Partial<AskOptions>,
): Promise<{ id: HoldId; answer: Promise<Answer> }> {
  const open = on.next("open");
  const answer = on.ask(call, options);
  const { id } = await Promise.race([open, answer.then(() => Promise.reject(new Error("answered without a hold")))]);
  return { id, answer };
}
