import type { Json } from "../kit/canonical.ts";
import type { ImportedNote } from "../protocol/operations/memory.ts";
import { Refusal } from "../protocol/refusals.ts";
import { checkDraft } from "./draft.ts";
import { insertNote, projectOf } from "./insert.ts";
import type { NoteRow, Statements } from "./rows.ts";
import type { Imported, MemoryOptions } from "./types.ts";

/**
 * Takes notes in as they were, in one work: twice is once, because ids are kept. What was forgotten here stays forgotten, and a note that is
 * here already is never changed. Which note replaced which is kept too, whatever comes first.
 * @throws Refusal CONFLICT  there is no room; nothing of this call is stored
 */
export async function importNotes(
  options: MemoryOptions,
  sql: Statements,
  notes: readonly ImportedNote[],
  by: Json,
): Promise<Imported> {
  return options.store.durably(() => {
    const skipped: { id: ImportedNote["id"]; why: string }[] = [];
    let [stored, known] = [0, 0];
    for (const note of notes) {
      const outcome = importOne(options, sql, note, by);
      if (outcome === "stored") stored += 1;
      else if (outcome === "known") known += 1;
      else skipped.push({ id: note.id, why: outcome.why });
    }
    return { stored, known, skipped };
  });
}

function importOne(
  options: MemoryOptions,
  sql: Statements,
  note: ImportedNote,
  by: Json,
): "stored" | "known" | { readonly why: string } {
  if (sql.tombstone.get(note.id) !== undefined) return { why: "it was forgotten here" };
  const { clock } = options;
  let checked;
  try {
    checked = checkDraft(note, options);
  } catch (error) {
    if (error instanceof Refusal) return { why: error.message };
    throw error;
  }
  const here = sql.byId.get(note.id) as NoteRow | undefined;
  if (here !== undefined)
    return here.text === checked.text && here.subject === checked.subject
      ? "known"
      : { why: "another note has its id here" };
  const writtenMs = Math.min(Date.parse(note.writtenAt), clock.nowMs());
  const { agent, project, tainted } = note;
  const draft = { agent, session: note.session ?? undefined, project, tainted, writtenMs };
  const how = { status: "imported", by };
  insertNote(options, sql, { draft, checked, project: projectOf(sql, project), id: note.id, how });
  if (note.supersededBy !== null) {
    const { seq } = sql.byId.get(note.id) as unknown as NoteRow;
    sql.supersede.run(note.supersededBy, Date.parse(note.supersededAt ?? note.writtenAt), seq);
  }
  return "stored";
}
