import { hash } from "node:crypto";
import { Refusal } from "../protocol/refusals.ts";
import { noteKinds, type NoteKind } from "../protocol/operations/memory.ts";
import type { Draft, MemoryOptions } from "./types.ts";
import { partsOf, sayingOf } from "./words.ts";

/** What is written of a draft: redacted, bounded, with the words of its index. */
export interface Checked {
  readonly kind: NoteKind;
  readonly subject: string;
  readonly text: string;
  readonly parts: string;
  readonly tags: string;
  readonly sameness: string;
}

/**
 * @throws Refusal INVALID_PARAMS  there is no text, or a tag, subject or key is too long
 * @throws Refusal TOO_LARGE       the text is
 */
export function checkDraft(
  draft: Pick<Draft, "text" | "subject" | "kind" | "tags" | "key">,
  { limits, redact }: Pick<MemoryOptions, "limits" | "redact">,
): Checked {
  const clean = (text: string) => redact(text.toWellFormed().replaceAll("\0", "\uFFFD")).trim();
  const invalid = (message: string) => new Refusal("INVALID_PARAMS", message, "signalbox memory add --help");
  if (draft.text.length > limits.noteCharsMax)
    throw new Refusal(
      "TOO_LARGE",
      `A note of ${draft.text.length} characters is over the limit of ${limits.noteCharsMax}.`,
      "Write down what matters of it, or several notes.",
    );
  const text = clean(draft.text);
  if (text === "") throw invalid("A note needs a text.");
  const subject = clean(draft.subject ?? "").replaceAll(/\s+/g, " ");
  if ((draft.subject?.length ?? 0) > limits.noteSubjectCharsMax)
    throw invalid(`A subject has at most ${limits.noteSubjectCharsMax} characters.`);
  if ((draft.key?.length ?? 0) > limits.noteKeyCharsMax)
    throw invalid(`A key has at most ${limits.noteKeyCharsMax} characters.`);
  const tags = [...new Set((draft.tags ?? []).map(clean).filter((tag) => tag !== ""))];
  if (tags.length > limits.noteTagsMax) throw invalid(`A note has at most ${limits.noteTagsMax} tags.`);
  if (draft.tags?.some((tag) => tag.length > limits.noteTagCharsMax) === true)
    throw invalid(`A tag has at most ${limits.noteTagCharsMax} characters.`);
  const kind = draft.kind ?? "note";
  if (!noteKinds.includes(kind)) throw invalid(`"${String(kind)}" is no kind of note: ${noteKinds.join(", ")}.`);
  return {
    kind,
    subject,
    text,
    parts: partsOf(`${subject} ${text}`),
    tags: JSON.stringify(tags),
    sameness: hash("sha256", `${kind}\n${sayingOf(text)}`, "base64url"),
  };
}
