import { commands } from "./commands.ts";
import type { Desk } from "./desk.ts";
import { blank, fit, type Line, span } from "./line.ts";

const groups = ["Decide", "Move", "Look", "Sessions", "Signalbox"] as const;

/** Every key, from the table of commands. */
export function helpLines(columns: number): Line[] {
  const keyColumns = columns < 50 ? 8 : 16;
  const rows = groups.flatMap((group): Line[] => [
    [span(group, ["strong", "accent"])],
    ...commands
      .filter((command) => command.group === group)
      .map(({ keys, title }) => [...fit([span(keys.join(" "), "strong")], keyColumns), span(title)]),
    ...(group === "Look"
      ? [[...fit([span(": ctrl-p", "strong")], keyColumns), span("Every command by its name")]]
      : []),
    blank,
  ]);
  return [
    ...rows,
    [span("Mouse: a click chooses, a second one opens, the wheel scrolls; a key at the foot can be clicked.", "faint")],
    [span("With shift the mouse is the terminal's own, to select text.", "faint")],
    [span("In a popup of tmux: tmux display-popup -w 90% -h 90% -E signalbox board", "faint")],
  ];
}

/** What a list without a line says: why it is empty and what would fill it. */
export function emptyWords({ state, settings }: Pick<Desk, "state" | "settings">): string[] {
  const { link, sessions, entries } = state;
  if (link.state === "connecting") return ["Looking for the daemon."];
  if (link.state === "away") return [link.why, "It is looked for until it is back. u starts it."];
  if (settings.search !== "") return [`Nothing here is called “${settings.search}”.`, "Esc takes the search away."];
  if (settings.view === "timeline")
    return state.status?.ledger.problem == null
      ? ["The ledger has no entry yet."]
      : ["The ledger can't be read:", state.status.ledger.problem];
  if (sessions.size === 0 && entries.every(({ agent }) => agent === null))
    return [
      "No agent has been heard of yet.",
      "Wire one: signalbox wire claude-code. Or see it at work: signalbox demo",
    ];
  return ["No session runs.", ". shows those that are over."];
}
