/**
 * Texts as the index sees them. Its tokenizer (unicode61, porter) cuts at everything that is no letter or digit, which serves
 * prose, paths and snake_case; camelCase names and scripts without spaces get words of their own here, in texts and queries alike.
 */

/** The scripts that are written without spaces; pairs of characters stand for their words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const word = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const hump = /\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu;
const partsCharsMax = 16_384;

/** What is indexed beside the text: `parseFrame` gives `parse frame`, `天気予報` gives `天気 気予 予報`. */
export function partsOf(text: string): string {
  const parts: string[] = [];
  let chars = 0;
  for (const [found] of text.matchAll(word)) {
    const own = partsOfWord(found);
    if (own === undefined) continue;
    chars += own.length + 1;
    if (chars > partsCharsMax) break;
    parts.push(own);
  }
  return parts.join(" ");
}

function partsOfWord(found: string): string | undefined {
  const runs = found.match(unspaced);
  if (runs !== null) return runs.map(pairs).join(" ");
  const humps = found.match(hump) ?? [];
  return humps.length > 1 ? humps.join(" ") : undefined;
}

function pairs(run: string): string {
  const characters = Array.from(run);
  if (characters.length < 2) return run;
  return characters
    .slice(1)
    .map((character, index) => `${characters[index]}${character}`)
    .join(" ");
}

export interface Terms {
  /** What stood in double quotes: each must be there, word for word. */
  readonly phrases: readonly string[];
  readonly words: readonly string[];
}

/** Words of questions that find nothing by themselves; they count only where there is no other. */
const common: ReadonlySet<string> = new Set(
  `a about an and any are as at be been but by can did do does for from had has have how i if in into is it its me my no not of on or
   our should so than that the their them then there these they this to us was we were what when where which who why will with would you your`.split(
    /\s+/,
  ),
);

/** Reads a query as a person meant it: whatever else it holds (operators, brackets, an open quote) is text like any other. */
export function termsOf(query: string, most: number): Terms {
  const phrases: string[] = [];
  const rest = query
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/"([^"]*)"/g, (_, phrase: string) => {
      const words = phrase.match(word);
      if (words !== null && phrases.length < most) phrases.push(words.join(" "));
      return " ";
    });
  const all = [...new Set(rest.match(word) ?? [])];
  const telling = all.filter((found) => !common.has(found.toLowerCase()));
  const words = telling.length > 0 ? telling : phrases.length > 0 ? [] : all;
  return { phrases, words: words.slice(0, Math.max(0, most - phrases.length)) };
}

/** One word as a phrase of the index's language: letters and digits between quotes, so nothing in it is syntax. */
function quoted(found: string): string {
  const parts = partsOfWord(found);
  const own = `"${found}"`;
  if (parts === undefined) return own;
  return `(${own} OR parts : "${parts}")`;
}

/** The index's query: in the scopes, all phrases, any of the words. @returns undefined when there is nothing to look for */
export function matchOf(
  scopes: readonly string[],
  phrases: readonly string[],
  words: readonly string[],
): string | undefined {
  const wanted = [
    ...phrases.map((phrase) => {
      const runs = phrase.split(" ");
      return runs.length === 1 && runs[0] !== undefined ? quoted(runs[0]) : `"${phrase}"`;
    }),
    ...(words.length === 0 ? [] : [`(${words.map(quoted).join(" OR ")})`]),
  ];
  if (wanted.length === 0) return undefined;
  const where = scopes.length === 0 ? [] : [`scope : (${scopes.map((scope) => `"${scope}"`).join(" OR ")})`];
  return [...where, `{subject text parts tags} : (${wanted.join(" AND ")})`].join(" AND ");
}

/** Spacing, case and end punctuation aside: what makes two texts say the same, word for word. */
export function sayingOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/[.!…]+$/u, "");
}
