import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { matches } from "./filter.ts";
import { holdsBySession, type Row, type RowOptions, shownSessions, sorted } from "./rows.ts";
import { sectionOf } from "./sections.ts";
import { type BoardState, keyOf, type SessionKey } from "./state.ts";
import { flat, folderName } from "./words.ts";

const worktreeOf = ({ git, workspace }: SessionView): string => git?.root ?? workspace;

/** A chain of parents longer than this is cut; so is one that bites its own tail. */
const depthMax = 8;

/**
 * The tree: project, worktree where a project has several, session, subagent. A fold hides what is below a row and keeps its counts,
 * so that nothing that needs a person can hide in it.
 * @param folds  ids of the rows that are folded
 */
export function rowsByProject(state: BoardState, options: RowOptions, folds: ReadonlySet<string>): Row[] {
  const held = holdsBySession(state);
  const shown = sorted(shownSessions(state, options), options.order).filter(
    (session) =>
      matches(options.query, session) ||
      (held.get(keyOf(session.agent, session.id)) ?? []).some((hold) => matches(options.query, session, hold)),
  );
  const projects = Map.groupBy(shown, ({ project }) => project);
  const paths = [...projects.keys()].sort((a, b) => folderName(a).localeCompare(folderName(b)) || (a < b ? -1 : 1));
  return paths.flatMap((path) => {
    const sessions = projects.get(path) ?? [];
    const project = group({ id: `project ${path}`, title: folderName(path), path, depth: 0, sessions, held, folds });
    if (project.folded) return [project];
    const worktrees = Map.groupBy(sessions, worktreeOf);
    if (worktrees.size === 1) return [project, ...family(sessions, held, 1)];
    return [
      project,
      ...[...worktrees].flatMap(([root, inside]) => {
        const branch = inside[0]?.git?.branch ?? null;
        const title = branch === null ? folderName(root) : `${folderName(root)} (${flat(branch)})`;
        const worktree = group({ id: `worktree ${root}`, title, path: root, depth: 1, sessions: inside, held, folds });
        return worktree.folded ? [worktree] : [worktree, ...family(inside, held, 2)];
      }),
    ];
  });
}

interface Grouped {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly depth: number;
  readonly sessions: readonly SessionView[];
  readonly held: ReadonlyMap<SessionKey, readonly HoldView[]>;
  readonly folds: ReadonlySet<string>;
}

function group({ id, title, path, depth, sessions, held, folds }: Grouped): Row & { kind: "group" } {
  const needs = (session: SessionView) =>
    sectionOf(session) === "needs-you" || held.has(keyOf(session.agent, session.id));
  return {
    kind: "group",
    id,
    title,
    path: flat(path),
    depth,
    folded: folds.has(id),
    needsYou: sessions.filter(needs).length,
    working: sessions.filter(({ state }) => state === "working").length,
    sessions: sessions.length,
  };
}

/** Sessions with their subagents below them; one whose parent stands elsewhere is a root here. */
function family(
  sessions: readonly SessionView[],
  held: ReadonlyMap<SessionKey, readonly HoldView[]>,
  depth: number,
): Row[] {
  const here = new Map(sessions.map((session) => [keyOf(session.agent, session.id), session]));
  const parentKey = ({ parent }: SessionView) => (parent === null ? "" : keyOf(parent.agent, parent.session));
  const children = Map.groupBy(sessions, parentKey);
  const drawn = new Set<SessionKey>();
  const rows: Row[] = [];
  const add = (session: SessionView, at: number): void => {
    const id = keyOf(session.agent, session.id);
    if (drawn.has(id)) return;
    drawn.add(id);
    rows.push({ kind: "session", id, session, depth: at, holds: held.get(id) ?? [] });
    for (const child of children.get(id) ?? []) add(child, Math.min(at + 1, depth + depthMax));
  };
  for (const session of sessions) if (!here.has(parentKey(session))) add(session, depth);
  // What is left is a circle of parents: shown all the same.
  for (const session of sessions) add(session, depth);
  return rows;
}
