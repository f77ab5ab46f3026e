import type { Judgement } from "./call.ts";

/** A judgement in words, as `check` prints it: one line for the verdict, one for each effect that matters, one for what would be fine instead. */
export function explain(judgement: Judgement): readonly string[] {
  const { verdict, rule, reason, instead, effects } = judgement;
  const lines = [`${verdict} (${rule}): ${reason}`];
  for (const effect of effects) {
    const marks = [
      effect.place,
      effect.reach === "one" ? "" : effect.reach,
      effect.undoable === "yes" ? "" : effect.undoable === "no" ? "can't be undone" : "costly to undo",
      effect.sure === "known" ? "" : effect.sure,
      effect.secret === "none" ? "" : `${effect.secret} a secret`,
    ].filter((mark) => mark !== "");
    lines.push(`  ${effect.kind}: ${effect.what} [${marks.join(", ")}]`);
  }
  if (instead !== undefined && verdict !== "allow") lines.push(`Instead: ${instead}`);
  return lines;
}
