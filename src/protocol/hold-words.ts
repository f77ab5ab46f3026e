import { escapedUnseen, visible, visibleName } from "../kit/text.ts";
import { count } from "../kit/text.ts";
import type { HoldDecision, HoldView } from "./operations/holds.ts";
import type { OutputOf } from "./operations/index.ts";
import { Refusal } from "./refusals.ts";

/**
 * What the person reads after deciding: what was decided, and what happens now.
 * @param waited  somebody waited for it until it was decided
 * @param named  with the hold's id, where the hold itself does not stand before the person
 */
export function decidedText(
  decision: HoldDecision,
  { hold }: OutputOf<"hold/decide">,
  waited: boolean,
  named = true,
): string {
  const id = named ? ` ${hold.id}` : "";
  if (decision.decision === "deny")
    return `Denied${id}. ${waited ? "The agent was told." : "The agent will be told if it asks again."}`;
  const extent =
    decision.decision === "edit"
      ? "with your input"
      : { once: "once", session: "for this session", rule: "and saved as a rule" }[decision.scope ?? "once"];
  return `Approved${id} ${extent}. ${waited || hold.state === "used" ? "The agent goes on." : "It counts when the agent asks again, within 15 min."}`;
}

/** What a rule would have changed, in a sentence: before somebody saves it. */
export function simulatedText({ judged, counts }: Pick<OutputOf<"policy/simulate">, "judged" | "counts">): string {
  const of = `of the last ${count(judged, "verdict")}`;
  if (judged === 0) return "No verdict was recorded yet that it could have changed.";
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  if (total === 0) return `None ${of} would have been another.`;
  const parts = counts.map((one) => `${one.count} ${one.after} instead of ${one.before}`);
  return `${total} ${of} would have been ${total === 1 ? "another" : "others"}: ${parts.join(", ")}.`;
}

/** What the person edits in: a prompt of one line, which a line feed would end, or an editor. */
export type EditedIn = "line" | "editor";

/**
 * What is put before the person to edit: the command if it can be shown there, else the whole input as JSON.
 * @throws Refusal CONFLICT when there is nothing left that could be edited
 */
export function editable(hold: HoldView, where: EditedIn = "line"): { readonly label: string; readonly text: string } {
  if (!hold.editable)
    throw new Refusal(
      "CONFLICT",
      `${hold.id} can't be edited: its caller waits no more.`,
      "Deny it with words instead.",
    );
  const command = editableCommand(hold, where);
  if (command !== undefined) return { label: "Command", text: command };
  return { label: "Input, JSON", text: escapedUnseen(JSON.stringify(hold.input, null, where === "line" ? 0 : 2)) };
}

/** @throws Refusal INVALID_PARAMS when it is not an input, or still has a mark where a secret was taken out */
export function editedInput(hold: HoldView, text: string, where: EditedIn = "line"): Record<string, never> {
  if (text === "") throw new Refusal("INVALID_PARAMS", "Nothing was typed.");
  const input =
    editableCommand(hold, where) === undefined
      ? parseInput(text, "What you typed")
      : ({ ...hold.input, command: text } as unknown as Record<string, never>);
  const mark = /__redacted-[a-z0-9-]+__/.exec(JSON.stringify(input))?.[0];
  if (mark !== undefined)
    throw new Refusal(
      "INVALID_PARAMS",
      `${mark} stands where a secret or the rest of a text was taken out, and would be run as it is.`,
      "Type what belongs there, or approve or deny it as it is.",
    );
  return input;
}

function editableCommand({ input }: HoldView, where: EditedIn): string | undefined {
  const command = input["command"];
  if (typeof command !== "string") return undefined;
  const shown = where === "line" ? visibleName(command) : visible(command);
  return shown === command ? command : undefined;
}

/** @throws Refusal INVALID_PARAMS when the text is not a JSON object */
export function parseInput(text: string, source: string): Record<string, never> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal("INVALID_PARAMS", `${source} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal("INVALID_PARAMS", `${source} must be a JSON object, the tool's whole input.`);
  return value as Record<string, never>;
}
