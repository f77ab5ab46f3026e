import type { z } from "zod";

/** At most this many faults are named; a caller mends the first few and tries again. */
const issuesMax = 3;

/** Says in words what is wrong with the params of a call, naming each field by its path: `limit: must be at most 1000`. */
export function wordIssues(error: z.ZodError): string {
  const issues = error.issues.slice(0, issuesMax).map((issue) => {
    const field = issue.path.map(String).join(".");
    return field === "" ? issue.message : `${field}: ${issue.message}`;
  });
  const more = error.issues.length - issues.length;
  return `${issues.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
