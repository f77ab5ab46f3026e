import { limits } from "../../protocol/limits.ts";

/**
 * Characters that a terminal or a reader would obey or not see at all: C0 and C1 controls, line and paragraph separators,
 * zero-width and bidirectional characters, tag characters, lone surrogates.
 */
const unseen =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu;

/**
 * A reason as hosts get it: never empty (Codex and Gemini run the tool after an empty one), on one line, with what can't be
 * seen shown as `\u{…}`, at most `reasonCharsMax` characters (hosts cut at 10,000).
 */
export function sayReason(reason: string): string {
  const shown = reason.replace(unseen, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  const text = shown.trim();
  if (text === "")
    return "Signalbox denied this call and gave no reason. The operator can see why: signalbox ledger list";
  if (text.length <= limits.reasonCharsMax) return text;
  // A cut through a surrogate pair would leave half a character.
  return `${text
    .slice(0, limits.reasonCharsMax - 1)
    .toWellFormed()
    .replace(/\ufffd$/, "")}…`;
}
