import { columnsOf } from "../../kit/text.ts";
import { type BoardState, costOf, money, needsOf, sectionOf, type SortOrder, timeOfDay } from "../model/index.ts";
import { choicesOf, type Dialog } from "./dialogs.ts";
import { fieldLine } from "./field.ts";
import {
  beside,
  blank,
  cut,
  fit,
  type Line,
  lineColumns,
  paragraph,
  type Span,
  span,
  spread,
  stressed,
  type Style,
} from "./line.ts";
import { type ListRow, rowLine } from "./list-view.ts";
import type { Frame } from "./screen.ts";

export const views = ["now", "tree", "timeline"] as const;
export type View = (typeof views)[number];
const viewTitles: Readonly<Record<View, string>> = { now: "Now", tree: "Tree", timeline: "Timeline" };

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Where the parts of the page stand. Small terminals give up the least needed first: the rule, the tabs, the detail, the keys. */
export interface Layout {
  readonly size: Size;
  readonly head: number;
  readonly list: number;
  readonly listColumns: number;
  readonly detail: number;
  readonly detailColumns: number;
  readonly foot: number;
}

/** @param whole  the detail has the page to itself */
export function layoutOf(size: Size, listed: number, view: View, whole: boolean, said: number): Layout {
  const { columns, rows } = size;
  const head = rows < 10 ? 1 : 2;
  const foot = Math.min(1 + said, Math.max(0, rows - head - 1));
  const body = Math.max(1, rows - head - foot);
  const wide = columns >= besideColumnsMin && body >= 8;
  const base = { size, head, foot };
  if (whole) return { ...base, list: 0, listColumns: columns, detail: body, detailColumns: columns - 2 };
  if (wide) {
    const listColumns = Math.floor(columns * 0.52);
    return { ...base, list: body, listColumns, detail: body, detailColumns: columns - listColumns - 3 };
  }
  if (body < stackRowsMin) return { ...base, list: body, listColumns: columns, detail: 0, detailColumns: columns - 2 };
  // The list has what it needs, but leaves the greater part to the detail, unless it is the list that matters; one row is the rule between them.
  const list = Math.max(4, Math.min(listed, Math.floor(body * (view === "timeline" ? 0.6 : 0.45))));
  return { ...base, list, listColumns: columns, detail: body - list - 1, detailColumns: columns - 2 };
}

const besideColumnsMin = 110;
const stackRowsMin = 12;

export interface Page {
  readonly state: BoardState;
  readonly layout: Layout;
  readonly view: View;
  readonly rows: readonly ListRow[];
  /** First row of the list, and first line of the detail, that are shown. */
  readonly top: number;
  readonly detailTop: number;
  readonly chosen: string | undefined;
  readonly marks: ReadonlySet<string>;
  readonly detail: readonly Line[];
  readonly empty: readonly string[];
  readonly search: string;
  readonly order: SortOrder;
  readonly said: Said | undefined;
  readonly dialog: Dialog | undefined;
  readonly hints: readonly Hint[];
  readonly nowMs: number;
}

export interface Said {
  readonly style: Style;
  readonly text: string;
}

/** A key that does something now, and a word for it. */
export interface Hint {
  readonly key: string;
  /** The key as people write it, where its name is another. */
  readonly shown?: string;
  readonly words: string;
}

/** With air before each heading, where all of it fits. */
export function aired(rows: readonly ListRow[], room: number): readonly ListRow[] {
  const headings = rows.filter(({ kind }) => kind === "heading").length;
  if (headings < 2 || rows.length + headings - 1 > room) return rows;
  return rows.flatMap((row, index): ListRow[] =>
    row.kind === "heading" && index > 0 ? [{ kind: "gap", id: `gap ${row.id}` }, row] : [row],
  );
}

/** The whole page as rows. Pure: the same page is the same frame. */
export function draw(page: Page): Frame {
  const { layout, dialog } = page;
  const body = bodyLines(page);
  const head = [headLine(page), ...(layout.head > 1 ? [tabLine(page)] : [])];
  const foot = dialog === undefined ? [...saidLines(page), ...(layout.foot > 0 ? [hintLine(page)] : [])] : [];
  const lines = [...head, ...body, ...foot].slice(0, layout.size.rows);
  if (dialog === undefined) return { lines };
  return withSheet(lines, sheet(dialog, layout.size), layout.size);
}

export const saidLines = ({ said, layout }: Pick<Page, "said" | "layout">): Line[] =>
  said === undefined ? [] : paragraph(said.text, layout.size.columns - 1, said.style).slice(0, layout.foot - 1);

