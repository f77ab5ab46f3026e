import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../../model/index.ts";
import { branchText, doing, folderName, holdWord, money, needText, sessionTitle } from "../../model/index.ts";
import { count } from "../../../kit/text.ts";
import { callText, stopped } from "../../../protocol/words.ts";
import { useLatest } from "../hooks.ts";
import { Empty, Since } from "../parts/small.tsx";
import { Signal, SignalWithWord } from "../parts/signal.tsx";
import { pathOf, type Route } from "../route.ts";

/** Lines that are drawn before somebody asks for more; those to which keys lead are drawn in any case. */
const rowsShownFirst = 300;
const rowsShownMore = 600;
const callCharsMax = 240;

export function routeOf(row: Row): Extract<Route, { page: "hold" | "session" }> | undefined {
  if (row.kind === "hold") return { page: "hold", id: row.hold.id };
  if (row.kind === "session") return { page: "session", agent: row.session.agent, session: row.session.id };
  return undefined;
}

export const samePlace = (a: Route, b: Route): boolean =>
  (a.page === "hold" && b.page === "hold" && a.id === b.id) ||
  (a.page === "session" && b.page === "session" && a.agent === b.agent && a.session === b.session);

export interface RowsProps {
  readonly rows: readonly Row[];
  readonly here: Route | undefined;
  readonly marked: ReadonlySet<string>;
  readonly onMark: (id: string) => void;
  readonly onFold: (id: string) => void;
  readonly searching: boolean;
  readonly known: boolean;
}

export function Rows({ rows, here, marked, onMark, onFold, searching, known }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const lines = useRef<Lines>(new Map());
  const [shownMax, setShownMax] = useState(rowsShownFirst);
  // Lines stay as they were drawn, so what they call must stay too.
  const latest = useLatest({ onMark, onFold });
  const [actions] = useState(() => ({
    mark: (id: string) => latest.current.onMark(id),
    fold: (id: string) => latest.current.onFold(id),
  }));
  useEffect(() => {
    list.current?.querySelector(".row-here")?.scrollIntoView({ block: "nearest" });
  }, [here === undefined ? "" : pathOf(here)]);
  if (rows.length === 0)
    return searching ? (
      <Empty title="Nothing matches.">
        <p>
          Try fewer words, or <code>agent:</code> <code>state:</code> <code>project:</code> <code>branch:</code>.
        </p>
      </Empty>
    ) : (
      <Empty title={known ? "No agent is at work." : "Looking…"}>
        {known && (
          <p>
            Wire one and start it: <code>signalbox wire claude-code</code>
            <br />
            or see it at work: <code>signalbox demo</code>
          </p>
        )}
      </Empty>
    );
  const at = here === undefined ? -1 : rows.findIndex((row) => isAt(row, here));
  const drawn = rows.slice(0, Math.max(shownMax, at + aheadRows));
  lines.current = drawnLines(lines.current, drawn, { here, marked, onMark: actions.mark, onFold: actions.fold });
  const left = rows.length - drawn.length;
  return (
    <ul class="rows" ref={list}>
      {[...lines.current.values()].map(({ node }) => node)}
      {left > 0 && (
        <li class="rows-more">
          <button type="button" onClick={() => setShownMax(shownMax + rowsShownMore)}>
            {left} more
          </button>
        </li>
      )}
    </ul>
  );
}

const aheadRows = 20;
const isAt = (row: Row, here: Route): boolean => {
  const route = routeOf(row);
  return route !== undefined && samePlace(route, here);
};

/** A line as it was drawn, and what it was drawn of. */
interface Drawn {
  readonly of: readonly unknown[];
  readonly node: VNode;
}

type Lines = ReadonlyMap<string, Drawn>;

/** Lines whose row is as it was are the same nodes as before, which costs nothing: of a thousand sessions a few change at a time. */
function drawnLines(
  before: Lines,
  rows: readonly Row[],
  { here, marked, ...actions }: Pick<RowsProps, "here" | "marked" | "onMark" | "onFold">,
): Lines {
  return new Map(
    rows.map((row) => {
      const current = here !== undefined && isAt(row, here);
      const isMarked = row.kind === "hold" && marked.has(row.hold.id);
      const of = [...contentOf(row), current, isMarked];
      const known = before.get(row.id);
      if (known !== undefined && known.of.length === of.length && known.of.every((each, index) => each === of[index]))
        return [row.id, known];
      const node = <RowLine key={row.id} row={row} current={current} marked={isMarked} {...actions} />;
      return [row.id, { of, node }];
    }),
  );
}

