import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { entryAbout, entryVerdict } from "../../protocol/entry-words.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import { count } from "../../kit/text.ts";
import { callText } from "../../protocol/words.ts";
import {
  agentName,
  branchText,
  contextWorry,
  doing,
  flat,
  folderName,
  holdWord,
  money,
  needText,
  percent,
  type Row,
  sessionTitle,
  since,
  stateSigns,
} from "../model/index.ts";
import { fit, type Line, lineColumns, type Span, span, type Style, stylesOf } from "./line.ts";
import { contextStyles, stateStyles } from "./styles.ts";

/** A line of a list: a row of the model, or an entry of the ledger. */
export type ListRow =
  | Row
  /** Air before a heading where there is room for it. */
  | { readonly kind: "gap"; readonly id: string }
  | { readonly kind: "entry"; readonly id: string; readonly entry: EntryView };

export interface ListLook {
  readonly columns: number;
  readonly nowMs: number;
  readonly chosen: string | undefined;
  readonly marks: ReadonlySet<string>;
}

/** One row as one line of exactly `columns`. */
export function rowLine(row: ListRow, look: ListLook): Line {
  const chosen = row.id === look.chosen;
  const bar = span(chosen ? "▌" : " ", "accent");
  const rest = fit(cells(row, { ...look, columns: look.columns - 1 }), look.columns - 1);
  const line = [bar, ...(chosen ? rest.map(strong) : rest)];
  return row.kind === "heading" || row.kind === "gap"
    ? line
    : line.map((piece) => ({ ...piece, on: { pick: row.id } }));
}

/** The chosen row stands out by weight too, and nothing of it is faint. */
const strong = (piece: Span): Span => ({
  ...piece,
  style: [...stylesOf(piece).filter((style) => style !== "faint"), "strong"],
});

function cells(row: ListRow, look: ListLook): Line {
  switch (row.kind) {
    case "gap":
      return [];
    case "heading":
      return [
        span(`${row.title} `, row.id === "heading needs-you" ? ["warn", "strong"] : "strong"),
        span(`${row.count}`, "faint"),
      ];
    case "group":
      return groupCells(row);
    case "hold":
      return holdCells(row.hold, row.session, look);
    case "session":
      return sessionCells(row.session, row.holds, row.depth, look);
    case "entry":
      return entryCells(row.entry, look);
  }
}

function groupCells({ depth, folded, title, needsYou, working, sessions }: ListRow & { kind: "group" }): Line {
  const counts = [
    needsYou > 0 ? span(`${needText(needsYou)}  `, "warn") : undefined,
    working > 0 ? span(`${working} at work  `, "good") : undefined,
    folded ? span(`${sessions} in all`, "faint") : undefined,
  ].filter((piece) => piece !== undefined);
  return [span(`${"  ".repeat(depth)}${folded ? "▸" : "▾"} `, "faint"), span(`${title}  `, "strong"), ...counts];
}

/** Who stands before what while there is room for both. */
const agentColumns = (columns: number): number => (columns < 56 ? 0 : 10);
const agentCell = (agent: string, columns: number): Line =>
  agentColumns(columns) === 0 ? [] : fit([span(agentName(agent), "faint")], agentColumns(columns));

const ageColumns = 7;
const ageCell = (text: string): Span => span(text.padStart(ageColumns), "faint");

function holdCells(hold: HoldView, session: SessionView | undefined, look: ListLook): Line {
  const { columns } = look;
  const place = columns < 60 ? 0 : Math.min(22, Math.floor(columns / 6));
  const sign = look.marks.has(hold.id)
    ? span("* ", ["accent", "strong"])
    : span(hold.waiting > 0 ? "! " : "¡ ", "warn");
  const where = flat(session === undefined ? folderName(hold.cwd) : folderName(session.project), place - 2);
  const start = [sign, ...agentCell(hold.agent, columns), ...(place === 0 ? [] : fit([span(where)], place))];
  const end = [
    ...(hold.undoable || columns < 44 ? [] : [span("  no undo", "bad")]),
    ...(columns < 90 ? [] : [span(`  ${holdWord(hold)}`, "faint")]),
    ageCell(since(hold.openedAt, look.nowMs)),
  ];
  return between(start, [span(flat(callText(hold.tool, hold.input)), "accent")], end, columns - 1);
}

function sessionCells(session: SessionView, holds: readonly HoldView[], depth: number, look: ListLook): Line {
  const { columns } = look;
  const { state, ungated, context, costUsd } = session;
  const sign = ungated !== null ? span("▲ ", "bad") : span(`${stateSigns[state]} `, stateStyles[state]);
  const room = columns - agentColumns(columns) - ageColumns - 4;
  const titleColumns = Math.max(8, Math.min(38, Math.floor(room * 0.55))) - depth * 2;
  const where = columns < 110 ? "" : [folderName(session.project), branchText(session)].filter(Boolean).join(" ");
  const start = [
    span("  ".repeat(depth)),
    sign,
    ...agentCell(session.agent, columns),
    ...fit([span(flat(`${session.pinned ? "⚑ " : ""}${sessionTitle(session)}`, titleColumns - 1))], titleColumns),
    ...(where === "" ? [] : fit([span(flat(where, 24), "faint")], 26)),
  ];
  const what =
    holds.length > 0
      ? [span(`${count(holds.length, "tool call")} held`, "warn")]
      : [span(doing(session), ungated !== null || state === "error" ? "bad" : state === "waiting" ? "warn" : "faint")];
  const end = [
    ...(columns < 64 || context === null
      ? columns < 64
        ? []
        : [span("      ")]
      : [span(percent(context.percent).padStart(6), contextStyles[contextWorry(context.percent)])]),
    ...(columns < 100 ? [] : [span((costUsd === null ? "" : money(costUsd)).padStart(9), "faint")]),
    ageCell(since(session.since, look.nowMs)),
  ];
  return between(start, what, end, columns - 1);
}

const verdictStyles: Readonly<Record<string, Style>> = {
  allow: "good",
  approved: "good",
  used: "good",
  hold: "warn",
  deny: "bad",
  denied: "bad",
};

function entryCells(entry: EntryView, { columns }: ListLook): Line {
  const word = entryVerdict(entry);
  const start = [
    ...(columns < 60 ? [] : [span(`${String(entry.seq).padStart(6)}  `, "faint")]),
    span(`${new Date(entry.at).toTimeString().slice(0, 8)}  `, "faint"),
    ...(columns < 44 ? [] : [...fit([span(flat(entry.kind))], 17)]),
    ...agentCell(entry.agent ?? "", columns),
    ...(word === "" ? [] : [span(`${word}  `, verdictStyles[word] ?? "strong")]),
  ];
  return [...start, span(flat(entryAbout(entry)))];
}

/** `middle` gets what `start` and `end` leave, and is cut to it. */
function between(start: Line, middle: Line, end: Line, columns: number): Line {
  const endColumns = lineColumns(end);
  const room = columns - lineColumns(start) - endColumns - 1;
  return room < 4
    ? [...fit(start, Math.max(0, columns - endColumns)), ...end]
    : [...start, ...fit(middle, room), span(" "), ...end];
}
