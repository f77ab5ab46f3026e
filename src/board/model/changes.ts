import { visible } from "../../kit/text.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";

/** A line that an edit takes away (`-`), puts there (`+`), or leaves around them (` `); `…` stands for lines that are not shown. */
export interface ChangeLine {
  readonly sign: "-" | "+" | " " | "…";
  readonly text: string;
}

const contextLines = 2;

/**
 * What an edit or a write would take away and put there, as far as its input tells; empty for other tools. What begins and ends both
 * texts alike is context. Hidden characters are shown; what goes beyond `linesMax` is counted, not shown.
 */
export function changeLines(input: HoldView["input"], linesMax: number): readonly ChangeLine[] {
  const edits = Array.isArray(input["edits"]) ? input["edits"] : [input];
  const lines = edits.flatMap((edit, index) => {
    if (typeof edit !== "object" || edit === null || Array.isArray(edit)) return [];
    const one = changed(text(edit["old_string"]), text(edit["new_string"] ?? edit["content"]));
    return index > 0 && one.length > 0 ? [{ sign: "…" as const, text: "" }, ...one] : one;
  });
  if (lines.length <= linesMax) return lines;
  return [...lines.slice(0, linesMax), { sign: "…", text: `${lines.length - linesMax} more lines` }];
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function changed(before: string | undefined, after: string | undefined): ChangeLine[] {
  if (before === undefined && after === undefined) return [];
  const old = linesOf(before);
  const fresh = linesOf(after);
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const same = (lines: readonly string[]) => lines.map((line) => ({ sign: " " as const, text: line }));
  return [
    ...same(old.slice(Math.max(0, head - contextLines), head)),
    ...old.slice(head, old.length - tail).map((line) => ({ sign: "-" as const, text: line })),
    ...fresh.slice(head, fresh.length - tail).map((line) => ({ sign: "+" as const, text: line })),
    ...same(old.slice(old.length - tail, old.length - tail + contextLines)),
  ];
}

function linesOf(value: string | undefined): string[] {
  if (value === undefined || value === "") return [];
  const lines = visible(value).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
