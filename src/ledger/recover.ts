import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Clock, systemClock } from "../kit/clock.ts";
import { homeFiles, type Place } from "../protocol/place.ts";
import { Refusal } from "../protocol/refusals.ts";
import { openStore, StoreFault, takeInstance } from "../store/index.ts";
import { StoredHashes } from "./hashes.ts";
import { OpenLedger } from "./ledger.ts";
import { ledgerMigrations } from "./migrations.ts";
import { Frontier } from "./tree.ts";
import type { LedgerOptions, NewEntry } from "./types.ts";

export interface Recovery {
  /** Absolute folder in the home that now holds the old database, keys and checkpoints. */
  readonly setAside: string;
  /** Why the old ledger could not be used, as a sentence. */
  readonly why: string;
  /** Hex SHA-256 of the old database file, or null when it could not be read. */
  readonly sha256: string | null;
  /** The old ledger's newest readable entry, or null. */
  readonly lastSeq: number | null;
  /** vkey of the new ledger: keep it somewhere else. */
  readonly rootKey: string;
}

/** Name of a new ledger: it must be unlike any other's, and it says nothing about the machine. */
export function newOrigin(): string {
  return `signalbox/${randomBytes(8).toString("hex")}`;
}

/**
 * `signalbox ledger recover`: sets a ledger that can't be used aside, whole, under a dated name in the home, and begins a new
 * one whose first entry is a `ledger/gap` that names what was set aside. Nothing is deleted. The other rooms' rows live in the
 * same database and go with it: open holds are gone, so their callers are asked anew.
 * @param evenIfWhole  also sets a ledger aside that opens without a fault (for one that `ledger verify` finds changed)
 * @throws StoreFault  busy: a daemon serves this home; newer: a newer Signalbox is needed, not a recovery; full, unwritable
 * @throws Refusal CONFLICT  the ledger opens without a fault
 */
export async function recoverLedger(
  place: Place,
  { clock = systemClock, evenIfWhole = false }: { clock?: Clock; evenIfWhole?: boolean } = {},
): Promise<Recovery> {
  using _instance = takeInstance(join(place.home, homeFiles.instance));
  const fault = await findFault(place, clock);
  if (fault === undefined && !evenIfWhole)
    throw new Refusal(
      "CONFLICT",
      `The ledger in ${place.home} opens without a fault; there is nothing to recover.`,
      "signalbox ledger verify",
    );
  const why = fault ?? "set aside on the operator's word; it opened without a fault";
  const database = join(place.home, homeFiles.database);
  const known = { sha256: await sha256Of(database), ...newestReadable(database) };
  const name = `aside-${new Date(clock.nowMs()).toISOString().replaceAll(":", "-")}`;
  const setAside = join(place.home, name);
  mkdirSync(setAside, { mode: 0o700 });
  for (const file of asideFiles) {
    const path = join(place.home, file);
    if (existsSync(path)) renameSync(path, join(setAside, file));
  }
  const gap: NewEntry = { kind: "ledger/gap", payload: { setAside: name, why, ...known } };
  const rootKey = await begin(place, clock, gap);
  return { setAside, why, sha256: known.sha256, lastSeq: known.lastSeq, rootKey };
}

const asideFiles = [
  homeFiles.database,
  `${homeFiles.database}-wal`,
  `${homeFiles.database}-shm`,
  homeFiles.keys,
  homeFiles.checkpoints,
  `${homeFiles.checkpoints}.1`,
];

/** Opens the ledger as the daemon would. Returns what keeps it from being used. */
async function findFault(place: Place, clock: Clock): Promise<string | undefined> {
  try {
    await using store = openStore({
      path: join(place.home, homeFiles.database),
      migrations: ledgerMigrations,
      someRoomsOnly: true,
    });
    await using ledger = new OpenLedger(ledgerOptions(place, clock, store));
    const disk = store.problem ?? ledger.diskFault;
    if (disk !== null) throw disk;
    return ledger.problem() ?? undefined;
  } catch (error) {
    // A full or read-only disk is not mended by setting the database aside.
    if (error instanceof StoreFault && error.kind !== "corrupt" && error.kind !== "foreign") throw error;
    return (error as Error).message;
  }
}

async function begin(place: Place, clock: Clock, gap: NewEntry): Promise<string> {
  await using store = openStore({ path: join(place.home, homeFiles.database), migrations: ledgerMigrations });
  await using ledger = new OpenLedger(ledgerOptions(place, clock, store), gap);
  if (store.problem !== null) throw store.problem;
  return ledger.key().rootKey;
}

function ledgerOptions({ home }: Place, clock: Clock, store: LedgerOptions["store"]): LedgerOptions {
  return {
    store,
    clock,
    keysDir: join(home, homeFiles.keys),
    checkpointsFile: join(home, homeFiles.checkpoints),
    archiveDir: join(home, homeFiles.archive),
    origin: newOrigin(),
    report: () => undefined, // what matters stands in problem(), which both callers read
  };
}

async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } catch {
    return null; // "if readable": the gap entry says null
  }
}

/** What can still be read of a database that may be damaged anywhere. */
function newestReadable(path: string): { lastSeq: number | null; root: string | null } {
  let db: DatabaseSync | undefined;
  let lastSeq: number | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    lastSeq = (db.prepare("SELECT max(seq) AS seq FROM ledger_entries").get() as { seq: number | null }).seq;
    const root = lastSeq === null ? null : Frontier.at(lastSeq + 1, new StoredHashes(db).subtree).root();
    return { lastSeq, root };
  } catch {
    return { lastSeq, root: null }; // as above
  } finally {
    db?.close();
  }
}
