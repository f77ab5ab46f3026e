import type { z } from "zod";

/** At most this many faults are named; a caller mends the first few and tries again. */
const issuesMax = 3;

/** Says in words what is wrong with the params of a call, naming each field by its path: `limit: it may be at most 1000`. */
export function wordIssues(error: z.ZodError): string {
  const issues = error.issues.slice(0, issuesMax).map((issue) => {
    const field = issue.path.map(String).join(".");
    return field === "" ? wordIssue(issue) : `${field}: ${wordIssue(issue)}`;
  });
  const more = error.issues.length - issues.length;
  return `${issues.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

const kindWords: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What a value must be, as a clause. Words that a schema of ours carries itself are kept; the schema library's own are not. */
export function wordIssue(issue: z.core.$ZodIssue): string {
  if (!libraryWords.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.message.endsWith("received undefined")
        ? `it is missing; it must be ${kindWords[issue.expected] ?? issue.expected}`
        : `it must be ${kindWords[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `it must be one of: ${issue.values.join(", ")}`;
    case "too_small":
      return `it must ${extent(issue.origin, `at least ${issue.minimum}`)}`;
    case "too_big":
      return `it may ${extent(issue.origin, `at most ${issue.maximum}`)}`;
    case "custom":
    case "invalid_format":
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "unrecognized_keys":
    case "not_multiple_of":
      return issue.message;
  }
}

const libraryWords = /^(?:Invalid|Too small|Too big|Unrecognized)\b/;

const units: Readonly<Record<string, string>> = { string: "characters", array: "items", set: "items", map: "items" };

const extent = (origin: string, limit: string): string => {
  const unit = units[origin];
  return unit === undefined ? `be ${limit}` : `have ${limit} ${unit}`;
};
