import { readFileSync } from "node:fs";
import { nearest } from "../kit/nearest.ts";
import { Refusal } from "../protocol/refusals.ts";

/** Parsers of what a person types after a verb; each says what it takes and what was given. */

/** @throws Refusal INVALID_PARAMS unless it is a whole number in range */
export const whole =
  (name: string, min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
    throw new Refusal("INVALID_PARAMS", `${name} takes a whole number ${range}, not "${text}".`);
  };

/** @throws Refusal INVALID_PARAMS unless it is one of them; names the nearest */
export const oneOf =
  <Choice extends string>(name: string, choices: readonly Choice[]) =>
  (text: string): Choice => {
    const known = choices.find((choice) => choice === text);
    if (known !== undefined) return known;
    const meant = nearest(text, choices) ?? choices.find((choice) => text !== "" && choice.startsWith(text));
    throw new Refusal(
      "INVALID_PARAMS",
      `${name} is one of ${choices.join(", ")}, not "${text}".`,
      meant === undefined ? undefined : `Did you mean ${meant}?`,
    );
  };

/**
 * The text of a file that the person named, `-` for standard input.
 * @throws Refusal NOT_FOUND or INVALID_PARAMS, in words
 */
export function readGiven(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Refusal("NOT_FOUND", `There is no file ${path}.`);
    if (code === "EISDIR") throw new Refusal("INVALID_PARAMS", `${path} is a folder, not a file.`);
    throw new Refusal("INVALID_PARAMS", `${path} can't be read: ${message}.`);
  }
}
