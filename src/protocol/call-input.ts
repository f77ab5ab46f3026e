import { count, escapedUnseen, shorten, visible, visibleName } from "../kit/text.ts";
import { difference } from "./difference.ts";
import type { HoldView } from "./operations/holds.ts";
import { mainField } from "./words.ts";

/**
 * What a card shows of a held call's input besides its text (`callText`): the lines of an edit, and every other field. A person releases the
 * whole input, so no part of it may go unseen.
 */

/** A line that an edit takes away (`-`), puts there (`+`), or leaves around them (` `); `…` stands for lines that are not shown. */
export interface ChangeLine {
  readonly sign: "-" | "+" | " " | "…";
  readonly text: string;
}

const contextLines = 2;

/** A card is drawn many times while it stands there; its input never changes. */
const known = new WeakMap<HoldView["input"], readonly ChangeLine[]>();

/**
 * What an edit or a write would take away and put there, as far as its input tells; empty for other tools. Lines that stay are context
 * where something changes near them. Hidden characters are shown; what goes beyond `linesMax` is counted, not shown.
 */
export function changeLines(input: HoldView["input"], linesMax: number): readonly ChangeLine[] {
  const lines = known.get(input) ?? allLines(input);
  known.set(input, lines);
  if (lines.length <= linesMax) return lines;
  return [...lines.slice(0, linesMax), { sign: "…", text: `${lines.length - linesMax} more lines` }];
}

function allLines(input: HoldView["input"]): readonly ChangeLine[] {
  return editsOf(input).flatMap(({ edit }, index) => {
    const one = changed(text(edit["old_string"]), text(edit["new_string"] ?? edit["content"]));
    return index > 0 && one.length > 0 ? [{ sign: "…" as const, text: "" }, ...one] : one;
  });
}

const otherFieldsMax = 16;
const otherFieldColumnsMax = 200;

/**
 * The fields that neither `callText` nor `changeLines` shows, a line each, hidden characters escaped. Long values are cut and what goes beyond
 * 16 fields is counted; both say so.
 */
export function otherFields(input: HoldView["input"]): string[] {
  const main = mainField(input);
  if (main === undefined) return []; // the whole input is the call's text
  const edits = editsOf(input);
  const left = [
    ...Object.entries(input).filter(([name]) => name !== main && !(name === "edits" && edits.length > 0)),
    ...edits.flatMap(({ edit, prefix }) =>
      prefix === "" ? [] : Object.entries(edit).map(([name, value]) => [`${prefix}${name}`, value] as const),
    ),
  ];
  const shown = new Set(edits.flatMap(({ edit, prefix }) => changedFields(edit).map((name) => `${prefix}${name}`)));
  const others = left.filter(([name]) => !shown.has(name));
  const lines = others
    .slice(0, otherFieldsMax)
    .map(([name, value]) =>
      shorten(`${visibleName(name)}: ${escapedUnseen(JSON.stringify(value ?? null))}`, otherFieldColumnsMax),
    );
  return others.length > otherFieldsMax ? [...lines, `and ${others.length - otherFieldsMax} more fields`] : lines;
}

type Edit = Readonly<Record<string, unknown>>;

/** The edits of an input, each with what its fields are called by: several in `edits`, or the input itself. */
function editsOf(input: HoldView["input"]): readonly { readonly edit: Edit; readonly prefix: string }[] {
  const { edits } = input;
  if (!Array.isArray(edits)) return [{ edit: input, prefix: "" }];
  const objects = edits.every((edit) => typeof edit === "object" && edit !== null && !Array.isArray(edit));
  return objects ? edits.map((edit, index) => ({ edit: edit as Edit, prefix: `edits[${index}].` })) : [];
}

/** Of one edit, the fields that `changed` shows. */
function changedFields(edit: Edit): string[] {
  const after = (edit["new_string"] ?? null) === null ? "content" : "new_string";
  return ["old_string", after].filter((name) => typeof edit[name] === "string");
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function changed(before: string | undefined, after: string | undefined): ChangeLine[] {
  if (before === undefined && after === undefined) return [];
  const lines = difference(linesOf(before), linesOf(after));
  const near = new Set<number>();
  for (const [at, { sign }] of lines.entries())
    if (sign !== " ") for (let by = -contextLines; by <= contextLines; by += 1) near.add(at + by);
  const shown: ChangeLine[] = [];
  let left = 0;
  for (const [at, line] of lines.entries()) {
    if (!near.has(at)) {
      left += 1;
      continue;
    }
    if (left > 0 && shown.length > 0)
      shown.push({ sign: "…", text: `${count(left, "line")} that ${left === 1 ? "stays" : "stay"}` });
    left = 0;
    shown.push(line);
  }
  return shown;
}

function linesOf(value: string | undefined): string[] {
  if (value === undefined || value === "") return [];
  const lines = visible(value).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
