import type { Json } from "../kit/canonical.ts";
import { newId } from "../protocol/ids.ts";
import type { ImportedNote, NoteView } from "../protocol/operations/memory.ts";
import { Refusal } from "../protocol/refusals.ts";
import { type BriefNotes, writeBrief } from "./brief.ts";
import { consolidate, retire } from "./care.ts";
import { type Checked, checkDraft } from "./draft.ts";
import { importNotes } from "./import.ts";
import { insertNote, projectOf } from "./insert.ts";
import { Knobs } from "./knobs.ts";
import { Recall } from "./recall.ts";
import { erase, type NoteRow, type Statements, statements, viewOf } from "./rows.ts";
import type {
  Brief,
  Captured,
  Draft,
  Imported,
  ListQuery,
  Memory,
  MemoryOptions,
  Reach,
  RecallQuery,
  Recalled,
  Revision,
  Shown,
  Writer,
} from "./types.ts";

export class Notes implements Memory {
  readonly #options: MemoryOptions;
  readonly #sql: Statements;
  readonly #recall: Recall;
  readonly #knobs: Knobs;

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#sql = statements(options.store.db);
    this.#recall = new Recall(options, this.#sql);
    this.#knobs = new Knobs(options, this.#sql);
  }

  async capture(draft: Draft): Promise<Captured> {
    const checked = checkDraft(draft, this.#options);
    return this.#options.store.durably((): Captured => {
      const repeated = this.#repeated(draft, checked.text);
      if (repeated !== undefined) return { status: "repeated", note: viewOf(repeated) };
      const project = projectOf(this.#sql, draft.project);
      const same = (this.#sql.same.all(project, checked.sameness) as unknown as NoteRow[]).find(
        ({ text, subject }) => text === checked.text && subject === checked.subject,
      );
      if (same === undefined) return { status: "stored", note: viewOf(this.#insert(draft, checked, project)) };
      this.#sql.seenAgain.run(this.#options.clock.nowMs(), same.seq);
      this.#enter("memory/captured", draft, { note: same.id, status: "known" });
      this.#keep(draft, checked.text, same.id);
      return { status: "known", note: viewOf(this.#row(same.id)) };
    });
  }

  recall(query: RecallQuery): Recalled {
    return this.#recall.search(query);
  }

  list(query: ListQuery): NoteView[] {
    const before = query.before === undefined ? undefined : this.#row(query.before).seq;
    return this.#recall.list(query, before);
  }

  show(id: string, from?: string | null): Shown {
    const row = this.#reachable(id, from);
    const history = this.#history(row);
    const linked = (this.#sql.linked.all(id, linkedShown) as { id: string; weight: number }[]).flatMap((link) => {
      const other = this.#sql.byId.get(link.id) as NoteRow | undefined;
      return other === undefined
        ? []
        : [{ ...link, subject: other.subject === "" ? first(other.text) : other.subject }];
    });
    return { note: viewOf(row), history: history.map(viewOf), linked };
  }

  async supersede(
    id: string,
    revision: Revision,
    from?: string | null,
  ): Promise<{ note: NoteView; superseded: NoteView }> {
    this.#reachable(id, from);
    return this.#options.store.durably(() => {
      const old = this.#reachable(id, from);
      const whole = {
        kind: old.kind,
        subject: old.subject,
        tags: JSON.parse(old.tags) as string[],
        ...present(revision),
      };
      const checked = checkDraft(whole as Draft, this.#options);
      const repeated = this.#repeated(revision, checked.text);
      if (repeated !== undefined && old.superseded_by === repeated.id)
        return { note: viewOf(repeated), superseded: viewOf(old) };
      if (old.superseded_by !== null)
        throw new Refusal(
          "CONFLICT",
          `${id} was superseded by ${old.superseded_by} already.`,
          `Supersede that one, if it is wrong: signalbox memory show ${old.superseded_by}`,
        );
      if (checked.text === old.text && checked.subject === old.subject && checked.kind === old.kind)
        throw new Refusal("CONFLICT", `The new text says what ${id} says already.`, `signalbox memory show ${id}`);
      const draft: Draft = { ...revision, project: old.project === 0 ? null : old.path };
      const note = this.#insert(draft, checked, old.project, id);
      this.#sql.supersede.run(note.id, this.#options.clock.nowMs(), old.seq);
      return { note: viewOf(note), superseded: viewOf(this.#row(id)) };
    });
  }

  import(notes: readonly ImportedNote[], by: Json): Promise<Imported> {
    return importNotes(this.#options, this.#sql, notes, by);
  }

  async forget(
    id: string,
    { reason, older, by }: { reason: string; older: boolean; by: Json },
  ): Promise<{ forgotten: string[]; entry: number }> {
    this.#row(id);
    const { db } = this.#options.store;
    // What is freed is overwritten until the commit is through: the index writes its pages only then.
    const done = await this.#options.store.durably(() => {
      const row = this.#row(id);
      const rows = older ? this.#history(row).filter(({ seq }) => seq <= row.seq) : [row];
      const { seq: entry } = this.#options.write({
        kind: "memory/forgotten",
        payload: { notes: rows.map((each) => each.id), reason: this.#options.redact(reason), by },
      });
      db.exec("PRAGMA secure_delete = ON");
      for (const each of rows) {
        this.#sql.addTombstone.run(each.id, this.#options.clock.nowMs(), entry);
        erase(this.#sql, each);
      }
      return { forgotten: rows.map((each) => each.id), entry };
    });
    db.exec("PRAGMA secure_delete = OFF");
    // The write-ahead log still holds the pages as they were: folded in and cut, it does not.
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return done;
  }

  async link(ids: readonly string[], by: Writer): Promise<readonly { a: string; b: string; weight: number }[]> {
    const unique = [...new Set(ids)].sort();
    const { noteLinkedMax } = this.#options.limits;
    if (unique.length > noteLinkedMax)
      throw new Refusal(
        "INVALID_PARAMS",
        `${unique.length} notes are too many to link at once; ${noteLinkedMax} are allowed.`,
      );
    return this.#options.store.durably(() => {
      for (const id of unique) this.#row(id);
      const links = unique.flatMap((a, index) =>
        unique.slice(index + 1).map((b) => {
          const { weight } = this.#sql.link.get(a, b, this.#options.clock.nowMs()) as { weight: number };
          return { a, b, weight };
        }),
      );
      if (links.length > 0) this.#enter("memory/linked", by, { notes: unique });
      return links;
    });
  }

  neighbours(id: string, most: number): string[] {
    return (this.#sql.linked.all(id, most) as { id: string }[]).map((link) => link.id);
  }

  brief({ charsMax, ...reach }: Reach & { readonly charsMax: number }): Brief {
    const ids = this.#recall.projects(reach);
    const notes: BriefNotes = (kind, most) =>
      ids.flatMap((project) => this.#sql.newestOfKind.all(project, kind, most) as unknown as NoteRow[]).map(viewOf);
    return writeBrief(notes, charsMax);
  }

  knobs(): Readonly<Record<string, Json>> {
    return this.#knobs.all();
  }

  setKnob(knob: string, value: Json): Promise<void> {
    return this.#knobs.set(knob, value);
  }

  consolidate({ signal }: { signal: AbortSignal }): Promise<{ merged: number; decayed: number; pruned: number }> {
    return consolidate(this.#options, this.#sql, signal);
  }

  retire({ signal }: { signal: AbortSignal }): Promise<{ notes: number }> {
    return retire(this.#options, this.#sql, signal);
  }

  counts(): { notes: number; superseded: number; projects: number } {
    return { ...(this.#sql.counts.get() as { notes: number; superseded: number; projects: number }) };
  }

  /** In a work of the store. */
  #insert(draft: Draft, checked: Checked, project: number, supersedes?: string): NoteRow {
    const how = supersedes === undefined ? { status: "stored" } : { supersedes };
    const id = insertNote(this.#options, this.#sql, { draft, checked, project, id: newId("note"), how });
    this.#keep(draft, checked.text, id);
    return this.#row(id);
  }

  #enter(kind: string, { agent, session }: Writer, payload: Readonly<Record<string, Json>>): { readonly seq: number } {
    return this.#options.write({ kind, agent, session: session ?? null, payload });
  }

  #keep({ agent, session, key }: Pick<Draft, "agent" | "session" | "key">, text: string, id: string): void {
    if (key === undefined) return;
    this.#sql.addKey.run(agent, session ?? "", key, id, this.#options.fingerprint(text), this.#options.clock.nowMs());
  }

  /** The note of an earlier capture with this key. @throws Refusal CONFLICT, EXPIRED */
  #repeated({ agent, session, key }: Pick<Draft, "agent" | "session" | "key">, text: string): NoteRow | undefined {
    if (key === undefined) return undefined;
    const kept = this.#sql.key.get(agent, session ?? "", key) as { note: string; fingerprint: string } | undefined;
    if (kept === undefined) return undefined;
    if (kept.fingerprint !== this.#options.fingerprint(text))
      throw new Refusal(
        "CONFLICT",
        `The key ${JSON.stringify(key)} was used for another text, ${kept.note}.`,
        "Use a key once.",
      );
    return this.#row(kept.note);
  }

  /** @throws Refusal NOT_FOUND, EXPIRED */
  #row(id: string): NoteRow {
    const row = this.#sql.byId.get(id) as NoteRow | undefined;
    if (row !== undefined) return row;
    const stone = this.#sql.tombstone.get(id) as { at_ms: number; entry: number } | undefined;
    if (stone !== undefined)
      throw new Refusal(
        "EXPIRED",
        `${id} was forgotten at ${new Date(stone.at_ms).toISOString()}.`,
        `Why: signalbox ledger show ${stone.entry}`,
      );
    throw new Refusal("NOT_FOUND", `There is no note ${id}.`, "signalbox memory list");
  }

  /** What another project wrote is as if it were not. */
  #reachable(id: string, from: string | null | undefined): NoteRow {
    const row = this.#row(id);
    if (from === undefined || row.project === 0 || row.path === from) return row;
    throw new Refusal("NOT_FOUND", `There is no note ${id}.`, "signalbox memory list");
  }

  /** All kept versions, oldest first. Several may have been merged into one, so it is a tree. */
  #history(row: NoteRow): NoteRow[] {
    const found = new Map([[row.id, row]]);
    const add = (other: NoteRow): void => {
      if (found.has(other.id) || found.size >= historyMax) return;
      found.set(other.id, other);
      older(other);
    };
    const older = (of: NoteRow): void => {
      for (const before of this.#sql.predecessors.all(of.id) as unknown as NoteRow[]) add(before);
    };
    older(row);
    for (let newer = row.superseded_by; newer !== null && found.size < historyMax; ) {
      const next = this.#sql.byId.get(newer) as NoteRow | undefined;
      if (next === undefined || found.has(next.id)) break;
      found.set(next.id, next);
      newer = next.superseded_by;
    }
    return [...found.values()].sort((one, other) => one.seq - other.seq);
  }
}

const linkedShown = 16;
const historyMax = 256;

const first = (text: string): string => (text.split("\n", 1)[0] ?? "").slice(0, 80);

/** Members that are given; what is `undefined` does not hide what the old note says. */
function present(revision: Revision): Partial<Revision> {
  return Object.fromEntries(Object.entries(revision).filter(([, value]) => value !== undefined)) as Partial<Revision>;
}
