import { type BoardState, keyOf, parseQuery, rowsByNeed, rowsByProject } from "../model/index.ts";
import { commands } from "./commands.ts";
import type { Desk, Settings } from "./desk.ts";
import type { ListRow } from "./list-view.ts";
import type { Hint } from "./page.ts";

/** What is listed in the view that the person has set. */
export function listedRows(state: BoardState, { view, search, order, gone, folds }: Settings): readonly ListRow[] {
  const options = { query: parseQuery(search), order, gone };
  if (view === "now") return rowsByNeed(state, options);
  if (view === "tree") return rowsByProject(state, options, folds);
  const { words } = options.query;
  return state.entries
    .filter((entry) => words.every((word) => JSON.stringify(entry).toLowerCase().includes(word)))
    .map((entry) => ({ kind: "entry", id: `entry ${entry.seq}`, entry }));
}

/** What may be chosen in place of a line that is gone: the hold of the same session, and after a hold another one. */
export function heirsOf(rows: readonly ListRow[], gone: string): readonly string[] {
  const holds = rows.filter((row) => row.kind === "hold");
  const own = holds.filter(({ hold }) => keyOf(hold.agent, hold.session) === gone);
  return (own.length > 0 ? own : gone.startsWith("hold_") ? holds : []).map(({ id }) => id);
}

/** The keys that do something now and have a word for the foot. */
export function hintsOf(desk: Desk): Hint[] {
  return commands.flatMap(({ keys: [key = ""], hint, when }) =>
    hint !== undefined && (when === undefined || when(desk))
      ? [{ key, words: hint, ...(key === "escape" ? { shown: "esc" } : {}) }]
      : [],
  );
}
