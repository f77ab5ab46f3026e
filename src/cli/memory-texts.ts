import type { OperationName, OutputOf } from "../protocol/operations/index.ts";
import type { NoteView } from "../protocol/operations/memory.ts";
import type { Terminal } from "./terminal.ts";
import { count, moment, shorten, visible, wrap } from "./words.ts";

type Texts = {
  [Name in Extract<OperationName, `memory/${string}`>]: (terminal: Terminal, answer: OutputOf<Name>) => string;
};

/** How the memory's answers read. Notes are what others wrote: nothing in them reaches the terminal as more than text. */
export const memoryTexts: Texts = {
  "memory/capture": (terminal, { status, note }) => `${statusWords[status]}: ${terminal.style("strong", note.id)}`,
  "memory/recall": (terminal, { hits, mode, more }) => {
    if (hits.length === 0)
      return mode === "newest"
        ? "Nothing is remembered here yet."
        : "Nothing that was remembered here has these words.";
    const shown = hits.map(({ note, why, via, cut }) =>
      [
        whole(terminal, note, cut),
        terminal.style("faint", `  ${visible(why)}${via === null ? "" : `; replaces ${via}, which has the words`}`),
      ].join("\n"),
    );
    return [...shown, ...(more ? ["There is more: --limit, --chars-max."] : [])].join("\n\n");
  },
  "memory/list": (terminal, { notes }) =>
    notes.length === 0
      ? 'Nothing is remembered here yet. Remember something: signalbox memory add "..."'
      : notes.map((note) => line(terminal, note)).join("\n"),
  "memory/show": (terminal, { note, history, linked }) => {
    const versions = history.filter(({ id }) => id !== note.id).map((other) => line(terminal, other));
    return [
      whole(terminal, note, false),
      ...(note.tags.length === 0 ? [] : [`  tags: ${visible(note.tags.join(", "))}`]),
      `  ${who(note)}, ledger entry ${note.entry}${note.seenAgain === 0 ? "" : `, captured ${count(note.seenAgain + 1, "time")}`}`,
      ...(versions.length === 0 ? [] : ["Other versions, oldest first:", ...versions]),
      ...(linked.length === 0 ? [] : ["Used together with:"]),
      ...linked.map(({ id, subject, weight }) => `  ${id}  ${visible(subject)} (${weight.toFixed(1)})`),
    ].join("\n");
  },
  "memory/supersede": (terminal, { note, superseded }) =>
    `${terminal.style("strong", note.id)} replaces ${superseded.id}, which is kept.`,
  "memory/import": (_, { stored, known, skipped }) =>
    [
      `${count(stored, "note")} stored, ${known} known already, ${skipped.length} left out.`,
      ...skipped.map(({ id, why }) => `  ${id}  ${visible(why)}`),
    ].join("\n"),
  "memory/forget": (_, { forgotten, entry }) =>
    `Forgotten: ${forgotten.join(", ")}. The ledger keeps that it happened: entry ${entry}.`,
};

const statusWords = {
  stored: "Remembered",
  known: "Known already, word for word",
  repeated: "Remembered before",
} as const;

const who = ({ agent, session, writtenAt, project }: NoteView): string =>
  `by ${visible(agent)}${session === null ? "" : ` (${visible(shorten(session, 16))})`}, ${moment(writtenAt)}, ${project === null ? "global" : visible(project)}`;

function whole(terminal: Terminal, note: NoteView, cut: boolean): string {
  const title = `${terminal.style("strong", note.id)}  ${note.kind}${note.subject === "" ? "" : `  ${visible(note.subject)}`}${marks(terminal, note)}`;
  const lines = wrap(visible(note.text), Math.min(terminal.columns, 100) - 2).map((text) => `  ${text}`);
  return [title, ...lines, ...(cut ? [`  ... cut; whole: signalbox memory show ${note.id}`] : [])].join("\n");
}

function line(terminal: Terminal, note: NoteView): string {
  const start = `${note.id}  ${moment(note.writtenAt).slice(0, 16)}  ${note.kind.padEnd(10)}  `;
  const said = `${note.subject === "" ? "" : `${note.subject}: `}${note.text}`;
  return `${start}${shorten(visible(said), Math.max(20, terminal.columns - start.length))}${marks(terminal, note)}`;
}

function marks(terminal: Terminal, { supersededBy, tainted }: NoteView): string {
  const words = [
    ...(supersededBy === null ? [] : [`superseded by ${supersededBy}`]),
    ...(tainted ? ["its writer had read strangers' content"] : []),
  ];
  return words.length === 0 ? "" : `  ${terminal.style("warn", words.join("; "))}`;
}
