import { type Arg, literal } from "../program.ts";

/** Words as one line of code: what follows a word that is not known is not known. */
export function joined(words: readonly Arg[]): Arg {
  const text = words.map((word) => word.text).join(" ");
  const dynamic = words.some((word) => word.fixed < word.text.length);
  return { ...literal(text), fixed: dynamic ? 1 : text.length, secret: words.some((word) => word.secret) };
}
