import { bytes, columnsOf, count, duration, moment, visible } from "../../kit/text.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { RecentCall, SessionView } from "../../protocol/session-view.ts";
import { callText } from "../../protocol/words.ts";
import {
  branchText,
  contextWorry,
  flat,
  money,
  percent,
  sessionTitle,
  since,
  stateWord,
  tokens,
} from "../model/index.ts";
import { blank, cut, fit, type Line, paragraph, span, spread } from "./line.ts";
import { contextStyles, stateStyles } from "./styles.ts";

/** Calls of the session as `session/show` has them; undefined while they are asked for. */
export type Calls = readonly RecentCall[] | undefined;

/** Everything that is known of a session; what is not known is left out. */
export function sessionLines(
  session: SessionView,
  holds: readonly HoldView[],
  calls: Calls,
  columns: number,
  nowMs: number,
): Line[] {
  const state = span(`${stateWord(session)} ${since(session.since, nowMs)}`, [stateStyles[session.state], "strong"]);
  return [
    spread([span(sessionTitle(session), "strong")], [state], columns),
    ...paragraph(visible(session.why), columns, "faint"),
    ...(session.ungated === null
      ? []
      : paragraph(`Not judged: ${visible(session.ungated)}`, columns, ["bad", "strong"])),
    ...current(session, columns, nowMs),
    ...holds.map((hold) =>
      cut(
        [span("! ", "warn"), span(flat(callText(hold.tool, hold.input)), "accent"), span("  is held", "warn")],
        columns,
      ),
    ),
    blank,
    ...facts(session, columns, nowMs).map(([label, line]) =>
      cut([span(label.padEnd(labelColumns), "faint"), ...line], columns),
    ),
    blank,
    ...recent(calls, columns),
  ];
}

const labelColumns = 9;

function current({ current: call }: SessionView, columns: number, nowMs: number): Line[] {
  if (call === null) return [];
  const text = `${flat(call.tool)}: ${visible(call.what)}`;
  return [blank, ...paragraph(text, columns, "accent", 2), [span(`  for ${since(call.since, nowMs)}`, "faint")]];
}

type Fact = readonly [label: string, line: Line];
const words = (parts: readonly (string | null | undefined)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== "").join(" · ");

function facts(session: SessionView, columns: number, nowMs: number): Fact[] {
  const { git, process, context, tokens: used, costUsd, lines } = session;
  const rows: (readonly [label: string, line: Line | string])[] = [
    [
      "agent",
      words([
        flat(session.agent),
        session.model && flat(session.model),
        session.effort && `effort ${flat(session.effort)}`,
      ]),
    ],
    ["mode", session.permissionMode === null ? "" : flat(session.permissionMode)],
    ["folder", visible(session.cwd)],
    [
      "branch",
      git === null ? "" : words([branchText(session), git.mainWorktree === null ? "" : "a worktree", changed(git)]),
    ],
    [
      "context",
      context === null
        ? ""
        : [
            ...bar(context.percent, Math.min(24, columns - 40)),
            span(
              ` ${percent(context.percent)} of ${tokens(context.windowTokens)}`,
              contextStyles[contextWorry(context.percent)] === "faint"
                ? undefined
                : contextStyles[contextWorry(context.percent)],
            ),
          ],
    ],
    [
      "cost",
      words([
        costUsd === null ? "" : money(costUsd),
        used === null ? "" : `${tokens(used.input + used.cacheRead + used.cacheWrite)} in, ${tokens(used.output)} out`,
        lines === null ? "" : `+${lines.added} -${lines.removed} lines`,
      ]),
    ],
    ...session.rateLimits.map(({ name, usedPercent, resetsAt }): readonly [string, Line | string] => [
      flat(name, labelColumns - 1),
      [
        ...bar(usedPercent, Math.min(24, columns - 40)),
        span(
          ` ${percent(usedPercent)}${resetsAt === null ? "" : `, anew in ${duration(Date.parse(resetsAt) - nowMs)}`}`,
        ),
      ],
    ]),
    [
      "process",
      words([
        session.pid === null ? "" : `pid ${session.pid}`,
        process === null
          ? ""
          : `${count(process.processes, "process", "processes")}, ${percent(process.cpuPercent)} CPU, ${bytes(process.residentBytes)}`,
      ]),
    ],
    ["terminal", session.terminal?.tmuxPane == null ? "" : `tmux pane ${flat(session.terminal.tmuxPane)}`],
    [
      "since",
      words([
        moment(session.startedAt),
        count(session.toolCalls, "tool call"),
        session.discovered ? "found running, never wired" : "",
      ]),
    ],
    ["id", flat(session.id)],
    ["below", session.parent === null ? "" : `${flat(session.parent.agent)} ${flat(session.parent.session)}`],
    ["agents", session.children.length === 0 ? "" : count(session.children.length, "subagent")],
  ];
  return rows
    .map(([label, line]): Fact => [label, typeof line === "string" ? (line === "" ? [] : [span(line)]) : line])
    .filter(([, line]) => line.length > 0);
}

const changed = (git: NonNullable<SessionView["git"]>): string =>
  git.addedLines + git.removedLines === 0 ? "" : `+${git.addedLines} -${git.removedLines}`;

/** How full something is, in letters of its own so that it reads without colour. */
export function bar(value: number, columns: number): Line {
  const width = Math.max(4, columns);
  const full = Math.max(0, Math.min(width, Math.round((value / 100) * width)));
  return [
    span(
      "█".repeat(full),
      contextStyles[contextWorry(value)] === "faint" ? "accent" : contextStyles[contextWorry(value)],
    ),
    span("░".repeat(width - full), "faint"),
  ];
}

const outcomeWords: Readonly<Record<NonNullable<RecentCall["outcome"]>, string>> = {
  done: "",
  failed: "failed",
  refused: "refused",
  unfinished: "unfinished",
};
const verdictSigns = { allow: span("✓ ", "good"), hold: span("! ", "warn"), deny: span("✗ ", "bad") } as const;

function recent(calls: Calls, columns: number): Line[] {
  if (calls === undefined) return [];
  if (calls.length === 0) return [[span("No tool call yet.", "faint")]];
  return [
    [span("Latest tool calls", "strong")],
    ...calls.map(({ at, tool, what, verdict, outcome }) => {
      const end = outcome === null ? "" : outcomeWords[outcome];
      const text = flat(what.startsWith(tool) ? what : `${tool}: ${what}`);
      const start = [span(`${moment(at).slice(11)} `, "faint"), verdictSigns[verdict]];
      const room = columns - 11 - (end === "" ? 0 : columnsOf(end) + 1);
      return [...start, ...fit([span(text)], room), ...(end === "" ? [] : [span(` ${end}`, "warn")])];
    }),
  ];
}
