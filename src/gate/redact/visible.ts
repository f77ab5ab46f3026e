/**
 * What no eye sees, or what makes an eye see something else: control characters, bidi controls and marks, zero-width and other
 * invisible characters, blanks that are not the blank, variation selectors, tags, lone surrogates.
 */
const unseen =
  /(?![ \n\t])[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Surrogate}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A text for showing: each such character as `⟨U+202E⟩`. Newlines and tabs stay. What it returns has no hidden order or content, and
 * a terminal gets no escape sequence from it.
 */
export function visible(text: string): string {
  return text.replaceAll(
    unseen,
    (char) => `⟨U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}
