import { erase, type NoteRow, selectNotes, type Statements } from "./rows.ts";
import type { MemoryOptions } from "./types.ts";

/** Rows of one transaction: upkeep never holds up a verdict for longer than this takes. */
const chunk = 200;
const dayMs = 86_400_000;
/** A link that nobody renewed for this long fades by a tenth a day, and is gone below `leastWeight`. */
const linkAgeMsMax = 90 * dayMs;
const leastWeight = 0.01;

/** Merges notes that say the same (the newest stays, the others are superseded by it) and lets old links fade. */
export async function consolidate(
  options: MemoryOptions,
  sql: Statements,
  signal: AbortSignal,
): Promise<{ merged: number; decayed: number; pruned: number }> {
  const { store, clock, write } = options;
  const groups = store.db.prepare(
    `SELECT n.project, n.sameness FROM memory_notes n JOIN memory_marks m ON m.seq = n.seq WHERE m.superseded_by IS NULL
     GROUP BY n.project, n.sameness HAVING count(*) > 1 LIMIT ?`,
  );
  let merged = 0;
  for (;;) {
    signal.throwIfAborted();
    const now = await store.durably(() => {
      let count = 0;
      for (const group of groups.all(chunk) as { project: number; sameness: string }[]) {
        const [newest, ...older] = sql.same.all(group.project, group.sameness) as unknown as NoteRow[];
        if (newest === undefined) continue;
        for (const row of older) sql.supersede.run(newest.id, clock.nowMs(), row.seq);
        count += older.length;
        write({
          kind: "memory/merged",
          payload: { note: newest.id, superseded: older.slice(0, chunk).map(({ id }) => id) },
        });
      }
      return count;
    });
    merged += now;
    if (now === 0) break;
  }
  return { merged, ...(await fade(options, signal)) };
}

async function fade(
  { store, clock }: MemoryOptions,
  signal: AbortSignal,
): Promise<{ decayed: number; pruned: number }> {
  const old = store.db.prepare(
    "SELECT a, b, weight, linked_ms, decayed_ms FROM memory_links WHERE decayed_ms < ? AND linked_ms < ? LIMIT ?",
  );
  const set = store.db.prepare("UPDATE memory_links SET weight = ?, decayed_ms = ? WHERE a = ? AND b = ?");
  const drop = store.db.prepare("DELETE FROM memory_links WHERE a = ? AND b = ?");
  let [decayed, pruned] = [0, 0];
  for (;;) {
    signal.throwIfAborted();
    const nowMs = clock.nowMs();
    const links = await store.durably(() => {
      const rows = old.all(nowMs - dayMs, nowMs - linkAgeMsMax, chunk) as {
        a: string;
        b: string;
        weight: number;
        linked_ms: number;
        decayed_ms: number;
      }[];
      return rows.map(({ a, b, weight, linked_ms, decayed_ms }) => {
        const days = (nowMs - Math.max(decayed_ms, linked_ms + linkAgeMsMax)) / dayMs;
        const rest = weight * 0.9 ** Math.max(0, days);
        if (rest < leastWeight) drop.run(a, b);
        else set.run(rest, nowMs, a, b);
        return rest < leastWeight;
      });
    });
    pruned += links.filter(Boolean).length;
    decayed += links.filter((gone) => !gone).length;
    if (links.length < chunk) return { decayed, pruned };
  }
}

/** Captured turns end after `noteTurnAgeMsMax`; keys and marks of forgotten notes when there are too many, the oldest first. */
export async function retire(
  { store, clock, write, limits }: MemoryOptions,
  sql: Statements,
  signal: AbortSignal,
): Promise<{ notes: number }> {
  const old = store.db.prepare(`${selectNotes} WHERE n.kind = 'turn' AND n.written_ms < ? ORDER BY n.seq LIMIT ?`);
  let notes = 0;
  for (;;) {
    signal.throwIfAborted();
    const gone = await store.durably(() => {
      const rows = old.all(clock.nowMs() - limits.noteTurnAgeMsMax, chunk) as unknown as NoteRow[];
      if (rows.length === 0) return 0;
      const { seq: entry } = write({ kind: "memory/retired", payload: { notes: rows.map(({ id }) => id) } });
      for (const row of rows) {
        sql.addTombstone.run(row.id, clock.nowMs(), entry);
        erase(sql, row);
      }
      return rows.length;
    });
    notes += gone;
    if (gone === 0) break;
  }
  await trim(store, "memory_keys", limits.noteKeysMax, signal);
  await trim(store, "memory_tombstones", limits.noteTombstonesMax, signal);
  return { notes };
}

/** Keeps the newest `most` rows, but for as many as share the oldest one's millisecond. */
async function trim(
  store: MemoryOptions["store"],
  table: "memory_keys" | "memory_tombstones",
  most: number,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await store.durably(() => {
    store.db
      .prepare(`DELETE FROM ${table} WHERE at_ms <= (SELECT at_ms FROM ${table} ORDER BY at_ms DESC LIMIT 1 OFFSET ?)`)
      .run(most);
  });
}
