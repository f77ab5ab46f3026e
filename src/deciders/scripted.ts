import { z } from "zod";
import { JsonObject } from "../protocol/json.ts";
import { Refusal } from "../protocol/refusals.ts";
import { wordIssues } from "../protocol/wording.ts";
import type { Decider, Opinion } from "./types.ts";

/** Lines of a script; a longer one is no test that somebody reads. */
const linesMax = 10_000;

/** One line of a script: nexo's own words for an outcome. */
const Line = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("allow_once"), updated_input: JsonObject.optional() }),
  z.strictObject({
    outcome: z.literal("allow_session"),
    scope: z.enum(["turn", "session"]),
    updated_input: JsonObject.optional(),
  }),
  z.strictObject({ outcome: z.literal("deny"), message: z.string().min(1).max(1_024) }),
  z.strictObject({ outcome: z.literal("unavailable"), reason: z.string().max(1_024) }),
  z.strictObject({ outcome: z.literal("cancelled") }),
]);

/**
 * Gives its answers in the order in which they stand in a script, one JSON object a line; blank lines are skipped.
 * @throws Error  in a sentence for the person: a line can't be read, or there are too many
 */
export function scripted(text: string): Decider {
  const lines = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ line, number: index + 1 }]));
  if (lines.length > linesMax)
    throw new Error(`A decider's script has at most ${linesMax} lines, not ${lines.length}.`);
  const opinions = lines.map(({ line, number }) => opinionOf(line, number));
  let next = 0;
  return {
    name: "scripted",
    decide() {
      const opinion = opinions[next];
      if (opinion === undefined)
        throw new Refusal(
          "CONFLICT",
          `the decider's script has ended after ${opinions.length} answers`,
          "Write more lines, then: signalbox restart",
        );
      next += 1;
      return opinion;
    },
  };
}

function opinionOf(line: string, number: number): Opinion {
  const fault = (what: string, options?: ErrorOptions) =>
    new Error(`Line ${number} of the decider's script ${what}.`, options);
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw fault("is not JSON", { cause });
  }
  const read = Line.safeParse(json);
  if (!read.success) throw fault(`is no outcome: ${wordIssues(read.error)}`);
  const { data } = read;
  switch (data.outcome) {
    case "allow_once":
      return { say: "release", scope: "once", input: data.updated_input };
    case "allow_session":
      return { say: "release", scope: data.scope, input: data.updated_input };
    case "deny":
      return { say: "stricter", to: "deny", reason: data.message };
    case "unavailable":
      return { say: "nothing", because: "unavailable", reason: data.reason };
    case "cancelled":
      return { say: "nothing", because: "cancelled", reason: "the decider cancelled it" };
  }
}
