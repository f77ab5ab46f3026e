import type { JsonObject } from "../../protocol/json.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { z } from "zod";

type Input = z.output<typeof JsonObject>;

/** What is put before the person to edit: the command where that is all there is to it, else the whole input as JSON. */
export function editableText({ input }: Pick<HoldView, "input">): { readonly label: string; readonly text: string } {
  const command = input["command"];
  return typeof command === "string"
    ? { label: "Command", text: command }
    : { label: "The tool’s whole input, as JSON", text: JSON.stringify(input, null, 2) };
}

/** @returns the input, or a sentence that says why it can't run */
export function editedInput(hold: Pick<HoldView, "input">, text: string): Input | string {
  if (text.trim() === "") return "Nothing was typed.";
  let input: unknown;
  if (typeof hold.input["command"] === "string") input = { ...hold.input, command: text };
  else
    try {
      input = JSON.parse(text);
    } catch (error) {
      return `This is not JSON: ${(error as Error).message}.`;
    }
  if (typeof input !== "object" || input === null || Array.isArray(input)) return "The input is a JSON object.";
  const mark = /__redacted-[a-z0-9-]+__/.exec(JSON.stringify(input))?.[0];
  if (mark !== undefined)
    return `${mark} stands where a secret was taken out, and would be run as it is. Type what belongs there, or approve or deny it as it is.`;
  return input as Input;
}
