import { type BoardState, costOf, money, needsOf, needText, sectionOf, timeOfDay } from "../model/index.ts";
import { cut, type Line, lineColumns, type Span, span, spread } from "./line.ts";
import { type View, views } from "./layout.ts";
import type { Page } from "./page.ts";

/** The first rows of the page: whether it is live, how many need a person, the mode; and which view is shown, of what. */

const viewTitles: Readonly<Record<View, string>> = { now: "Now", tree: "Tree", timeline: "Timeline" };

export function headLine({ state, layout, nowMs }: Page): Line {
  const { columns } = layout.size;
  const { link } = state;
  const narrow = columns < 50;
  const mode = narrow && state.status?.mode === "attended" ? undefined : modeSpan(state);
  const right = [mode, ...costSpan(state, columns), span(narrow ? "" : `  ${timeOfDay(nowMs)} `, "faint")].filter(
    (piece) => piece !== undefined,
  );
  const name = narrow ? [span(" ")] : [span(" "), span("Signalbox", "strong"), span("  ")];
  if (link.state === "connecting") return spread([...name, span("connecting", "faint")], right, columns);
  if (link.state === "away")
    return spread(
      [
        ...name,
        span(`daemon away since ${timeOfDay(link.sinceMs)}`, ["bad", "strong"]),
        span("; what you see is from then", "bad"),
      ],
      right,
      columns,
    );
  return spread([...name, ...countSpans(state, columns - lineColumns([...name, ...right]) - 1)], right, columns);
}

function modeSpan({ status, link }: BoardState) {
  if (status === undefined || link.state !== "live") return undefined;
  if (status.mode === "panic") return span("PANIC: all is denied", ["bad", "strong", "chosen"], { press: "m" });
  return span(status.mode, status.mode === "attended" ? "faint" : "warn", { press: "m" });
}

function costSpan({ sessions }: BoardState, columns: number): Line {
  const cost = columns < 60 ? undefined : costOf(sessions.values());
  return cost === undefined ? [] : [span(`  ${money(cost)}`, "faint")];
}

/** How many need a person, and how many do what, as far as there is room; nothing is said of what there is none of. */
function countSpans(state: BoardState, columns: number): Line {
  const alive = [...state.sessions.values()].filter(({ archived }) => !archived);
  const counts = Map.groupBy(alive, sectionOf);
  const { holds, sessions } = needsOf(state);
  const needs = holds + sessions;
  const parts: Span[] = [needs > 0 ? span(needText(needs), ["warn", "strong"]) : span("nothing needs you", "faint")];
  let room = columns - lineColumns(parts);
  for (const [section, words, style] of countWords) {
    const number = counts.get(section)?.length ?? 0;
    if (number === 0) continue;
    const text = `${number} ${words}`;
    room -= text.length + 3;
    if (room < 0) break;
    parts.push(span(" · ", "faint"), span(text, style));
  }
  return parts;
}

/** Most telling first: where there is no room, the last is left out whole. */
const countWords = [
  ["working", "at work", "good"],
  ["finished", "done", "accent"],
  ["limited", "limited", "warn"],
  ["idle", "idle", "faint"],
] as const;

export function tabLine({ view, layout, search, order, marks }: Page): Line {
  const tabs = views.map((name, index) =>
    span(
      layout.size.columns < 50 ? ` ${viewTitles[name]} ` : ` ${index + 1} ${viewTitles[name]} `,
      name === view ? "chosen" : "faint",
      { press: String(index + 1) },
    ),
  );
  const right = [
    marks.size > 0 ? span(`${marks.size} marked  `, "accent") : undefined,
    search === "" ? undefined : span(`search: ${search}  `, "accent", { press: "/" }),
    order === "need" ? undefined : span(`by ${order}`, "faint", { press: "o" }),
  ].filter((piece) => piece !== undefined);
  return spread(tabs, cut(right, layout.size.columns - 24), layout.size.columns);
}
