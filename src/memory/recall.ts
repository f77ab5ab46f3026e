import type { SQLInputValue } from "node:sqlite";
import type { NoteView } from "../protocol/operations/memory.ts";
import { type NoteRow, selectNotes, type Statements, viewOf } from "./rows.ts";
import type { Hit, ListQuery, MemoryOptions, Reach, RecallQuery, Recalled } from "./types.ts";
import { matchOf, type Terms, termsOf } from "./words.ts";

/** Matches that are ranked again; a search that has more is narrowed by its other words anyway. */
const candidatesMax = 100;
/** An old note counts half of what recency gives after this long. */
const halfLifeMs = 60 * 86_400_000;
/** How many successors are followed from a superseded note. */
const successorsMax = 64;

interface Candidate {
  readonly row: NoteRow;
  readonly score: number;
  readonly via: string | null;
}

/** Searches by words (BM25), then by what only the notes know: age, project, how often they were seen, who wrote them. */
export class Recall {
  readonly #options: MemoryOptions;
  readonly #sql: Statements;

  constructor(options: MemoryOptions, sql: Statements) {
    this.#options = options;
    this.#sql = sql;
  }

  search(query: RecallQuery): Recalled {
    const { recallTermsMax, recallHitsMax, recallQueryCharsMax } = this.#options.limits;
    const terms = termsOf(query.query.slice(0, recallQueryCharsMax), recallTermsMax);
    const limit = Math.min(query.limit, recallHitsMax);
    const { found, mode } = this.#find(query, terms);
    const hits: Hit[] = [];
    let chars = Math.min(query.charsMax, this.#options.limits.recallCharsMax);
    for (const { row, score, via } of found) {
      if (hits.length >= limit || chars <= 0) break;
      const note = viewOf(row);
      const cut = note.text.length > chars;
      if (cut && hits.length > 0) break;
      if (cut) note.text = note.text.slice(0, chars).toWellFormed();
      chars -= note.text.length;
      hits.push({ note, score, why: this.#why(row, terms, mode), via, cut });
    }
    return { hits, mode, more: found.length > hits.length };
  }

  list(query: ListQuery, beforeSeq: number | undefined): NoteView[] {
    const { condition, values } = this.#conditions(query);
    const more: string[] = [];
    const add = (clause: string, value: SQLInputValue | undefined): void => {
      if (value === undefined) return;
      more.push(clause);
      values.push(value);
    };
    add("n.seq < ?", beforeSeq);
    add("n.agent = ?", query.agent);
    add("n.session = ?", query.session);
    add("EXISTS (SELECT 1 FROM json_each(n.tags) t WHERE t.value = ?)", query.tag);
    const where = [condition, ...more].join(" AND ");
    const rows = this.#options.store.db
      .prepare(`${selectNotes} WHERE ${where} ORDER BY n.seq DESC LIMIT ?`)
      .all(...values, query.limit);
    return (rows as unknown as NoteRow[]).map(viewOf);
  }

  /** Numbers of the projects in reach; -1 for one that has no notes yet. */
  projects({ project, scope }: Reach): number[] {
    const own = project === null ? undefined : (this.#sql.project.get(project) as { id: number } | undefined);
    const projects = scope === "global" || own === undefined ? [] : [own.id];
    return scope === "project" ? (projects.length === 0 ? [-1] : projects) : [...projects, 0];
  }

  #find(query: RecallQuery, terms: Terms): Pick<Recalled, "mode"> & { found: Candidate[] } {
    const { phrases, words } = terms;
    if (phrases.length > 0) {
      const strict = this.#matching(query, phrases, words);
      return {
        found: strict.length > 0 || words.length === 0 ? strict : this.#matching(query, phrases, []),
        mode: "phrases",
      };
    }
    if (words.length > 0) return { found: this.#matching(query, [], words), mode: "words" };
    const rows = this.list({ ...query, limit: candidatesMax }, undefined);
    const found = rows.map((note) => ({ row: this.#sql.byId.get(note.id) as unknown as NoteRow, score: 0, via: null }));
    return { found, mode: "newest" };
  }

  #matching(query: RecallQuery, phrases: readonly string[], words: readonly string[]): Candidate[] {
    const scopes = query.scope === "all" ? [] : this.projects(query).map((id) => `p${id}`);
    const match = matchOf(scopes, phrases, words);
    if (match === undefined) return [];
    const matches = this.#sql.search.all(match, candidatesMax) as { seq: number; rank: number }[];
    const best = new Map<string, Candidate>();
    for (const { seq, rank } of matches) {
      const row = this.#sql.bySeq.get(seq) as NoteRow | undefined;
      if (row === undefined) continue;
      for (const candidate of this.#standIn(row, this.#score(row, -rank), query.superseded)) {
        if (query.kind !== undefined && candidate.row.kind !== query.kind) continue;
        const known = best.get(candidate.row.id);
        if (known === undefined || known.score < candidate.score) best.set(candidate.row.id, candidate);
      }
    }
    return [...best.values()].sort((one, other) => other.score - one.score || other.row.seq - one.row.seq);
  }

  /** What was superseded leads to what is true now; with `superseded` it is shown too, below. */
  #standIn(row: NoteRow, score: number, superseded: boolean): Candidate[] {
    if (row.superseded_by === null) return [{ row, score, via: null }];
    const itself = superseded ? [{ row, score: score * 0.5, via: null }] : [];
    let newest: NoteRow | undefined = row;
    for (let step = 0; step < successorsMax && newest !== undefined && newest.superseded_by !== null; step += 1)
      newest = this.#sql.byId.get(newest.superseded_by) as NoteRow | undefined;
    return newest === undefined || newest.superseded_by !== null
      ? itself
      : [{ row: newest, score: score * 0.9, via: row.id }, ...itself];
  }

  #score(row: NoteRow, relevance: number): number {
    const ageMs = Math.max(0, this.#options.clock.nowMs() - row.written_ms);
    const recency = 0.8 + 0.2 * 2 ** (-ageMs / halfLifeMs);
    const own = row.project === 0 ? 1 : 1.1;
    const often = 1 + 0.05 * Math.min(4, Math.log2(1 + row.seen_again));
    const trust = row.tainted === 1 ? 0.9 : 1;
    return relevance * recency * own * often * trust;
  }

  #conditions(query: Reach & { kind?: string | undefined; superseded: boolean }) {
    const projects = query.scope === "all" ? [] : this.projects(query);
    const values: SQLInputValue[] = [...projects];
    const clauses = projects.length === 0 ? ["1"] : [`n.project IN (${projects.map(() => "?").join(", ")})`];
    if (!query.superseded) clauses.push("m.superseded_by IS NULL");
    if (query.kind !== undefined) {
      clauses.push("n.kind = ?");
      values.push(query.kind);
    }
    return { condition: clauses.join(" AND "), values };
  }

  #why(row: NoteRow, { phrases, words }: Terms, mode: Recalled["mode"]): string {
    const text = `${row.subject} ${row.text} ${row.tags}`.toLowerCase();
    const has = [
      ...phrases.map((phrase) => `"${phrase}"`),
      ...words.filter((word) => text.includes(word.toLowerCase())),
    ];
    const days = Math.floor(Math.max(0, this.#options.clock.nowMs() - row.written_ms) / 86_400_000);
    return [
      mode === "newest" ? "one of the newest" : has.length === 0 ? "has forms of the words" : `has ${has.join(", ")}`,
      days === 0 ? "written today" : `${days} ${days === 1 ? "day" : "days"} old`,
      `by ${row.agent}${row.project === 0 ? ", global" : ""}`,
      ...(row.seen_again === 0 ? [] : [`seen ${row.seen_again + 1} times`]),
      ...(row.tainted === 1 ? ["its writer had read strangers' content"] : []),
    ].join("; ");
  }
}
