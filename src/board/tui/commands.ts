import { chooseMode, setMode, startDaemon } from "./daemon-commands.ts";
import { approve, approveAsRule, decideMarked, deny, editThenApprove, markedHolds } from "./decide.ts";
import type { Desk } from "./desk.ts";
import { back, filter, fold, markAll, nextNeed, open, search, show, sort, toggleMark } from "./looking.ts";
import { views } from "./layout.ts";
import { archive, pin, rename, toTerminal } from "./session-commands.ts";

/** Something that a key does. From this table come the keys, the line of keys at the foot, the help and the palette. */
export interface Command {
  readonly title: string;
  readonly keys: readonly string[];
  readonly group: "Decide" | "Move" | "Look" | "Sessions" | "Signalbox";
  /** One or two words for the foot; without, it is not shown there. */
  readonly hint?: string;
  /** Whether it does anything now; without, always. */
  readonly when?: (desk: Desk) => boolean;
  /** Decides what is chosen, so it counts only on what the person has seen; or what is marked, which is listed and confirmed. */
  readonly decides?: "chosen" | "marked";
  readonly run: (desk: Desk) => void | Promise<void>;
}

const held = ({ hold }: Desk): boolean => hold !== undefined;
const listed = ({ settings }: Desk): boolean => settings.view !== "timeline";
const onSession = ({ session }: Desk): boolean => session !== undefined;
const isAway = ({ state }: Desk): boolean => state.link.state === "away";

const decideCommands: readonly Command[] = [
  {
    title: "Approve once",
    keys: ["a"],
    group: "Decide",
    hint: "approve",
    when: held,
    decides: "chosen",
    run: (desk) => approve(desk, "once"),
  },
  {
    title: "Deny, with words that the agent reads",
    keys: ["d"],
    group: "Decide",
    hint: "deny",
    when: held,
    decides: "chosen",
    run: deny,
  },
  {
    title: "Approve for the session",
    keys: ["s"],
    group: "Decide",
    hint: "for the session",
    when: ({ hold }) => hold?.undoable === true,
    decides: "chosen",
    run: (desk) => approve(desk, "session"),
  },
  {
    title: "Approve and save as a rule, which is shown first",
    keys: ["r"],
    group: "Decide",
    hint: "as a rule",
    when: ({ hold }) => hold?.undoable === true,
    decides: "chosen",
    run: approveAsRule,
  },
  {
    title: "Edit, then approve",
    keys: ["e"],
    group: "Decide",
    hint: "edit",
    when: ({ hold }) => hold?.editable === true,
    decides: "chosen",
    run: editThenApprove,
  },
  {
    title: "Mark the hold, or take its mark away",
    keys: ["space"],
    group: "Decide",
    when: ({ row }) => row?.kind === "hold",
    run: toggleMark,
  },
  {
    title: "Mark all holds that are listed, or none",
    keys: ["*"],
    group: "Decide",
    when: ({ state }) => state.holds.size > 0,
    run: markAll,
  },
  {
    title: "Approve all that are marked",
    keys: ["A"],
    group: "Decide",
    hint: "approve marked",
    when: (desk) => markedHolds(desk).length > 0,
    decides: "marked",
    run: (desk) => decideMarked(desk, "approve"),
  },
  {
    title: "Deny all that are marked",
    keys: ["D"],
    group: "Decide",
    hint: "deny marked",
    when: (desk) => markedHolds(desk).length > 0,
    decides: "marked",
    run: (desk) => decideMarked(desk, "deny"),
  },
];

