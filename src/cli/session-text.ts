import { basename } from "node:path";
import type { OutputOf } from "../protocol/operations/index.ts";
import type { SessionState, SessionView } from "../protocol/session-view.ts";
import type { Style, Terminal } from "./terminal.ts";
import { columnsOf, duration, shorten, verdictWord, visible } from "./words.ts";

/** How each state reads: a sign for the eye, a word that says the same, and how much it wants a person. */
const stateWords: Readonly<Record<SessionState, readonly [sign: string, word: string, style: Style]>> = {
  waiting: ["!", "waiting", "warn"],
  error: ["✗", "error", "bad"],
  limited: ["~", "limited", "bad"],
  "finished-unseen": ["✓", "finished", "good"],
  working: ["▸", "working", "accent"],
  idle: ["·", "idle", "faint"],
  gone: ["–", "gone", "faint"],
};
const order = Object.keys(stateWords) as SessionState[];

const waitingWords = { permission: "permission", question: "question", plan: "plan" } as const;

export function sessionList(terminal: Terminal, sessions: readonly SessionView[], nowMs: number): string {
  if (sessions.length === 0)
    return "No session is live. Those that ended: signalbox session list --ended   Wire an agent: signalbox wire claude-code";
  return [...sessions]
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || order.indexOf(a.state) - order.indexOf(b.state))
    .map((session) => sessionLine(terminal, session, nowMs))
    .join("\n");
}

/** One line of 80 columns or more: state, since when, id, name, project, and what it does or waits for. */
function sessionLine(terminal: Terminal, session: SessionView, nowMs: number): string {
  const [sign, word, style] = stateWords[session.state];
  const since = duration(nowMs - Date.parse(session.since)).padStart(6);
  const state = session.waitingFor === null ? word : waitingWords[session.waitingFor];
  const wide = Math.max(0, Math.min(terminal.columns, columnsMax) - 80);
  const nameColumns = 18 + Math.floor(wide / 3);
  const projectColumns = 10 + Math.floor(wide / 6);
  const whatColumns = 16 + wide - Math.floor(wide / 3) - Math.floor(wide / 6);
  const what = session.ungated === null ? aboutOf(session) : `UNGATED: ${session.ungated}`;
  return [
    terminal.style(style, `${sign} ${state.padEnd(10)}`),
    since,
    cell(session.id.slice(0, 8), 8),
    cell(`${session.pinned ? "* " : ""}${session.name ?? session.agent}`, nameColumns),
    terminal.style("faint", cell(basename(session.workspace) || "/", projectColumns)),
    session.ungated === null
      ? shorten(visible(what), whatColumns)
      : terminal.style("bad", shorten(visible(what), whatColumns)),
  ]
    .join("  ")
    .trimEnd();
}

/** A wider terminal leaves the rest empty: eyes do not follow a line of 200 columns. */
const columnsMax = 160;

function cell(text: string, columns: number): string {
  const short = shorten(visible(text), columns);
  return short + " ".repeat(Math.max(0, columns - columnsOf(short)));
}

function aboutOf({ current, why }: SessionView): string {
  return current === null ? why : current.what === "" ? current.tool : current.what;
}

export function sessionCard(terminal: Terminal, { session, calls }: OutputOf<"session/show">, nowMs: number): string {
  const [sign, word, style] = stateWords[session.state];
  const ago = (time: string) => `${duration(nowMs - Date.parse(time))} ago`;
  const line = (label: string, text: string | null) =>
    text === null || text === ""
      ? []
      : [`  ${label.padEnd(9)} ${shorten(visible(text), Math.max(40, terminal.columns - 12))}`];
  const { git, context, tokens, process, current } = session;
  return [
    `${terminal.style(style, `${sign} ${word}`)} for ${duration(nowMs - Date.parse(session.since))}: ${visible(session.why)}`,
    ...line("name", session.name),
    ...line("session", `${session.agent} ${session.id}${session.pid === null ? "" : `, pid ${session.pid}`}`),
    ...line("project", `${session.workspace}${session.cwd === session.workspace ? "" : ` (now in ${session.cwd})`}`),
    ...line("now", current === null ? null : `${current.tool}: ${current.what}`),
    ...line("hold", current?.holdId == null ? null : `${current.holdId}: signalbox hold show ${current.holdId}`),
    ...line(
      "model",
      [session.model, session.effort, session.permissionMode].filter((part) => part !== null).join(", "),
    ),
    ...line("context", context && `${context.percent.toFixed(0)} % of ${thousands(context.windowTokens)} tokens`),
    ...line("tokens", tokens && `${thousands(tokens.input)} in, ${thousands(tokens.output)} out`),
    ...line("cost", session.costUsd === null ? null : `$${session.costUsd.toFixed(2)}`),
    ...line(
      "limits",
      session.rateLimits.map(({ name, usedPercent }) => `${name} ${usedPercent.toFixed(0)} %`).join(", "),
    ),
    ...line("git", git && gitText(git)),
    ...line(
      "process",
      process &&
        `${process.processes} processes, ${process.cpuPercent.toFixed(0)} % CPU, ${(process.residentBytes / 1024 ** 2).toFixed(0)} MiB`,
    ),
    ...line("subagents", session.subagents.map(({ type, id }) => (type === "" ? id : type)).join(", ")),
    ...line("ungated", session.ungated),
    ...line("seen", `${ago(session.lastSeenAt)}, began ${ago(session.startedAt)}`),
    ...(calls.length === 0 ? [] : ["", "Latest tool calls:"]),
    ...calls.map(
      ({ entry, at, tool, what, verdict, outcome }) =>
        `  ${String(entry).padStart(6)}  ${ago(at).padStart(10)}  ${verdictWord(terminal, verdict).padEnd(5)}  ${(outcome ?? "").padEnd(10)}  ${shorten(visible(`${tool}: ${what}`), Math.max(30, terminal.columns - 43))}`,
    ),
  ].join("\n");
}

const thousands = (count: number): string =>
  count < 10_000
    ? String(count)
    : count < 1_000_000
      ? `${Math.round(count / 1_000)}k`
      : `${(count / 1_000_000).toFixed(1)}M`;

function gitText(git: NonNullable<SessionView["git"]>): string {
  const { branch, dirtyFiles, ahead, behind, addedLines, removedLines } = git;
  return [
    branch ?? "no branch",
    dirtyFiles === 0 ? "clean" : `${dirtyFiles} changed (+${addedLines} -${removedLines})`,
    ...(ahead ? [`${ahead} ahead`] : []),
    ...(behind ? [`${behind} behind`] : []),
  ].join(", ");
}

/** A segment for tmux and other status bars: what wants a person, then what works. */
export function segment(sessions: readonly SessionView[]): string {
  const count = (...states: readonly SessionState[]) => sessions.filter(({ state }) => states.includes(state)).length;
  const parts = [
    [count("waiting"), "need you", "needs you"],
    [count("error"), "failed", "failed"],
    [count("limited"), "limited", "limited"],
    [count("finished-unseen"), "finished", "finished"],
    [count("working"), "working", "working"],
  ] as const;
  const said = parts.flatMap(([number, many, one]) => (number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]));
  return said.length === 0 ? "all quiet" : said.join(" · ");
}
