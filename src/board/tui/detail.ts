import { count, visible } from "../../kit/text.ts";
import { entryAbout, entryVerdict } from "../../protocol/entry-words.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import type { BoardState } from "../model/index.ts";
import type { CallsOf } from "./calls.ts";
import type { Desk } from "./desk.ts";
import { holdLines } from "./hold-view.ts";
import { blank, type Line, paragraph, span } from "./line.ts";
import type { ListRow } from "./list-view.ts";
import { sessionLines } from "./session-view.ts";

/** What is known of the chosen line. */
export function detailOf(desk: Pick<Desk, "row" | "state">, calls: CallsOf, columns: number, nowMs: number): Line[] {
  const { row, state } = desk;
  switch (row?.kind) {
    case "hold":
      return holdLines(row.hold, row.session, columns, nowMs);
    case "session": {
      const [first, ...more] = row.holds;
      if (first === undefined) return sessionLines(row.session, [], calls.of(row.session), columns, nowMs);
      const rest = sessionLines(row.session, more, calls.of(row.session), columns, nowMs);
      return [...holdLines(first, row.session, columns, nowMs), blank, ...rest];
    }
    case "group":
      return groupLines(row, state, columns);
    case "entry":
      return entryLines(row.entry, columns);
    case "heading":
    case "gap":
    case undefined:
      return state.status === undefined ? [] : statusLines(state, columns);
  }
}

function groupLines(
  { title, path, sessions, needsYou, working }: ListRow & { kind: "group" },
  state: BoardState,
  columns: number,
): Line[] {
  return [
    [span(title, "strong")],
    ...paragraph(path, columns, "faint"),
    blank,
    ...paragraph(`${count(sessions, "session")}, ${working} at work, ${needsYou} in need of you.`, columns),
    ...(state.holds.size === 0 ? [] : [blank, ...paragraph("n goes to the next that needs you.", columns, "faint")]),
  ];
}

/** Everything that the ledger has of it, so that nothing has to be looked up elsewhere. */
function entryLines(entry: EntryView, columns: number): Line[] {
  const verdict = entryVerdict(entry);
  return [
    [span(`entry ${entry.seq}`, "strong"), span(`  ${visible(entry.kind)}${verdict === "" ? "" : `  ${verdict}`}`)],
    ...paragraph(
      [entry.at, entry.agent, entry.session]
        .filter((part) => part !== null)
        .map(visible)
        .join(" · "),
      columns,
      "faint",
    ),
    blank,
    ...paragraph(visible(entryAbout(entry)), columns, "accent", 2),
    blank,
    ...(entry.payload === null ? [] : paragraph(visible(JSON.stringify(entry.payload, null, 2)), columns)),
    blank,
    ...paragraph(`leaf ${entry.leaf}`, columns, "faint"),
    ...paragraph(`Prove it: signalbox ledger prove ${entry.seq}`, columns, "faint"),
  ];
}

/** With nothing chosen: how the daemon is. */
function statusLines({ status }: BoardState, columns: number): Line[] {
  if (status === undefined) return [];
  return [
    ...(status.ledger.problem === null
      ? []
      : paragraph(`Ledger: ${visible(status.ledger.problem)}`, columns, ["bad", "strong"])),
    ...status.policy.problems.flatMap((problem) => paragraph(`Policy: ${visible(problem)}`, columns, "warn")),
    ...paragraph(
      `${count(status.ledger.entries, "entry", "entries")} in the ledger, ${count(status.policy.rules, "rule")} in force.`,
      columns,
      "faint",
    ),
  ];
}
