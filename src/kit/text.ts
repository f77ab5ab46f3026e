/** How long ago or how long since, in the largest unit that says enough: `8 s`, `3 min`, `2 h`, `5 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Bytes in binary units, as `du -h` says them. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A moment in the reader's own time zone, to the second: `2026-11-21 05:13:45`. */
export function moment(iso: string): string {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `1 entry`, `2 entries`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/**
 * What no eye sees, or what makes an eye see something else: control characters, bidi controls, zero-width and other invisible
 * characters, blanks that are not the blank, variation selectors, tags, lone surrogates. The selector that makes a sign an emoji is none.
 */
const unseen =
  /(?![ \n\t]|(?<=\p{Extended_Pictographic})\uFE0F)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zs}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]/gu;

const codePoint = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

/** Unicode's fixed list of sequences that are one picture (UTS #51): families, flags. What joins them hides nothing. */
const pictureOrUnseen = new RegExp(`\\p{RGI_Emoji}|(${unseen.source})`, "gv");
/** Looking for them costs ten times as much, so it is done only where one may be. */
const [joint, picture] = [/[\u200D\u{E0061}-\u{E007F}]/u, /\p{Extended_Pictographic}/u];

/**
 * A text for showing: each unseen character as `⟨U+202E⟩`. Line feeds and tabs stay, and so do pictures that are put together. What it
 * returns has no hidden order or content, and a terminal gets no escape sequence from it.
 */
export function visible(text: string): string {
  return joint.test(text) && picture.test(text)
    ? text.replace(pictureOrUnseen, (found, hidden?: string) => (hidden === undefined ? found : codePoint(hidden)))
    : text.replaceAll(unseen, codePoint);
}

/** The same for what is one line by its nature (the name of an agent, a tool, a session): line feeds and tabs are shown too. */
export function visibleName(name: string): string {
  return visible(name).replaceAll(/[\n\t]/g, codePoint);
}

/** The unseen characters written as `\uXXXX`, which JSON and TOML strings read as the same characters. Line feeds and tabs stay. */
export function escapedUnseen(text: string): string {
  return text.replaceAll(unseen, (character) =>
    Array.from({ length: character.length }, (_, unit) => character.charCodeAt(unit).toString(16).padStart(4, "0"))
      .map((hex) => `\\u${hex}`)
      .join(""),
  );
}

/** Cuts by grapheme, never inside one, and says that it did. Wide characters count as the two columns that they take. */
export function shorten(text: string, columnsMax: number): string {
  const line = text.split("\n", 1)[0] ?? "";
  const more = line.length < text.length;
  let kept = "";
  let width = 0;
  for (const { segment } of graphemes.segment(line)) {
    const next = width + columnsOf(segment);
    if (next > columnsMax) return `${fitting(kept, columnsMax - 1)}…`;
    kept += segment;
    width = next;
  }
  return more ? `${fitting(kept, columnsMax - 1)}…` : kept;
}

function fitting(text: string, columnsMax: number): string {
  let kept = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += columnsOf(segment);
    if (width > columnsMax) break;
    kept += segment;
  }
  return kept;
}

/**
 * Lines of at most so many columns, broken at spaces where there are any. Each line of `text` is wrapped by itself; what goes over
 * is indented as its beginning was.
 */
export function wrap(text: string, columnsMax: number): string[] {
  return text.split("\n").flatMap((line) => {
    const indent = /^ *(?:[-•] )?/.exec(line)?.[0].length ?? 0;
    const room = Math.max(8, columnsMax - indent);
    const lines: string[] = [];
    let current = "";
    for (const word of line.slice(indent).split(/(?<= )/)) {
      let rest = word;
      if (current !== "" && columnsOf((current + rest).trimEnd()) > room) {
        lines.push(current.trimEnd());
        current = "";
      }
      while (columnsOf(rest) > room) {
        const head = fitting(rest, room);
        lines.push(head);
        rest = rest.slice(head.length);
      }
      current += rest;
    }
    lines.push(current.trimEnd());
    return lines.map((piece, index) => (index === 0 ? line.slice(0, indent) : " ".repeat(indent)) + piece);
  });
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Columns of a text without escape sequences: marks take none, East Asian wide characters and emoji two. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;
