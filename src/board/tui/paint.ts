import { type Line, type Style, stylesOf } from "./line.ts";

const escape = "\u001b[";

/** What a style is called on the wire (ECMA-48 SGR). Colours are the sixteen of the terminal's own theme, so they fit it. */
const codes: Readonly<Record<Style, string>> = {
  strong: "1",
  faint: "2",
  chosen: "7",
  good: "32",
  warn: "33",
  bad: "31",
  accent: "36",
};
/** Whatever a view forgot to make visible: no character that a terminal acts on leaves here, and each keeps its column. */
const control = /\p{Cc}/gu;
const withoutColour: ReadonlySet<Style> = new Set(["strong", "faint", "chosen"]);

/** A line as the bytes that draw it, with every style ended. Without colours what they say stays in letters and signs. */
export function paint(line: Line, colours: boolean): string {
  let out = "";
  for (const piece of line) {
    if (piece.at !== undefined) out += `${escape}${piece.at + 1}G`;
    const text = piece.text.replaceAll(control, " ");
    const styles = stylesOf(piece).filter((style) => colours || withoutColour.has(style));
    out +=
      styles.length === 0 || text === ""
        ? text
        : `${escape}${styles.map((style) => codes[style]).join(";")}m${text}${escape}0m`;
  }
  return out;
}
