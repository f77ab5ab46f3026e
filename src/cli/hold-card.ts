import { changeLines, otherFields } from "../protocol/call-input.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import type { Style, Terminal } from "./terminal.ts";
import {
  callText,
  columnsOf,
  duration,
  effectLines,
  moment,
  stopped,
  shorten,
  undoText,
  visible,
  visibleName,
  wrap,
} from "./words.ts";

/** One line a hold: id, age, state, who, what. */
export function holdLine(terminal: Terminal, hold: HoldView, nowMs: number): string {
  const state = stateWord(hold);
  const start = [
    hold.id,
    duration(nowMs - Date.parse(hold.openedAt)).padStart(6),
    state.padEnd(9),
    ...(terminal.columns < narrowColumns ? [] : [visibleName(hold.agent).padEnd(11)]),
    "",
  ].join("  ");
  const text = shorten(callText(hold.tool, hold.input), Math.max(8, terminal.columns - columnsOf(start)));
  const styled = start
    .replace(hold.id, terminal.style("strong", hold.id))
    .replace(state, terminal.style(stateStyles[hold.state], state));
  return styled + text;
}

/** Below this the agent gives way to the call. */
const narrowColumns = 90;

const stateWord = (hold: HoldView): string => (hold.state === "open" && hold.waiting > 0 ? "waiting" : hold.state);

const stateStyles: Record<HoldView["state"], Style> = {
  open: "warn",
  approved: "good",
  used: "good",
  denied: "bad",
  expired: "faint",
  withdrawn: "faint",
  settled: "faint",
};

/** Everything a person needs to decide: the call itself first, then what it would do and why it is held. */
export function holdCard(terminal: Terminal, hold: HoldView, nowMs: number): string {
  return cardLines(terminal, hold, nowMs).join("\n");
}

/** The card, line by line, wrapped to the terminal. */
export function cardLines(terminal: Terminal, hold: HoldView, nowMs: number): string[] {
  const lines: string[] = [];
  const add = (text: string, style?: Style) => {
    for (const line of wrap(text, terminal.columns - 1))
      lines.push(style === undefined || line === "" ? line : terminal.style(style, line));
  };
  const age = duration(nowMs - Date.parse(hold.openedAt));
  lines.push(
    `${terminal.style("strong", hold.id)}  ${visibleName(hold.agent)} ${hold.state !== "open" ? `asked ${age} ago` : hold.waiting > 0 ? terminal.style("warn", `waits, ${age}`) : `asked ${age} ago and waits no more`}`,
  );
  add(`${visibleName(hold.tool)} in ${visibleName(hold.cwd)}`, "faint");
  lines.push("");
  for (const line of callText(hold.tool, hold.input).split("\n")) add(`    ${line}`, "accent");
  for (const { sign, text } of changeLines(hold.input, changeLinesMax)) add(`    ${sign} ${text}`, changeStyles[sign]);
  for (const line of otherFields(hold.input)) add(`    ${line}`, "faint");
  lines.push("");
  add(visible(stopped(hold.reason)));
  for (const text of effectLines(hold.reason, hold.effects)) add(`  - ${visible(text)}`);
  add(undoText(hold.effects), hold.undoable ? undefined : "warn");
  lines.push("");
  add(
    [
      `rule ${hold.rule}`,
      `entry ${hold.entry}`,
      ...(hold.state === "open" ? [`expires in ${duration(Date.parse(hold.expiresAt) - nowMs)}`] : []),
      `session ${visibleName(hold.session)}`,
    ].join(" · "),
    "faint",
  );
  if (hold.decidedAt !== null)
    add(
      `${hold.state} at ${moment(hold.decidedAt)}${hold.words === null || hold.words === "" ? "" : `: ${visible(hold.words)}`}`,
      stateStyles[hold.state],
    );
  return lines;
}

const changeStyles: Readonly<Record<string, Style>> = { "-": "bad", "+": "good", "…": "faint" };

const changeLinesMax = 80;
