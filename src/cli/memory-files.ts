import type { Command } from "commander";
import { connect } from "../client/index.ts";
import { limits } from "../protocol/limits.ts";
import { ImportedNote, type NoteView } from "../protocol/operations/memory.ts";
import { Refusal } from "../protocol/refusals.ts";
import { wordIssues } from "../protocol/wording.ts";
import { readGiven } from "./arguments.ts";
import type { Verb } from "./index.ts";
import { memoryTexts } from "./memory-texts.ts";

/** `memory export` and `import`: notes as NDJSON, one `NoteView` a line. */
export function addMemoryFiles(group: Command, verb: (command: Command) => Verb): void {
  group
    .command("export")
    .description("Write every note out, one JSON object a line, superseded ones too: to keep, or to import elsewhere.")
    .action((_: object, command: Command) => exportNotes(verb(command)));
  group
    .command("import <file>")
    .summary("Take in notes that were exported (- for standard input).")
    .description(
      "Take in notes that were exported (- for standard input). Ids, writers and times are kept, so twice is once; what was forgotten here stays forgotten.",
    )
    .option("--here", "notes of any project become this folder's project's")
    .action((file: string, options: { here?: true }, command: Command) =>
      importNotes(verb(command), file, options.here === true),
    );
}

const pageNotes = 1_000;

async function exportNotes({ place, terminal }: Verb): Promise<void> {
  await using client = await connect({ socket: place.socket });
  let before: NoteView["id"] | undefined;
  for (;;) {
    const query = { scope: "all", superseded: true, limit: pageNotes, before } as const;
    const { notes } = await client.call("memory/list", query);
    for (const note of notes) terminal.out(JSON.stringify(note));
    before = notes.at(-1)?.id;
    if (notes.length < pageNotes) return;
  }
}

async function importNotes({ place, terminal, json }: Verb, file: string, here: boolean): Promise<void> {
  // Oldest first, as they were written: the list shows the newest of what it holds first.
  const notes = readNotes(file).toSorted((a, b) => Date.parse(a.writtenAt) - Date.parse(b.writtenAt));
  await using client = await connect({ socket: place.socket });
  const sum = { stored: 0, known: 0, skipped: [] as { id: NoteView["id"]; why: string }[] };
  for (let from = 0; from < notes.length; from += limits.noteImportMax) {
    const some = notes.slice(from, from + limits.noteImportMax);
    const where = here ? { cwd: process.cwd() } : {};
    const { stored, known, skipped } = await client.call("memory/import", { notes: some, ...where });
    sum.stored += stored;
    sum.known += known;
    sum.skipped.push(...skipped);
  }
  terminal.out(json ? JSON.stringify(sum) : memoryTexts["memory/import"](terminal, sum));
}

/** Read whole before anything is sent: a file with a wrong line changes nothing. */
function readNotes(file: string): ImportedNote[] {
  return readGiven(file)
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [readNote(line, `${file}, line ${index + 1}`)]));
}

function readNote(line: string, where: string): ImportedNote {
  const wrong = (why: string) =>
    new Refusal("INVALID_PARAMS", `${where} is no note: ${why}. Nothing was imported.`, "signalbox memory export");
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const read = ImportedNote.safeParse(given);
  if (!read.success) throw wrong(wordIssues(read.error));
  return read.data;
}
