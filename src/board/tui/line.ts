import { columnsOf, shorten, wrap } from "../../kit/text.ts";

/** What a click on a span does: presses a key, or chooses a row. */
export type Target = { readonly press: string } | { readonly pick: string };

export type Style = "strong" | "faint" | "good" | "warn" | "bad" | "accent" | "chosen";

/** A piece of a line. Its text is safe to draw: no control characters, no escape sequences, no line feed. */
export interface Span {
  readonly text: string;
  readonly style?: Style | readonly Style[] | undefined;
  readonly on?: Target | undefined;
  /** Begins at this column, whatever a terminal thinks of the widths before it. */
  readonly at?: number | undefined;
}
export type Line = readonly Span[];

export const span = (text: string, style?: Span["style"], on?: Target): Span => ({ text, style, on });
export const blank: Line = [];

export const lineColumns = (line: Line): number => line.reduce((sum, { text }) => sum + columnsOf(text), 0);

/** At most so many columns; what is cut ends in `…`. */
export function cut(line: Line, columns: number): Line {
  const kept: Span[] = [];
  let left = columns;
  for (const piece of line) {
    const width = columnsOf(piece.text);
    if (width > left) {
      if (left > 0) kept.push({ ...piece, text: shorten(piece.text, left) });
      return kept;
    }
    kept.push(piece);
    left -= width;
  }
  return kept;
}

/** Exactly so many columns. */
export function fit(line: Line, columns: number): Line {
  const kept = cut(line, columns);
  const missing = columns - lineColumns(kept);
  return missing > 0 ? [...kept, { text: " ".repeat(missing), on: kept.at(-1)?.on }] : kept;
}

/** `left`, cut as it must be, and `right` at the right edge. */
export function spread(left: Line, right: Line, columns: number): Line {
  const room = columns - lineColumns(right);
  return room < 1 ? cut(left, columns) : [...fit(left, room - 1), span(" "), ...right];
}

/** A paragraph as lines; `indent` columns before each. */
export function paragraph(text: string, columns: number, style?: Span["style"], indent = 0): Line[] {
  const margin = " ".repeat(indent);
  return wrap(text.replaceAll("\t", "  "), Math.max(1, columns - indent)).map((line) => [
    span(`${margin}${line}`, style),
  ]);
}

/** Two blocks side by side, `rows` high, with a rule between them. */
export function beside(left: readonly Line[], right: readonly Line[], leftColumns: number, rows: number): Line[] {
  return Array.from({ length: rows }, (_, row) => [
    ...fit(left[row] ?? blank, leftColumns),
    { text: "│ ", style: "faint" as const, at: leftColumns },
    ...(right[row] ?? blank),
  ]);
}

/** So many rows, blank where there is none. */
export const padded = (lines: readonly Line[], rows: number): Line[] =>
  Array.from({ length: rows }, (_, row) => lines[row] ?? blank);

/** Every span of the line chosen or stressed too. */
export const stressed = (line: Line, style: Style): Line =>
  line.map((piece) => ({ ...piece, style: [...stylesOf(piece), style] }));

export const stylesOf = ({ style }: Span): readonly Style[] =>
  style === undefined ? [] : typeof style === "string" ? [style] : style;

/** What stands at a column, counted from 0. */
export function targetAt(line: Line, column: number): Target | undefined {
  let from = 0;
  for (const piece of line) {
    from = piece.at ?? from;
    const until = from + columnsOf(piece.text);
    if (column >= from && column < until) return piece.on;
    from = until;
  }
  return undefined;
}
