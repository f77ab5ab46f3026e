/**
 * What the boards know and how they see it, before anything is drawn: the state that pushes feed, the words for it, and the rows that
 * come of grouping, ordering and filtering it. Shared by the terminal board and the web board, so it has no Node and no DOM in it, no
 * clock (times come in as parameters) and no input or output.
 *
 * It promises that a state is a value: what a surface has read does not change under it. It promises to say how old it is: `link` tells
 * whether what is shown is live, and since when not. It holds no more than the daemon sends (`sessionsMax`, `holdsMax`) and
 * `boardEntriesMax` entries of the ledger. It decides nothing and guesses nothing: what is not known is shown as not known.
 */
export { changeLines, type ChangeLine } from "../../protocol/call-input.ts";
export { parseQuery, type Query } from "./filter.ts";
export {
  needsOf,
  type Row,
  type RowOptions,
  rowsByNeed,
  sessionsInNeed,
  shownSessions,
  type SortOrder,
  sortOrders,
} from "./rows.ts";
export { type Section, sectionOf, sections, sectionTitles } from "./sections.ts";
export {
  type BoardState,
  createStore,
  type DaemonStatus,
  keyOf,
  type Link,
  type SessionKey,
  type Store,
} from "./state.ts";
export { rowsByProject } from "./tree.ts";
export * from "./words.ts";
