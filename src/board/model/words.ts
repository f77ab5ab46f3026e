import { duration, shorten, visible } from "../../kit/text.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionState, SessionView, WaitingFor } from "../../protocol/session-view.ts";

/** Words and figures of the boards. Every text that came from an agent is safe to draw when it leaves here. */

const waitingWords: Readonly<Record<WaitingFor, string>> = {
  permission: "waits for permission",
  question: "asks a question",
  plan: "shows a plan",
};

const stateWords: Readonly<Record<SessionState, string>> = {
  working: "works",
  waiting: "waits for you",
  idle: "idle",
  "finished-unseen": "done, not seen yet",
  limited: "stopped by a limit",
  error: "ended with an error",
  gone: "gone",
};

export function stateWord({ state, waitingFor }: Pick<SessionView, "state" | "waitingFor">): string {
  return state === "waiting" && waitingFor !== null ? waitingWords[waitingFor] : stateWords[state];
}

/** One column each, different in shape and not only in colour. */
export const stateSigns: Readonly<Record<SessionState, string>> = {
  working: "●",
  waiting: "?",
  idle: "·",
  "finished-unseen": "✓",
  limited: "‖",
  error: "✗",
  gone: "-",
};

/** What a person would call it: its name, else its first words, else the beginning of its id. One line. */
export function sessionTitle({ name, firstPrompt, id }: Pick<SessionView, "name" | "firstPrompt" | "id">): string {
  return flat(name ?? firstPrompt ?? (id.length > 12 ? id.slice(0, 8) : id));
}

/** What it does or wants, in a few words. */
export function doing(session: SessionView): string {
  const { current, state, waitingFor, ungated } = session;
  if (ungated !== null) return flat(ungated);
  if (state === "waiting" && waitingFor !== "permission") return stateWord(session);
  if (current !== null && (state === "working" || state === "waiting"))
    return flat(current.what.startsWith(current.tool) ? current.what : `${current.tool}: ${current.what}`);
  return state === "working" ? "thinks" : quietStates.has(state) ? "" : stateWord(session);
}

/** Their sign says it all. */
const quietStates: ReadonlySet<SessionState> = new Set(["idle", "gone", "finished-unseen"]);

/** What people call an agent: the programs that say in their name that they are for code, or a command line, are known without it. */
export const agentName = (agent: string): string => flat(agent.replace(/-(?:code|cli)$/, ""), 12);

/** A hold whose caller has gone can still be decided: it counts when the agent asks again. */
export const holdWord = ({ waiting }: Pick<HoldView, "waiting">): string => (waiting > 0 ? "waits" : "asked");

/** `1 needs you`, `3 need you`. */
export const needText = (number: number): string => `${number} ${number === 1 ? "needs" : "need"} you`;

/** The branch, and what differs from it: `main +3 ↑1`. */
export function branchText(session: SessionView): string {
  const { git } = session;
  if (git === null) return "";
  return [
    flat(git.branch ?? "no branch"),
    git.dirtyFiles > 0 ? `~${git.dirtyFiles}` : "",
    (git.ahead ?? 0) > 0 ? `↑${git.ahead}` : "",
    (git.behind ?? 0) > 0 ? `↓${git.behind}` : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** The last part of a path, which is what people call a folder by. */
export const folderName = (path: string): string => flat(path.replace(/\/+$/, "").split("/").at(-1) || "/");

/** `950`, `12.3k`, `182k`, `1.2M`. */
export function tokens(count: number): string {
  if (count < 1_000) return String(Math.round(count));
  if (count < 99_950) return `${(count / 1_000).toFixed(1)}k`;
  if (count < 999_500) return `${Math.round(count / 1_000)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

export const money = (usd: number): string => `$${usd.toFixed(2)}`;

export const percent = (value: number): string => `${Math.round(value)} %`;

/** What it has cost them together; undefined when no cost is known of any. */
export function costOf(sessions: Iterable<Pick<SessionView, "costUsd">>): number | undefined {
  let sum: number | undefined;
  for (const { costUsd } of sessions) if (costUsd !== null) sum = (sum ?? 0) + costUsd;
  return sum;
}

/** Context that is nearly full is worth a warning. */
export const contextWorry = (value: number): "full" | "filling" | "fine" =>
  value >= 90 ? "full" : value >= 75 ? "filling" : "fine";

/** Since when, until now or until the moment that is shown. Times in the future (a clock step) read as no time. */
export const since = (iso: string, nowMs: number): string => duration(nowMs - Date.parse(iso));

/** Time of day, in the reader's own zone: `12:03`. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** One line, hidden characters shown, at most so many columns. */
export const flat = (text: string, columnsMax: number = flatColumnsMax): string =>
  shorten(
    visible(text.slice(0, flatColumnsMax * 4))
      .replaceAll(/[\n\t]+/g, " ")
      .trim(),
    columnsMax,
  );

/** No list shows more of one text. */
const flatColumnsMax = 400;
