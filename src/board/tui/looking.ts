import type { SessionView } from "../../protocol/session-view.ts";
import { flat, folderName, shownSessions, sortOrders, stateWord } from "../model/index.ts";
import type { Desk } from "./desk.ts";
import type { views } from "./layout.ts";
import { seen } from "./session-commands.ts";

/** What the keys do that change only how the board is looked at. */

export function toggleMark({ settings, hold, move }: Desk): void {
  if (hold === undefined) return;
  if (!settings.marks.delete(hold.id)) settings.marks.add(hold.id);
  move(1);
}

export function markAll({ settings, rows }: Desk): void {
  const shown = rows.flatMap((row) =>
    row.kind === "hold" ? [row.id] : row.kind === "session" ? row.holds.map(({ id }) => id) : [],
  );
  const all = shown.every((id) => settings.marks.has(id));
  settings.marks.clear();
  if (!all) for (const id of shown) settings.marks.add(id);
}

/** Round and round through the holds and the sessions that wait; with none, it says so. */
export function nextNeed({ rows, row, pick, say }: Desk): void {
  const needs = rows.filter(
    (each) =>
      each.kind === "hold" || (each.kind === "session" && (each.holds.length > 0 || each.session.state === "waiting")),
  );
  const at = rows.indexOf(row ?? ({} as never));
  const next = needs.find((each) => rows.indexOf(each) > at) ?? needs[0];
  if (next === undefined) say("faint", "Nothing needs you.");
  else pick(next.id);
}

export function open(desk: Desk): void | Promise<void> {
  const { row, settings } = desk;
  if (row?.kind === "group") return fold(desk, !row.folded);
  settings.whole = true;
  settings.detailTop = 0;
  if (row?.kind === "session" && row.session.state === "finished-unseen") return seen(desk);
}

export function back({ settings }: Desk): void {
  if (settings.whole) settings.whole = false;
  else if (settings.marks.size > 0) settings.marks.clear();
  else settings.search = "";
}

export function fold({ row, settings }: Desk, folded: boolean): void {
  if (row?.kind !== "group") return;
  if (folded) settings.folds.add(row.id);
  else settings.folds.delete(row.id);
}

export async function search({ dialogs, settings }: Desk): Promise<void> {
  const before = settings.search;
  const answer = await dialogs.ask("Search:", {
    prefill: before,
    hint: "words; agent: state: project: branch: model: narrow it. Enter keeps it, Esc takes it back",
    onText: (text) => (settings.search = text),
  });
  settings.search = (answer?.text ?? before).trim();
}

export async function filter({ dialogs, settings, state }: Desk): Promise<void> {
  const sessions = shownSessions(state, settings);
  /** @param part  what is searched for, where that is not the beginning of the name */
  const counted = (
    field: string,
    value: (session: SessionView) => string,
    part = (_: SessionView, name: string) => name.split(" ")[0] ?? "",
  ) =>
    [...Map.groupBy(sessions, value)].flatMap(([name, those]) =>
      those[0] === undefined
        ? []
        : [{ id: `${field}:${part(those[0], name).toLowerCase()}`, title: name, note: `${field}, ${those.length}` }],
    );
  const chosen = await dialogs.choose("Filter:", [
    { id: "", title: "everything", note: "no filter" },
    ...counted("state", stateWord, ({ state: now, waitingFor }) => waitingFor ?? now),
    ...counted("agent", ({ agent }) => flat(agent)),
    ...counted("project", (session) => folderName(session.project)),
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

export async function sort({ dialogs, settings }: Desk): Promise<void> {
  const choices = sortOrders.map((order) => ({ id: order, title: order, note: orderWords[order] }));
  const chosen = await dialogs.choose("Sort:", choices, settings.order);
  settings.order = sortOrders.find((order) => order === chosen) ?? settings.order;
}

export function show({ settings }: Desk, view: (typeof views)[number]): void {
  settings.view = view;
  settings.whole = false;
  settings.detailTop = 0;
}
