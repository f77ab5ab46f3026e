import type { DatabaseSync } from "node:sqlite";
import { StoreFault } from "./fault.ts";

/** One step of one room's schema. Released steps never change; a change is the next version. */
export interface Migration {
  /** The room that owns the tables; their names begin with it. */
  readonly room: string;
  /** 1, 2, 3 ... without gaps. */
  readonly version: number;
  readonly sql: string;
}

/** "SBOX": says in the file's header whose database it is (sqlite.org/fileformat2.html, offset 68). */
const applicationId = 0x53_42_4f_58;

/**
 * Runs each room's missing steps, all in one transaction: a database is at the old version or at the new one.
 * @throws StoreFault newer    a room is at a version that this code doesn't know, or the room itself is unknown
 * @throws StoreFault foreign  the file holds another program's tables
 */
export function migrate(
  db: DatabaseSync,
  path: string,
  migrations: readonly Migration[],
  someRoomsOnly: boolean,
): void {
  checkOrder(migrations);
  db.exec("BEGIN IMMEDIATE");
  try {
    claim(db, path);
    const done = versions(db);
    for (const [room, version] of done) {
      const known = migrations.filter((step) => step.room === room).length;
      if (version > known && !(known === 0 && someRoomsOnly))
        throw new StoreFault(
          "newer",
          `${path} was written by a newer Signalbox: its ${room} tables are at version ${version} and this one knows ${known}. Nothing was changed.`,
          "npm install --global signalbox@latest && signalbox up",
        );
    }
    const record = db.prepare("INSERT INTO store_migrations (room, version) VALUES (?, ?)");
    for (const { room, version, sql } of migrations) {
      if (version <= (done.get(room) ?? 0)) continue;
      db.exec(sql);
      record.run(room, version);
    }
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function claim(db: DatabaseSync, path: string): void {
  const id = db.prepare("PRAGMA application_id").get() as { application_id: number };
  if (id.application_id === applicationId) return;
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number };
  if (id.application_id !== 0 || tables.n > 0)
    throw new StoreFault(
      "foreign",
      `${path} is a database of another program.`,
      "choose another home: signalbox --home /abs/path up",
    );
  db.exec(`PRAGMA application_id = ${applicationId};
    CREATE TABLE store_migrations (room TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (room, version)) STRICT, WITHOUT ROWID`);
}

function versions(db: DatabaseSync): Map<string, number> {
  const rows = db.prepare("SELECT room, max(version) AS version FROM store_migrations GROUP BY room").all();
  return new Map((rows as { room: string; version: number }[]).map((row) => [row.room, row.version]));
}

function checkOrder(migrations: readonly Migration[]): void {
  const last = new Map<string, number>();
  for (const { room, version } of migrations) {
    if (version !== (last.get(room) ?? 0) + 1) throw new Error(`migration ${room} ${version} is out of order`);
    last.set(room, version);
  }
}
