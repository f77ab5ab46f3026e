import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { callText } from "../../protocol/words.ts";
import { sectionOf } from "./sections.ts";
import { stateWord } from "./words.ts";

/**
 * What was typed into the search: words that must all occur somewhere, and `agent:`, `state:`, `project:`, `branch:` or `model:` with a
 * part of what it must be. Upper and lower case are alike.
 */
export interface Query {
  readonly words: readonly string[];
  readonly fields: readonly (readonly [field: Field, part: string])[];
}

const fields = ["agent", "state", "project", "branch", "model"] as const;
type Field = (typeof fields)[number];

const queryCharsMax = 200;

export function parseQuery(text: string): Query {
  const words: string[] = [];
  const asked: [Field, string][] = [];
  for (const word of text.slice(0, queryCharsMax).toLowerCase().split(/\s+/)) {
    const [name, part] = [word.slice(0, word.indexOf(":")), word.slice(word.indexOf(":") + 1)];
    const field = fields.find((known) => known === name);
    if (field !== undefined) {
      if (part !== "") asked.push([field, part]);
    } else if (word !== "") words.push(word);
  }
  return { words, fields: asked };
}

/** Whether a session, one of its holds, or a hold whose session is not known is what was searched for. */
export function matches(query: Query, session: SessionView | undefined, hold?: HoldView): boolean {
  if (query.words.length === 0 && query.fields.length === 0) return true;
  if (!query.fields.every(([field, part]) => fieldText(field, session, hold).toLowerCase().includes(part)))
    return false;
  const all = [
    ...(hold === undefined
      ? []
      : [hold.id, hold.agent, hold.session, hold.cwd, callText(hold.tool, hold.input), hold.reason, hold.rule]),
    ...(session === undefined
      ? []
      : [
          session.id,
          session.agent,
          session.name ?? "",
          session.firstPrompt ?? "",
          session.cwd,
          session.workspace,
          session.git?.branch ?? "",
          session.model ?? "",
          session.current?.what ?? "",
          stateWord(session),
        ]),
  ]
    .join("\n")
    .toLowerCase();
  return query.words.every((word) => all.includes(word));
}

function fieldText(field: Field, session: SessionView | undefined, hold: HoldView | undefined): string {
  switch (field) {
    case "agent":
      return session?.agent ?? hold?.agent ?? "";
    case "state":
      return session === undefined ? "" : `${session.state} ${stateWord(session)} ${sectionOf(session)}`;
    case "project":
      return session === undefined ? (hold?.cwd ?? "") : `${session.project} ${session.git?.root ?? session.workspace}`;
    case "branch":
      return session?.git?.branch ?? "";
    case "model":
      return session?.model ?? "";
  }
}
