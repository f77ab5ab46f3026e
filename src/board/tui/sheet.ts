import { columnsOf } from "../../kit/text.ts";
import { choicesOf, type Dialog } from "./dialogs.ts";
import { fieldLine } from "./field.ts";
import type { Size } from "./layout.ts";
import { blank, cut, fit, type Line, padded, paragraph, span, spread } from "./line.ts";
import type { Frame } from "./screen.ts";

/** A question as it is drawn: a sheet over the lower part of the page. */

export interface Sheet {
  readonly lines: readonly Line[];
  /** Within the sheet. */
  readonly cursor?: { readonly column: number; readonly row: number };
}

/** The sheet covers the page from below; the card above it stays readable as far as there is room. */
export function withSheet(lines: readonly Line[], { lines: over, cursor }: Sheet, { rows }: Size): Frame {
  const kept = Math.max(0, rows - over.length);
  return {
    lines: [...padded(lines, rows).slice(0, kept), ...over].slice(0, rows),
    cursor: cursor === undefined ? undefined : { column: cursor.column, row: kept + cursor.row },
  };
}

export function sheet(dialog: Dialog, size: Size): Sheet {
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
      const { line, column } = fieldLine(dialog.field, width - 3, dialog.secret);
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