const moveCommands: readonly Command[] = [
  { title: "Next line", keys: ["j", "down"], group: "Move", run: (desk) => desk.move(1) },
  { title: "Line before", keys: ["k", "up"], group: "Move", run: (desk) => desk.move(-1) },
  { title: "Half a page down", keys: ["ctrl-d"], group: "Move", run: (desk) => desk.move(Math.ceil(desk.page / 2)) },
  { title: "Half a page up", keys: ["ctrl-u"], group: "Move", run: (desk) => desk.move(-Math.ceil(desk.page / 2)) },
  { title: "First line", keys: ["g", "home"], group: "Move", run: (desk) => desk.move(Number.NEGATIVE_INFINITY) },
  { title: "Last line", keys: ["G", "end"], group: "Move", run: (desk) => desk.move(Number.POSITIVE_INFINITY) },
  { title: "Next that needs you", keys: ["n"], group: "Move", hint: "next", when: listed, run: nextNeed },
  {
    title: "Detail down",
    keys: ["J", "pagedown"],
    group: "Move",
    run: (desk) => desk.scroll(desk.settings.whole ? desk.page : 3),
  },
  {
    title: "Detail up",
    keys: ["K", "pageup"],
    group: "Move",
    run: (desk) => desk.scroll(desk.settings.whole ? -desk.page : -3),
  },
  {
    title: "Fold",
    keys: ["h", "left"],
    group: "Move",
    when: ({ settings }) => settings.view === "tree",
    run: (desk) => fold(desk, true),
  },
  {
    title: "Unfold",
    keys: ["l", "right"],
    group: "Move",
    when: ({ settings }) => settings.view === "tree",
    run: (desk) => fold(desk, false),
  },
];

const lookCommands: readonly Command[] = [
  {
    title: "Open: the detail on the whole page, or fold",
    keys: ["enter"],
    group: "Look",
    hint: "open",
    when: ({ row, settings }) => row !== undefined && !settings.whole,
    run: open,
  },
  {
    title: "Back",
    keys: ["escape"],
    group: "Look",
    hint: "back",
    when: ({ settings }) => settings.whole || settings.search !== "" || settings.marks.size > 0,
    run: back,
  },
  { title: "Search", keys: ["/"], group: "Look", hint: "search", run: search },
  { title: "Filter by agent, state or project", keys: ["f"], group: "Look", when: listed, run: filter },
  { title: "Sort", keys: ["o"], group: "Look", when: listed, run: sort },
  {
    title: "Show or hide sessions that are over",
    keys: ["."],
    group: "Look",
    when: listed,
    run: ({ settings, say }) => {
      settings.gone = !settings.gone;
      say("faint", settings.gone ? "Sessions that are over are shown." : "Sessions that are over are hidden.");
    },
  },
  ...views.map(
    (view, index): Command => ({
      title: {
        now: "What needs you, then the rest",
        tree: "Projects and worktrees",
        timeline: "Timeline of the ledger",
      }[view],
      keys: [String(index + 1)],
      group: "Look",
      run: (desk) => show(desk, view),
    }),
  ),
  {
    title: "Next view",
    keys: ["tab"],
    group: "Look",
    run: (desk) => show(desk, views[(views.indexOf(desk.settings.view) + 1) % views.length] ?? "now"),
  },
];

const sessionCommands: readonly Command[] = [
  {
    title: "Go to its terminal (tmux)",
    keys: ["t"],
    group: "Sessions",
    hint: "terminal",
    when: onSession,
    run: toTerminal,
  },
  { title: "Rename the session", keys: ["R"], group: "Sessions", when: onSession, run: rename },
  { title: "Pin the session to the top, or let it go", keys: ["p"], group: "Sessions", when: onSession, run: pin },
  { title: "Take the session off the board", keys: ["x"], group: "Sessions", when: onSession, run: archive },
];

const ownCommands: readonly Command[] = [
  {
    title: "Start the daemon",
    keys: ["u"],
    group: "Signalbox",
    hint: "start the daemon",
    when: isAway,
    run: startDaemon,
  },
  { title: "Mode", keys: ["m"], group: "Signalbox", run: chooseMode },
  {
    title: "Panic: deny every tool call of every agent",
    keys: ["!"],
    group: "Signalbox",
    run: (desk) => setMode(desk, "panic"),
  },
  { title: "Draw anew", keys: ["ctrl-l"], group: "Signalbox", run: (desk) => desk.redraw() },
  { title: "Put the board in the background", keys: ["ctrl-z"], group: "Signalbox", run: (desk) => desk.suspend() },
  {
    title: "Leave the board; the daemon goes on",
    keys: ["q", "ctrl-c"],
    group: "Signalbox",
    run: (desk) => desk.quit(),
  },
];

export const commands: readonly Command[] = [
  ...decideCommands,
  ...lookCommands.slice(0, 3),
  ...moveCommands,
  ...lookCommands.slice(3),
  ...sessionCommands,
  ...ownCommands,
];
