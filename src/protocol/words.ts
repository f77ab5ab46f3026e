import type { Effect, Mode } from "./effects.ts";
import { visible, visibleName } from "../kit/text.ts";

/**
 * What every surface says of a tool call, its effects and the daemon's mode, in the same words: the command line, the desk, the boards.
 * Texts that came from an agent go through `visible` before they get here or on their way out.
 */

/** One line an effect: what it would do, where, and what makes it matter. */
function effectLine(effect: Effect): string {
  const remarks = [
    placeWords[effect.place],
    effect.reach === "one" ? "" : effect.reach === "many" ? "several at once" : "everything there",
    effect.undoable === "yes" ? "" : effect.undoable === "no" ? "can't be undone" : "costly to undo",
    effect.secret === "none" ? "" : effect.secret === "reads" ? "reads a secret" : "sends a secret out",
    effect.sure === "known" ? "" : effect.sure === "likely" ? "likely, not certain" : "can't be seen beforehand",
  ].filter((remark) => remark !== "");
  return remarks.length === 0 ? effect.what : `${effect.what} (${remarks.join(", ")})`;
}

/** The effects in words; a single one that the reason has said already is not said twice. */
export function effectLines(reason: string, effects: readonly Effect[]): string[] {
  const [only, ...more] = effects;
  return only !== undefined && more.length === 0 && reason.startsWith(only.what) ? [] : effects.map(effectLine);
}

export function undoText(effects: readonly Effect[]): string {
  if (effects.some(({ undoable }) => undoable === "no")) return "It can't be undone.";
  if (effects.some(({ sure }) => sure === "opaque")) return "Whether it can be undone is not known.";
  return effects.some(({ undoable }) => undoable === "costly")
    ? "It can be undone, at some cost."
    : "It can be undone.";
}

const placeWords: Record<Effect["place"], string> = {
  workspace: "",
  worktree: "another worktree",
  temp: "temporary files",
  home: "your home",
  system: "the system",
  device: "a device",
  "agent-config": "an agent's settings",
  signalbox: "Signalbox's own",
  remote: "beyond this machine",
};

/** The tool call as a person reads it: a command as it is, an edit by its path, else compact JSON. */
export function callText(tool: string, input: Readonly<Record<string, unknown>>): string {
  const command = input["command"];
  if (typeof command === "string") return visible(command);
  if (Array.isArray(command)) return visible(command.join(" "));
  const path = input[mainField(input) ?? ""];
  if (typeof path === "string") return `${visibleName(tool)} ${visible(path)}`;
  return `${visibleName(tool)} ${visible(JSON.stringify(input))}`;
}

/** The field of an input by which a person knows the call, which is all that `callText` shows of it; without one it shows the whole input. */
export function mainField(input: Readonly<Record<string, unknown>>): string | undefined {
  const command = input["command"];
  if (typeof command === "string" || Array.isArray(command)) return "command";
  const path = ["file_path", "path", "url"].find((name) => input[name] !== undefined && input[name] !== null);
  return path !== undefined && typeof input[path] === "string" ? path : undefined;
}

/** A message as a sentence: a capital where it begins with a plain word, a full stop where nothing ends it. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const begun = /^(?!signalbox)[a-z]+[ ,']/.test(trimmed)
    ? `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}`
    : trimmed;
  return stopped(begun);
}

/** With a full stop where nothing ends it; a reason keeps its first letter, which is often a program's name. */
export function stopped(text: string): string {
  return /[.!?:)\]}>`"]$/.test(text) ? text : `${text}.`;
}

/** What each mode does, after its name and a colon. */
export const modeWords: Readonly<Record<Mode, string>> = {
  attended: "a hold waits for you.",
  away: "a hold notifies you and waits.",
  unattended: "what would be held is denied, with a reason the agent can act on.",
  observe: "everything but the catastrophic is allowed; what would have been is recorded.",
  panic: "every tool call is denied. Back to normal: signalbox mode attended",
};
