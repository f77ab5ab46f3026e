import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  type BoardState,
  keyOf,
  parseQuery,
  rowsByNeed,
  rowsByProject,
  type SortOrder,
  sortOrders,
} from "../../model/index.ts";
import { useBoardState, useLatest } from "../hooks.ts";
import { takesTyping } from "../parts/small.tsx";
import type { Preferences } from "../preferences.ts";
import { go, type Route } from "../route.ts";
import { Bulk } from "./bulk.tsx";
import { HoldDetail } from "./hold.tsx";
import { routeOf, Rows, samePlace } from "./rows.tsx";
import { SessionDetail } from "./session.tsx";
import { Summary } from "./summary.tsx";

type BoardRoute = Extract<Route, { page: "board" | "hold" | "session" }>;

const orderWords: Readonly<Record<SortOrder, string>> = {
  need: "as they wait",
  name: "by name",
  latest: "latest first",
  cost: "by cost",
  context: "by context",
};

export interface BoardPageProps {
  readonly route: BoardRoute;
  readonly preferences: Preferences;
  readonly choose: (changed: Partial<Preferences>) => void;
  /** Something stands in front of the page: keys are not for it. */
  readonly quiet: boolean;
}

export function BoardPage({ route, preferences, choose, quiet }: BoardPageProps) {
  const state = useBoardState();
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<SortOrder>("need");
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const field = useRef<HTMLInputElement>(null);

  const rows = useMemo(() => {
    const options = { query: parseQuery(search), order, gone: preferences.gone };
    return preferences.grouping === "need" ? rowsByNeed(state, options) : rowsByProject(state, options, folded);
  }, [state, search, order, preferences.gone, preferences.grouping, folded]);
  const stops = rows.flatMap((row) => routeOf(row) ?? []);
  const marks = [...marked].filter((id) => state.holds.has(id));
  const here = stops.findIndex((stop) => samePlace(stop, route));
  useNextHold(route, state, stops);

  const mark = (id: string) =>
    setMarked((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const latest = useLatest({ stops, here, route, quiet, preferences, mark, choose });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const now = latest.current;
      if (now.quiet || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && event.target === field.current) {
        setSearch("");
        return field.current?.blur();
      }
      if (takesTyping(event.target)) return;
      if (event.key === "Escape" && now.route.page !== "board") return go({ page: "board" });
      if (!now.preferences.keys && !event.key.startsWith("Arrow")) return;
      switch (event.key) {
        case "/":
          event.preventDefault();
          return field.current?.focus();
        case "j":
          return step(1);
        case "k":
          return step(-1);
        case "v":
          return now.choose({ grouping: now.preferences.grouping === "need" ? "project" : "need" });
        case "x":
          return now.route.page === "hold" ? now.mark(now.route.id) : undefined;
      }
    };
    const step = (by: number) => {
      const { stops: all, here: at } = latest.current;
      const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
      if (next !== undefined) go(next, { replace: at >= 0 });
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);

  return (
    <div class={`board board-${route.page}`}>
      <section class="board-list" aria-label="Sessions and holds">
        <h1 class="hidden">The board</h1>
        <div class="tools">
          <input
            ref={field}
            type="search"
            placeholder="Search"
            aria-label="Search sessions and holds"
            value={search}
            maxLength={200}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <div class="switch" role="group" aria-label="Group">
            {(["need", "project"] as const).map((grouping) => (
              <button
                key={grouping}
                type="button"
                aria-pressed={preferences.grouping === grouping}
                onClick={() => choose({ grouping })}
              >
                {grouping === "need" ? "By need" : "By project"}
              </button>
            ))}
          </div>
          <select
            aria-label="Order"
            value={order}
            onChange={(event) => setOrder(event.currentTarget.value as SortOrder)}
          >
            {sortOrders.map((each) => (
              <option key={each} value={each}>
                {orderWords[each]}
              </option>
            ))}
          </select>
          <label class="check">
            <input
              type="checkbox"
              checked={preferences.gone}
              onChange={(event) => choose({ gone: event.currentTarget.checked })}
            />
            ended
          </label>
        </div>
        <Rows
          rows={rows}
          here={here < 0 ? undefined : stops[here]}
          marked={marked}
          onMark={mark}
          onFold={(id) =>
            setFolded((before) => {
              const next = new Set(before);
              if (!next.delete(id)) next.add(id);
              return next;
            })
          }
          searching={search !== ""}
          known={state.sessions.size > 0 || state.link.state !== "connecting"}
        />
        {marks.length > 0 && (
          <Bulk holds={marks.flatMap((id) => state.holds.get(id) ?? [])} onDone={() => setMarked(new Set())} />
        )}
      </section>
      <section class="board-detail" aria-label="Details">
        {route.page === "hold" ? (
          <HoldDetail key={route.id} id={route.id} keys={preferences.keys && !quiet} />
        ) : route.page === "session" ? (
          <SessionDetail
            key={keyOf(route.agent, route.session)}
            agent={route.agent}
            session={route.session}
            keys={preferences.keys && !quiet}
          />
        ) : (
          <Summary state={state} />
        )}
      </section>
    </div>
  );
}

/** When the hold that was shown is decided, the next one takes its place, as at the desk; on a phone the list does. */
function useNextHold(route: BoardRoute, { holds }: BoardState, stops: readonly Route[]): void {
  const open = useRef<string | undefined>(undefined);
  useEffect(() => {
    const shown = route.page === "hold" ? route.id : undefined;
    if (shown !== undefined && holds.has(shown)) {
      open.current = shown;
      return;
    }
    if (shown === undefined || open.current !== shown) return;
    open.current = undefined;
    const next = stops.find((stop) => stop.page === "hold");
    const narrow = window.matchMedia("(max-width: 859px)").matches;
    go(next === undefined || narrow ? { page: "board" } : next, { replace: true });
  }, [route, holds]);
}