/** Everything that a line shows of its row, as values that are the same as long as it is. */
function contentOf(row: Row): readonly unknown[] {
  switch (row.kind) {
    case "heading":
      return [row.title, row.count];
    case "group":
      return [row.title, row.depth, row.folded, row.needsYou, row.working, row.sessions];
    case "hold":
      return [row.hold, row.session];
    case "session":
      return [row.session, row.depth, ...row.holds];
  }
}

function RowLine({
  row,
  current,
  marked,
  onMark,
  onFold,
}: Pick<RowsProps, "onMark" | "onFold"> & { row: Row; current: boolean; marked: boolean }) {
  switch (row.kind) {
    case "heading":
      return (
        <li class={`heading ${row.id.replace(" ", "-")}`}>
          <h2>
            {row.title} <span class="heading-count">{row.count}</span>
          </h2>
        </li>
      );
    case "group":
      return (
        <li class={`group depth-${row.depth}`}>
          <button
            type="button"
            class="quiet"
            aria-expanded={!row.folded}
            onClick={() => onFold(row.id)}
            title={row.path}
          >
            <span class="group-fold" aria-hidden="true">
              {row.folded ? "▸" : "▾"}
            </span>
            <span class="group-title">{row.title}</span>
            <span class="group-counts">
              {row.needsYou > 0 && <span class="accent">{needText(row.needsYou)}</span>}
              {row.working > 0 && <span>{row.working} working</span>}
              <span>{count(row.sessions, "session")}</span>
            </span>
          </button>
        </li>
      );
    case "hold":
      return <HoldRow row={row} current={current} marked={marked} onMark={onMark} />;
    case "session":
      return <SessionRow row={row} current={current} grouped={row.depth > 0} />;
  }
}

function HoldRow({
  row: { hold, session },
  current,
  marked,
  onMark,
}: {
  row: Extract<Row, { kind: "hold" }>;
  current: boolean;
  marked: boolean;
  onMark: (id: string) => void;
}) {
  const route: Route = { page: "hold", id: hold.id };
  const who = session === undefined ? hold.agent : sessionTitle(session);
  return (
    <li class={`row row-hold${current ? " row-here" : ""}`}>
      <a href={pathOf(route)} aria-current={current ? "true" : undefined}>
        <Signal state="waiting" />
        <span class="row-main">
          <span class="row-title mono">
            {callText(hold.tool, hold.input).split("\n", 1)[0]?.slice(0, callCharsMax)}
          </span>
          <span class="row-sub row-reason">{stopped(hold.reason)}</span>
          <span class="row-sub">
            {!hold.undoable && <strong>can’t be undone · </strong>}
            {folderName(session === undefined ? hold.cwd : session.project)} · {who}
          </span>
        </span>
        <span class="row-end">
          <Since iso={hold.openedAt} label={holdWord(hold)} />
          {hold.waiting === 0 && <span class="faint">asked</span>}
        </span>
      </a>
      <label class="row-mark">
        <input type="checkbox" checked={marked} onChange={() => onMark(hold.id)} />
        <span class="hidden">Mark this hold</span>
      </label>
    </li>
  );
}

function SessionRow({
  row: { session, depth, holds },
  current,
  grouped,
}: {
  row: Extract<Row, { kind: "session" }>;
  current: boolean;
  /** Its project stands above it. */
  grouped: boolean;
}) {
  const route: Route = { page: "session", agent: session.agent, session: session.id };
  const what = doing(session);
  return (
    <li class={`row row-${session.state} depth-${depth}${current ? " row-here" : ""}`}>
      <a href={pathOf(route)} aria-current={current ? "true" : undefined}>
        <SignalWithWord session={session} />
        <span class="row-main">
          <span class="row-title">
            {session.pinned && (
              <span class="pin" title="Pinned">
                ◆ <span class="hidden">pinned </span>
              </span>
            )}
            {sessionTitle(session)}
            {holds.length > 0 && <span class="badge">{holds.length}</span>}
          </span>
          {what !== "" && <span class={session.ungated === null ? "row-sub mono" : "row-sub accent"}>{what}</span>}
          <span class="row-sub">
            {[grouped ? "" : folderName(session.project), branchText(session), session.agent]
              .filter((part) => part !== "")
              .join(" · ")}
          </span>
        </span>
        <span class="row-end">
          <Since iso={session.since} />
          {session.costUsd !== null && <span class="faint">{money(session.costUsd)}</span>}
          {session.context !== null && (
            <svg
              class="row-context"
              viewBox="0 0 40 3"
              preserveAspectRatio="none"
              role="img"
              aria-label={`context ${Math.round(session.context.percent)} %`}
            >
              <rect width="40" height="3" class="gauge-back" />
              <rect width={Math.min(40, session.context.percent * 0.4)} height="3" class="gauge-fill" />
            </svg>
          )}
        </span>
      </a>
    </li>
  );
}
