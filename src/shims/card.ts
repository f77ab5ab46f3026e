import { visible } from "../kit/text.ts";
import type { HoldView } from "../protocol/operations/holds.ts";

const effectsShownMax = 8;

/** What a held command shows on the terminal where it was typed. Plain text: it may end up in a log. */
export function holdCard(
  hold: Pick<HoldView, "id" | "input" | "reason" | "effects" | "rule" | "undoable" | "cwd">,
  { asksHere }: { asksHere: boolean },
): string {
  const { command } = hold.input;
  const effects = hold.effects.filter(({ what }) => !hold.reason.includes(what));
  const more = effects.length - effectsShownMax;
  const lines = [
    `signalbox: held (${hold.id})`,
    ...visible(typeof command === "string" ? command : JSON.stringify(hold.input))
      .split("\n")
      .map((text) => `    ${text}`),
    `  ${visible(hold.reason)}`,
    ...effects.slice(0, effectsShownMax).map(({ what }) => `  - ${visible(what)}`),
    ...(more > 0 ? [`  - and ${more} more`] : []),
    `  ${hold.undoable ? "It can be undone." : "It can't be undone."} Rule ${hold.rule}, in ${visible(hold.cwd)}`,
    asksHere
      ? "Type a to approve it once, d to deny it, then Enter; or decide it elsewhere."
      : `It waits until a person decides: signalbox hold approve ${hold.id} (or deny). Ctrl-C gives it up.`,
  ];
  return `${lines.join("\n")}\n`;
}

/** A typed answer. Anything but a clear word is no decision. */
export function readDecision(text: string): { hold: string; decision: "approve" | "deny" | undefined } {
  const [hold = "", said = ""] = text.split("\n");
  const word = said.trim().toLowerCase();
  return {
    hold,
    decision: ["a", "approve"].includes(word) ? "approve" : ["d", "deny"].includes(word) ? "deny" : undefined,
  };
}
