import type { HoldView } from "../protocol/operations/holds.ts";
import type { Terminal } from "./terminal.ts";
import { callText, duration, effectLine, shorten, visible } from "./words.ts";

/** One line a hold: id, age, who, what. */
export function holdLine(terminal: Terminal, hold: HoldView, nowMs: number): string {
  const age = duration(nowMs - Date.parse(hold.openedAt)).padStart(6);
  const state =
    hold.state === "open" ? (hold.waiting > 0 ? terminal.style("warn", "waiting") : "open   ") : hold.state.padEnd(7);
  const text = shorten(callText(hold.tool, hold.input), Math.max(20, terminal.columns - 60));
  return `${terminal.style("strong", hold.id)}  ${age}  ${state}  ${hold.agent.padEnd(11)}  ${text}`;
}

/** Everything a person needs to decide: the call itself first, then what it would do and why it is held. */
export function holdCard(terminal: Terminal, hold: HoldView, nowMs: number): string {
  const lines = [
    `${terminal.style("strong", hold.id)}  ${hold.state}  ${hold.agent}, session ${visible(hold.session)}`,
    `in ${visible(hold.cwd)}, ${duration(nowMs - Date.parse(hold.openedAt))} ago${hold.waiting > 0 ? ", the agent waits" : ""}`,
    "",
    ...callText(hold.tool, hold.input)
      .split("\n")
      .map((line) => `  ${terminal.style("accent", line)}`),
    ...extraInput(hold),
    "",
    visible(hold.reason),
    ...hold.effects.map((effect) => `  - ${visible(effectLine(effect))}`),
    "",
    hold.undoable ? "It can be undone." : terminal.style("warn", "It can't be undone."),
    terminal.style("faint", `rule ${hold.rule}, ledger entry ${hold.entry}, expires ${hold.expiresAt}`),
  ];
  if (hold.decidedAt !== null)
    lines.push(
      `${hold.state} at ${hold.decidedAt}${hold.words === null || hold.words === "" ? "" : `: ${visible(hold.words)}`}`,
    );
  return lines.join("\n");
}

/** What an edit or a write would put there, as far as a card can show it. */
function extraInput({ input }: HoldView): string[] {
  const show = (label: string, value: unknown) =>
    typeof value === "string"
      ? [
          `  ${label}`,
          ...visible(value)
            .split("\n")
            .slice(0, contentLinesMax)
            .map((line) => `    ${line}`),
        ]
      : [];
  return [...show("old:", input["old_string"]), ...show("new:", input["new_string"] ?? input["content"])];
}

const contentLinesMax = 20;
