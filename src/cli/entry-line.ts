import type { Json } from "../kit/canonical.ts";
import type { EntryView } from "../protocol/operations/ledger.ts";
import type { z } from "zod";
import type { Style, Terminal } from "./terminal.ts";
import { callText, columnsOf, moment, shorten, visible } from "./words.ts";

type Entry = z.output<typeof EntryView>;

/** One line an entry: number, time, what happened, who, and what it was about. */
export function entryLine(terminal: Terminal, entry: Entry): string {
  const narrow = terminal.columns < narrowColumns;
  const when = narrow ? moment(entry.at).slice("2026-11-21 ".length) : moment(entry.at);
  const who = narrow ? "" : `${(entry.agent ?? "").padEnd(11)}  `;
  const start = `${String(entry.seq).padStart(6)}  ${when}  ${entry.kind.padEnd(15)}  ${who}`;
  const word = verdictOf(entry);
  const about = aboutOf(entry);
  const room = Math.max(12, terminal.columns - columnsOf(start) - (word === "" ? 0 : word.length + 2));
  const text = shorten(visible(about), room);
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

const field = (entry: Entry, name: string): Json | undefined => entry.payload?.[name];

function verdictOf(entry: Entry): string {
  const word =
    entry.kind === "gate/judged" || entry.kind === "gate/recorded"
      ? field(entry, "verdict")
      : entry.kind.startsWith("hold/")
        ? field(entry, "state")
        : undefined;
  return typeof word === "string" ? word : "";
}

/** The tool call where there is one, else the first field that says something; else the payload as it is. */
function aboutOf(entry: Entry): string {
  const { payload } = entry;
  if (payload === null) return "(its payload was dropped; its hash stays)";
  const { tool, input } = payload;
  if (typeof tool === "string" && isObject(input)) return callText(tool, input);
  for (const name of ["command", "target", "cwd", "reason", "why", "hold", "status"]) {
    const value = payload[name];
    if (typeof value === "string" && value !== "") return typeof tool === "string" ? `${tool}: ${value}` : value;
  }
  return typeof tool === "string" ? tool : JSON.stringify(payload);
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
