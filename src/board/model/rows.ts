import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { matches, type Query } from "./filter.ts";
import { type Section, sectionOf, sections, sectionTitles } from "./sections.ts";
import { type BoardState, keyOf, type SessionKey } from "./state.ts";
import { sessionTitle } from "./words.ts";

/** One line of a list. `id` names it while it lives, so that a selection stays on it wherever it moves. */
export type Row =
  | { readonly kind: "heading"; readonly id: string; readonly title: string; readonly count: number }
  | {
      readonly kind: "group";
      readonly id: string;
      readonly title: string;
      /** What stands under it: the path of a project or a worktree. */
      readonly path: string;
      readonly depth: number;
      readonly folded: boolean;
      readonly needsYou: number;
      readonly working: number;
      readonly sessions: number;
    }
  | { readonly kind: "hold"; readonly id: string; readonly hold: HoldView; readonly session: SessionView | undefined }
  | {
      readonly kind: "session";
      readonly id: SessionKey;
      readonly session: SessionView;
      readonly depth: number;
      /** Its open holds, oldest first. */
      readonly holds: readonly HoldView[];
    };

export const sortOrders = ["need", "name", "latest", "cost", "context"] as const;
/** `need`: the longest wait first where somebody waits, the order of their beginning elsewhere, so that rows stay where they are. */
export type SortOrder = (typeof sortOrders)[number];

export interface RowOptions {
  readonly query: Query;
  readonly order: SortOrder;
  /** Sessions that are over, too. */
  readonly gone: boolean;
}

/** The list that begins with what needs a person: every open hold, then every session in the section of its state. */
export function rowsByNeed(state: BoardState, options: RowOptions): Row[] {
  const held = holdsBySession(state);
  const inSection = new Map<Section, Row[]>(sections.map((section) => [section, []]));
  const needs = inSection.get("needs-you") ?? [];
  for (const hold of holdsByUrgency(state)) {
    const session = state.sessions.get(keyOf(hold.agent, hold.session));
    if (matches(options.query, session, hold)) needs.push({ kind: "hold", id: hold.id, hold, session });
  }
  for (const session of sorted(shownSessions(state, options), options.order)) {
    const key = keyOf(session.agent, session.id);
    const holds = held.get(key) ?? [];
    const section = sectionOf(session);
    if (section === "needs-you" && isToldByHolds(session, held)) continue;
    if (!matches(options.query, session)) continue;
    inSection.get(section)?.push({ kind: "session", id: key, session, depth: 0, holds });
  }
  return sections.flatMap((section) => {
    const rows = inSection.get(section) ?? [];
    const heading: Row = {
      kind: "heading",
      id: `heading ${section}`,
      title: sectionTitles[section],
      count: rows.length,
    };
    return rows.length === 0 ? [] : [heading, ...rows];
  });
}

/** What a person is asked for: every open hold, and every session that needs one for something else. The same as the first section lists. */
export function needsOf(state: BoardState): { readonly holds: number; readonly sessions: number } {
  return { holds: state.holds.size, sessions: sessionsInNeed(state).length };
}

/** Sessions that need a person for something else than a hold. */
export function sessionsInNeed(state: BoardState): SessionView[] {
  const held = holdsBySession(state);
  return [...state.sessions.values()].filter(
    (session) => !session.archived && sectionOf(session) === "needs-you" && !isToldByHolds(session, held),
  );
}

/** Its holds stand in the list already and say more than it would. */
const isToldByHolds = (session: SessionView, held: ReadonlyMap<SessionKey, readonly HoldView[]>): boolean =>
  held.has(keyOf(session.agent, session.id)) && session.ungated === null && session.state !== "error";

/** Whose caller waits comes first, then the oldest. */
export function holdsByUrgency({ holds }: BoardState): HoldView[] {
  return [...holds.values()].sort(
    (a, b) => Number(b.waiting > 0) - Number(a.waiting > 0) || compare(a.openedAt, b.openedAt),
  );
}

export function holdsBySession({ holds }: BoardState): Map<SessionKey, HoldView[]> {
  const bySession = new Map<SessionKey, HoldView[]>();
  for (const hold of holds.values()) {
    const key = keyOf(hold.agent, hold.session);
    const known = bySession.get(key);
    if (known === undefined) bySession.set(key, [hold]);
    else known.push(hold);
  }
  return bySession;
}

/** @returns those that are neither archived nor, unless asked for, over */
export function shownSessions({ sessions }: BoardState, { gone }: Pick<RowOptions, "gone">): SessionView[] {
  return [...sessions.values()].filter(({ archived, state }) => !archived && (gone || state !== "gone"));
}

export function sorted(sessions: readonly SessionView[], order: SortOrder): SessionView[] {
  const by = orders[order];
  return [...sessions].sort(
    (a, b) =>
      Number(b.pinned) - Number(a.pinned) || by(a, b) || compare(a.startedAt, b.startedAt) || compare(a.id, b.id),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const down = (value: (session: SessionView) => number | undefined) => (a: SessionView, b: SessionView) =>
  (value(b) ?? -1) - (value(a) ?? -1);

const orders: Readonly<Record<SortOrder, (a: SessionView, b: SessionView) => number>> = {
  need: (a, b) => (a.state === "waiting" && b.state === "waiting" ? compare(a.since, b.since) : 0),
  name: (a, b) => sessionTitle(a).localeCompare(sessionTitle(b)),
  latest: (a, b) => compare(b.lastSeenAt, a.lastSeenAt),
  cost: down(({ costUsd }) => costUsd ?? undefined),
  context: down(({ context }) => context?.percent),
};
