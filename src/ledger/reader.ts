import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Refusal } from "../protocol/refusals.ts";
import { type EntryRow, entryView } from "./entry.ts";
import type { Entry, ListQuery } from "./types.ts";

const columns = "seq, at, kind, agent, session, body, salt, payload";
const listMax = 1_000;

/** Reads entries for people and surfaces. Sees what is committed. */
export class Reader {
  readonly #db: DatabaseSync;
  readonly #one: StatementSync;
  readonly #bounds: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#one = db.prepare(`SELECT ${columns} FROM ledger_entries WHERE seq = ?`);
    this.#bounds = db.prepare(
      "SELECT (SELECT min(seq) FROM ledger_entries) AS first, (SELECT max(seq) FROM ledger_entries) AS last",
    );
  }

  list({ after, before, kind, session, limit }: ListQuery): Entry[] {
    const conditions: string[] = [];
    const values: (number | string)[] = [];
    const add = (condition: string, value: number | string | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    add("seq > ?", after);
    add("seq < ?", before);
    add("kind = ?", kind);
    add("session = ?", session);
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const order = after === undefined ? "DESC" : "ASC";
    return this.#db
      .prepare(`SELECT ${columns} FROM ledger_entries ${where} ORDER BY seq ${order} LIMIT ?`)
      .all(...values, Math.min(Math.max(limit, 1), listMax))
      .map((row) => entryView(row as unknown as EntryRow));
  }

  row(seq: number): EntryRow {
    const row = this.#one.get(seq) as EntryRow | undefined;
    if (row !== undefined) return row;
    const { first, last } = this.bounds();
    throw new Refusal(
      "NOT_FOUND",
      last === null
        ? `There is no entry ${seq}: the ledger is empty.`
        : seq < (first ?? 0)
          ? `Entry ${seq} was moved to the archive; the ledger begins at ${first}.`
          : `There is no entry ${seq}; the newest is ${last}.`,
      "signalbox ledger list",
    );
  }

  /** First and last sequence number here; null when there are none. */
  bounds(): { readonly first: number | null; readonly last: number | null } {
    return this.#bounds.get() as { first: number | null; last: number | null };
  }
}