function headLine({ state, layout, nowMs }: Page): Line {
  const { columns } = layout.size;
  const { link } = state;
  const narrow = columns < 50;
  const mode = narrow && state.status?.mode === "attended" ? undefined : modeSpan(state);
  const right = [mode, ...costSpan(state, columns), span(narrow ? "" : `  ${timeOfDay(nowMs)} `, "faint")].filter(
    (piece) => piece !== undefined,
  );
  const name = narrow ? [span(" ")] : [span(" "), span("Signalbox", "strong"), span("  ")];
  if (link.state === "connecting") return spread([...name, span("connecting", "faint")], right, columns);
  if (link.state === "away")
    return spread(
      [
        ...name,
        span(`daemon away since ${timeOfDay(link.sinceMs)}`, ["bad", "strong"]),
        span("; what you see is from then", "bad"),
      ],
      right,
      columns,
    );
  return spread([...name, ...countSpans(state, columns - lineColumns([...name, ...right]) - 1)], right, columns);
}

function modeSpan({ status, link }: BoardState) {
  if (status === undefined || link.state !== "live") return undefined;
  if (status.mode === "panic") return span("PANIC: all is denied", ["bad", "strong", "chosen"], { press: "m" });
  return span(status.mode, status.mode === "attended" ? "faint" : "warn", { press: "m" });
}

function costSpan({ sessions }: BoardState, columns: number): Line {
  const cost = columns < 60 ? undefined : costOf(sessions.values());
  return cost === undefined ? [] : [span(`  ${money(cost)}`, "faint")];
}

/** How many need a person, and how many do what, as far as there is room; nothing is said of what there is none of. */
function countSpans(state: BoardState, columns: number): Line {
  const alive = [...state.sessions.values()].filter(({ archived }) => !archived);
  const counts = Map.groupBy(alive, sectionOf);
  const { holds, sessions } = needsOf(state);
  const needs = holds + sessions;
  const parts: Span[] = [
    needs > 0
      ? span(`${needs} ${needs === 1 ? "needs" : "need"} you`, ["warn", "strong"])
      : span("nothing needs you", "faint"),
  ];
  let room = columns - lineColumns(parts);
  for (const [section, words, style] of countWords) {
    const number = counts.get(section)?.length ?? 0;
    if (number === 0) continue;
    const text = `${number} ${words}`;
    room -= text.length + 3;
    if (room < 0) break;
    parts.push(span(" · ", "faint"), span(text, style));
  }
  return parts;
}

/** Most telling first: where there is no room, the last is left out whole. */
const countWords = [
  ["working", "at work", "good"],
  ["finished", "done", "accent"],
  ["limited", "limited", "warn"],
  ["idle", "idle", "faint"],
] as const;

function tabLine({ view, layout, search, order, marks }: Page): Line {
  const tabs = views.map((name, index) =>
    span(
      layout.size.columns < 50 ? ` ${viewTitles[name]} ` : ` ${index + 1} ${viewTitles[name]} `,
      name === view ? "chosen" : "faint",
      { press: String(index + 1) },
    ),
  );
  const right = [
    marks.size > 0 ? span(`${marks.size} marked  `, "accent") : undefined,
    search === "" ? undefined : span(`search: ${search}  `, "accent", { press: "/" }),
    order === "need" ? undefined : span(`by ${order}`, "faint", { press: "o" }),
  ].filter((piece) => piece !== undefined);
  return spread(tabs, cut(right, layout.size.columns - 24), layout.size.columns);
}

function bodyLines(page: Page): Line[] {
  const { layout, rows, top, chosen, marks, nowMs, detail, state } = page;
  const besides = layout.listColumns < layout.size.columns;
  const look = { columns: layout.listColumns - (besides ? 1 : 0), nowMs, chosen, marks };
  const empty =
    rows.length === 0 ? page.empty.flatMap((text) => paragraph(text, layout.listColumns - 2, "faint", 1)) : [];
  const drawn = rows.slice(top, top + layout.list).map((row) => rowLine(row, look));
  const list = padded([...(empty.length > 0 ? [blank, ...empty] : []), ...drawn], layout.list);
  const fresh = state.link.state === "away" ? list.map((line) => stressed(line, "faint")) : list;
  const more = rows.length - top - layout.list;
  const shown = detail.slice(page.detailTop, page.detailTop + layout.detail);
  if (layout.list === 0)
    return padded(
      shown.map((line) => [span(" "), ...line]),
      layout.detail,
    );
  if (besides) return beside(fresh, shown, layout.listColumns, layout.list);
  if (layout.detail === 0) return fresh;
  return [
    ...fresh,
    ruleLine(layout.size.columns, top, more),
    ...padded(
      shown.map((line) => [span(" "), ...line]),
      layout.detail,
    ),
  ];
}

function ruleLine(columns: number, above: number, below: number): Line {
  const words = [above > 0 ? `${above} above` : "", below > 0 ? `${below} below` : ""].filter(Boolean).join(", ");
  const text = words === "" ? "" : ` ${words} `;
  return [span(`${"─".repeat(Math.max(0, columns - columnsOf(text) - 2))}${text}──`, "faint")];
}

