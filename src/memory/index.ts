/**
 * The memory: notes that sessions of any agent leave for later ones, of a project or of everywhere. The room owns the tables
 * `memory_*`.
 *
 * Promises: a note is on disk and in the ledger before its capture resolves, its secrets taken out before that. It says who wrote
 * it, in which session, when, under which entry, and whether that session had read strangers' content. A capture with a key
 * happens once. Text is never overwritten: a newer note supersedes an older one, which stays and leads a search to its successor.
 * Forgetting erases text and index and leaves a mark, so that nothing brings the note back; the ledger never held the text, only a
 * keyed hash of it. Any query is a search: nothing that a caller writes is syntax. Another project's notes are never found.
 * Limits: sizes and counts in `protocol/limits.ts`, each refused with what to do.
 * Never: guesses likeness (the same means the same words), changes anything on a read, or takes a note for an instruction.
 */
import { Notes } from "./notes.ts";
import type { Memory, MemoryOptions } from "./types.ts";

export { memoryMigrations } from "./migrations.ts";
export type * from "./types.ts";

export function createMemory(options: MemoryOptions): Memory {
  return new Notes(options);
}
