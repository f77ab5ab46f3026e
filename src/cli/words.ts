import type { Verdict } from "../protocol/effects.ts";
import type { Terminal } from "./terminal.ts";

export { bytes, columnsOf, count, duration, moment, shorten, visible, visibleName, wrap } from "../kit/text.ts";
export { callText, effectLines, sentence, stopped, undoText } from "../protocol/words.ts";

export function verdictWord(terminal: Terminal, verdict: Verdict): string {
  switch (verdict) {
    case "allow":
      return terminal.style("good", "allow");
    case "hold":
      return terminal.style("warn", "hold");
    case "deny":
      return terminal.style("bad", "deny");
  }
}

/** What would help, below the message: a bare command gets a word before it. */
export function hintLines(hint: string | undefined): readonly string[] {
  if (hint === undefined) return [];
  return [`  ${/^signalbox [a-z]/.test(hint) ? `Try: ${hint}` : hint}`];
}
