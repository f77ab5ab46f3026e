import { type Mode, modes } from "../../protocol/effects.ts";
import { modeWords } from "../../protocol/words.ts";
import { flat, folderName, sessionTitle, sortOrders, stateWord } from "../model/index.ts";
import { approve, approveAsRule, decideMarked, deny, editThenApprove, markedHolds } from "./decide.ts";
import type { Desk } from "./desk.ts";
import { jumpTo } from "./tmux.ts";
import { views } from "./page.ts";

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
    when: held,
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

function toggleMark({ settings, hold, move }: Desk): void {
  if (hold === undefined) return;
  if (!settings.marks.delete(hold.id)) settings.marks.add(hold.id);
  move(1);
}

function markAll({ settings, rows }: Desk): void {
  const shown = rows.flatMap((row) =>
    row.kind === "hold" ? [row.id] : row.kind === "session" ? row.holds.map(({ id }) => id) : [],
  );
  const all = shown.every((id) => settings.marks.has(id));
  settings.marks.clear();
  if (!all) for (const id of shown) settings.marks.add(id);
}

/** Round and round through the holds and the sessions that wait; with none, it says so. */
function nextNeed({ rows, row, pick, say }: Desk): void {
  const needs = rows.filter(
    (each) =>
      each.kind === "hold" || (each.kind === "session" && (each.holds.length > 0 || each.session.state === "waiting")),
  );
  const at = rows.indexOf(row ?? ({} as never));
  const next = needs.find((each) => rows.indexOf(each) > at) ?? needs[0];
  if (next === undefined) say("faint", "Nothing needs you.");
  else pick(next.id);
}

function open(desk: Desk): void | Promise<void> {
  const { row, settings } = desk;
  if (row?.kind === "group") return fold(desk, !row.folded);
  settings.whole = true;
  settings.detailTop = 0;
  if (row?.kind === "session" && row.session.state === "finished-unseen") return seen(desk);
}

/** Who opens a finished session, or goes to it, has seen it. */
async function seen({ client, session, signal }: Desk): Promise<void> {
  if (session?.state === "finished-unseen")
    await client().call("session/seen", { agent: session.agent, session: session.id }, { signal });
}

function back({ settings }: Desk): void {
  if (settings.whole) settings.whole = false;
  else if (settings.marks.size > 0) settings.marks.clear();
  else settings.search = "";
}

function fold({ row, settings }: Desk, folded: boolean): void {
  if (row?.kind !== "group") return;
  if (folded) settings.folds.add(row.id);
  else settings.folds.delete(row.id);
}

async function search({ dialogs, settings }: Desk): Promise<void> {
  const before = settings.search;
  const answer = await dialogs.ask("Search:", {
    prefill: before,
    hint: "words; agent: state: project: branch: model: narrow it. Enter keeps it, Esc takes it back",
    onText: (text) => (settings.search = text),
  });
  settings.search = (answer?.text ?? before).trim();
}

async function filter({ dialogs, settings, state }: Desk): Promise<void> {
  const sessions = [...state.sessions.values()].filter(({ archived }) => !archived);
  const counted = (field: string, value: (session: (typeof sessions)[number]) => string, note: string) =>
    [...Map.groupBy(sessions, value)].map(([name, those]) => ({
      id: `${field}:${name.split(" ")[0]?.toLowerCase() ?? ""}`,
      title: name,
      note: `${note}, ${those.length}`,
    }));
  const chosen = await dialogs.choose("Filter:", [
    { id: "", title: "everything", note: "no filter" },
    ...counted("state", stateWord, "state"),
    ...counted("agent", ({ agent }) => flat(agent), "agent"),
    ...counted("project", (session) => folderName(session.project), "project"),
  ]);
  if (chosen !== undefined) settings.search = chosen;
}

const orderWords = {
  need: "the longest wait first, else as they began",
  name: "by name",
  latest: "who was heard last, first",
  cost: "the dearest first",
  context: "the fullest context first",
} as const;

async function sort({ dialogs, settings }: Desk): Promise<void> {
  const choices = sortOrders.map((order) => ({ id: order, title: order, note: orderWords[order] }));
  const chosen = await dialogs.choose("Sort:", choices, settings.order);
  settings.order = sortOrders.find((order) => order === chosen) ?? settings.order;
}

function show({ settings }: Desk, view: (typeof views)[number]): void {
  settings.view = view;
  settings.whole = false;
  settings.detailTop = 0;
}

async function toTerminal(desk: Desk): Promise<void> {
  const { session, ports, signal, say } = desk;
  if (session === undefined) return;
  const { tmux } = await ports.environment();
  await jumpTo(session, tmux, signal);
  await seen(desk);
  say("good", `tmux shows ${sessionTitle(session)}, pane ${session.terminal?.tmuxPane ?? ""}.`);
}

async function rename({ session, dialogs, client, signal, say }: Desk): Promise<void> {
  if (session === undefined) return;
  const answer = await dialogs.ask("Name:", {
    prefill: session.name ?? "",
    hint: "Enter takes it, nothing takes it away, Esc goes back",
  });
  if (answer === undefined) return;
  const name = answer.text.trim();
  await client().call("session/rename", { agent: session.agent, session: session.id, name }, { signal });
  say("good", name === "" ? "Its name is its own again." : `It is called ${name} now.`);
}

async function pin({ session, client, signal }: Desk): Promise<void> {
  if (session === undefined) return;
  await client().call(
    "session/pin",
    { agent: session.agent, session: session.id, pinned: !session.pinned },
    { signal },
  );
}

async function archive({ session, client, signal, say }: Desk): Promise<void> {
  if (session === undefined) return;
  await client().call("session/archive", { agent: session.agent, session: session.id, archived: true }, { signal });
  say(
    "faint",
    `${sessionTitle(session)} is off the board until it is heard of again. signalbox session search finds it.`,
  );
}

async function startDaemon({ ports, say }: Desk): Promise<void> {
  say("faint", "Starting the daemon.");
  await ports.startDaemon();
  say("good", "The daemon is up.");
}

async function chooseMode(desk: Desk): Promise<void> {
  const choices = modes.map((mode) => ({ id: mode, title: mode, note: modeWords[mode] }));
  const chosen = await desk.dialogs.choose("Mode:", choices, desk.state.status?.mode);
  const mode = modes.find((known) => known === chosen);
  if (mode !== undefined && mode !== desk.state.status?.mode) await setMode(desk, mode);
}

/** What lets more pass, or nothing at all, is confirmed. */
async function setMode(desk: Desk, mode: Mode): Promise<void> {
  const { dialogs, client, signal, say } = desk;
  const question = {
    panic: "Deny every tool call of every agent, now?",
    observe: "Allow everything but the catastrophic?",
  };
  if ((mode === "panic" || mode === "observe") && !(await dialogs.confirm(question[mode]))) return;
  const answer = await client().call("policy/mode", { mode }, { signal });
  say(mode === "panic" ? "bad" : "good", `The mode is now ${answer.mode}: ${modeWords[answer.mode]}`);
}
