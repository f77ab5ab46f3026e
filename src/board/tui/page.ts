import { columnsOf } from "../../kit/text.ts";
import type { BoardState, SortOrder } from "../model/index.ts";
import type { Dialog } from "./dialogs.ts";
import { headLine, tabLine } from "./head.ts";
import type { Layout, View } from "./layout.ts";
import {
  beside,
  blank,
  type Line,
  lineColumns,
  padded,
  paragraph,
  span,
  spread,
  stressed,
  type Style,
} from "./line.ts";
import { type ListRow, rowLine } from "./list-view.ts";
import type { Frame } from "./screen.ts";
import { sheet, withSheet } from "./sheet.ts";

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
