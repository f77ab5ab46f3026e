import { entryAbout, entryVerdict } from "../protocol/entry-words.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { Style, Terminal } from "./terminal.ts";
import { columnsOf, moment, shorten, visible, visibleName } from "./words.ts";

/** One line an entry: number, time, what happened, who, and what it was about. */
export function entryLine(terminal: Terminal, entry: EntryView): string {
  const narrow = terminal.columns < narrowColumns;
  const when = narrow ? moment(entry.at).slice("2026-11-21 ".length) : moment(entry.at);
  const who = narrow ? "" : `${visibleName(entry.agent ?? "").padEnd(11)}  `;
  const start = `${String(entry.seq).padStart(6)}  ${when}  ${visibleName(entry.kind).padEnd(15)}  ${who}`;
  const word = entryVerdict(entry);
  const room = Math.max(12, terminal.columns - columnsOf(start) - (word === "" ? 0 : word.length + 2));
  const text = shorten(visible(entryAbout(entry)), room);
  return word === ""
    ? `${start}${text}`.trimEnd()
    : `${start}${terminal.style(verdictStyles[word] ?? "strong", word)}  ${text}`.trimEnd();
}

/** Below this the date and the agent give way to what it was about. */
const narrowColumns = 90;

const verdictStyles: Readonly<Record<string, Style>> = {
  allow: "good",
  approved: "good",
  hold: "warn",
  deny: "bad",
  denied: "bad",
};
