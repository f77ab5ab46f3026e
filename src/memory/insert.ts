import type { Json } from "../kit/canonical.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Checked } from "./draft.ts";
import type { Statements } from "./rows.ts";
import type { Draft, MemoryOptions } from "./types.ts";

interface Insertion {
  readonly draft: Pick<Draft, "agent" | "session" | "project" | "tainted" | "writtenMs">;
  readonly checked: Checked;
  /** Number of the project; 0: global. */
  readonly project: number;
  readonly id: string;
  /** What its entry says of how it came: `status`, or `supersedes`. */
  readonly how: Readonly<Record<string, Json>>;
}

/**
 * Writes a note, its words in the index and its entry, in a work of the store. The entry has a keyed hash of the text, never the text.
 * @returns the id
 * @throws Refusal CONFLICT  there is no room
 */
export function insertNote(
  options: MemoryOptions,
  sql: Statements,
  { draft, checked, project, id, how }: Insertion,
): string {
  room(options, sql, project);
  const { kind, subject, text, parts, tags, sameness } = checked;
  const { seq: entry } = options.write({
    kind: "supersedes" in how ? "memory/superseded" : "memory/captured",
    agent: draft.agent,
    session: draft.session ?? null,
    payload: {
      note: id,
      ...how,
      project: draft.project,
      kind,
      chars: text.length,
      text: options.fingerprint(text),
      tainted: draft.tainted,
    },
  });
  const nowMs = options.clock.nowMs();
  const scope = `p${project}`;
  const written = draft.writtenMs ?? nowMs;
  const tainted = draft.tainted ? 1 : 0;
  const { agent, session = null } = draft;
  const values = [
    id,
    project,
    scope,
    kind,
    subject,
    text,
    parts,
    tags,
    agent,
    session,
    written,
    entry,
    tainted,
    sameness,
  ];
  const { lastInsertRowid: seq } = sql.insert.run(...values);
  sql.mark.run(seq, nowMs);
  sql.index.run(seq, scope, subject, text, parts, tags);
  return id;
}

export function projectOf(sql: Statements, path: string | null): number {
  if (path === null) return 0;
  const known = sql.project.get(path) as { id: number } | undefined;
  return known?.id ?? (sql.addProject.get(path) as { id: number }).id;
}

function room({ limits }: MemoryOptions, sql: Statements, project: number): void {
  const { n } = sql.count.get(project) as { n: number };
  const all = sql.countAll.get() as { n: number };
  if (n < limits.notesPerProjectMax && all.n < limits.notesMax) return;
  throw new Refusal(
    "CONFLICT",
    n >= limits.notesPerProjectMax
      ? `This ${project === 0 ? "global memory" : "project"} holds ${n} notes, which is the limit.`
      : `The memory holds ${all.n} notes, which is the limit.`,
    "Forget some: signalbox memory list --superseded, then: signalbox memory forget <id>",
  );
}
