import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "../kit/canonical.ts";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { limits } from "../protocol/limits.ts";
import { openStore, type Store } from "../store/index.ts";
import {
  createMemory,
  type Draft,
  type Memory,
  memoryMigrations,
  type MemoryOptions,
  type RecallQuery,
} from "./index.ts";

interface Entered {
  readonly kind: string;
  readonly agent?: string | null;
  readonly session?: string | null;
  readonly payload: Readonly<Record<string, Json>>;
}

export interface Bench extends AsyncDisposable {
  readonly memory: Memory;
  readonly store: Store;
  readonly clock: SteppedClock;
  readonly path: string;
  /** What was written to the ledger; like its rows, nothing of a work that was rolled back. */
  readonly entries: Entered[];
  /** Captures in project /p by claude-code, session s1. */
  put(text: string, more?: Partial<Draft>): Promise<Awaited<ReturnType<Memory["capture"]>>>;
  /** Ids of what is found from project /p. */
  ids(query: string, more?: Partial<RecallQuery>): string[];
}

/** The real room over a real database in a folder of its own. */
export function openBench(some: Partial<MemoryOptions["limits"]> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), "sbm-"));
  const path = join(folder, "test.db");
  const store = openStore({ path, migrations: memoryMigrations });
  const clock = new SteppedClock();
  const entries: Entered[] = [];
  const memory = createMemory({
    store,
    clock,
    write: (entry) => ({ seq: entries.push(entry) - 1 }),
    redact: (text) => text.replaceAll(/hunter\d/g, "__redacted-password__"),
    fingerprint: (text) => createHash("sha256").update(`key${text}`).digest("base64url"),
    limits: { ...limits, ...some },
  });
  return {
    memory,
    store,
    clock,
    path,
    entries,
    put: (text, more = {}) =>
      memory.capture({ text, agent: "claude-code", session: "s1", project: "/p", tainted: false, ...more }),
    ids: (query, more = {}) =>
      memory
        .recall({ query, project: "/p", scope: "both", superseded: false, limit: 10, charsMax: 6_000, ...more })
        .hits.map(({ note }) => note.id),
    async [Symbol.asyncDispose]() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