const padded = (lines: readonly Line[], rows: number): Line[] =>
  Array.from({ length: rows }, (_, row) => lines[row] ?? blank);

/** As many keys as there is room for, most useful first; how to get help and out stands at the right edge. */
function hintLine({ hints, layout }: Page): Line {
  const { columns } = layout.size;
  const words = ({ key, shown = key, words }: Hint, after: string): Line => [
    span(shown, "accent", { press: key }),
    span(` ${words}${after}`, "faint", { press: key }),
  ];
  const always =
    columns < 40 ? [] : [...words({ key: "?", words: "help" }, "  "), ...words({ key: "q", words: "quit" }, " ")];
  const pieces: Line[] = [[span(" ")]];
  let room = columns - lineColumns(always) - 1;
  for (const hint of hints) {
    const piece = words(hint, "");
    room -= lineColumns(piece) + (pieces.length > 1 ? 2 : 0);
    if (room < 0) break;
    pieces.push(pieces.length > 1 ? [span("  "), ...piece] : piece);
  }
  return spread(pieces.flat(), always, columns);
}

interface Sheet {
  readonly lines: readonly Line[];
  /** Within the sheet. */
  readonly cursor?: { readonly column: number; readonly row: number };
}

/** The sheet covers the page from below; the card above it stays readable as far as there is room. */
function withSheet(lines: readonly Line[], { lines: over, cursor }: Sheet, { rows }: Size): Frame {
  const kept = Math.max(0, rows - over.length);
  return {
    lines: [...padded(lines, rows).slice(0, kept), ...over].slice(0, rows),
    cursor: cursor === undefined ? undefined : { column: cursor.column, row: kept + cursor.row },
  };
}

function sheet(dialog: Dialog, size: Size): Sheet {
  const { columns, rows } = size;
  const width = columns - 2;
  const bar: Line = [span("━".repeat(columns), "accent")];
  switch (dialog.kind) {
    case "confirm": {
      const question = paragraph(`${dialog.question} y yes, any other key no`, width, "strong", 1);
      const above = dialog.above
        .slice(0, Math.max(0, rows - question.length - 2))
        .map((line) => cut([span(" "), ...line], columns));
      return { lines: [bar, ...above, ...(above.length > 0 ? [blank] : []), ...question] };
    }
    case "ask": {
      const question = paragraph(dialog.question, width, "strong", 1);
      const { line, column } = fieldLine(dialog.field, width - 3);
      const hint = rows < 8 ? [] : [cut([span(` ${dialog.hint}`, "faint")], columns)];
      const room = Math.max(0, rows - question.length - hint.length - 3);
      const above = dialog.above.slice(0, room).map((each) => cut([span(" "), ...each], columns));
      const before = [bar, ...above, ...(above.length > 0 ? [blank] : []), ...question];
      return {
        lines: [...before, [span(" > ", "accent"), ...line], ...hint],
        cursor: { column: 3 + column, row: before.length },
      };
    }
    case "choose": {
      const choices = choicesOf(dialog);
      const room = Math.max(1, Math.min(choices.length, rows - 6));
      const from = Math.max(0, Math.min(dialog.index - Math.floor(room / 2), choices.length - room));
      const { line, column } = fieldLine(dialog.field, width - columnsOf(dialog.question) - 3);
      const shown = choices.slice(from, from + room).map(({ id, title, note }, offset) => {
        const chosen = from + offset === dialog.index;
        const row = spread(
          [span(chosen ? "▌" : " ", "accent"), span(title, chosen ? "strong" : undefined)],
          [span(`${note} `, "faint")],
          columns,
        );
        return row.map((piece) => ({ ...piece, on: { pick: id } }));
      });
      const none: Line[] = choices.length === 0 ? [[span(" Nothing is called that.", "faint")]] : [];
      return {
        lines: [bar, [span(` ${dialog.question} `, "strong"), ...line], ...shown, ...none],
        cursor: { column: columnsOf(dialog.question) + 2 + column, row: 1 },
      };
    }
    case "read": {
      const room = Math.max(1, rows - 3);
      const top = Math.min(dialog.top, Math.max(0, dialog.lines.length - room));
      const more = dialog.lines.length - top - room;
      const end = more > 0 ? `↓ ${more} more lines, any other key closes` : "any key closes";
      const shown = dialog.lines.slice(top, top + room).map((each) => cut([span(" "), ...each], columns));
      return {
        lines: [
          fit([span(` ${dialog.title}`, "strong")], columns),
          bar,
          ...padded(shown, room),
          [span(` ${end}`, "faint")],
        ],
      };
    }
  }
}
