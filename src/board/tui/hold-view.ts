import { duration, moment, visible, visibleName } from "../../kit/text.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { otherFields } from "../../protocol/call-input.ts";
import { callText, effectLines, stopped, undoText } from "../../protocol/words.ts";
import { type ChangeLine, changeLines, flat, sessionTitle } from "../model/index.ts";
import { blank, cut, type Line, paragraph, span, spread, type Style } from "./line.ts";

const changeLinesMax = 400;
const changeStyles: Readonly<Record<ChangeLine["sign"], Style | undefined>> = {
  "-": "bad",
  "+": "good",
  " ": undefined,
  "…": "faint",
};

/** Everything a person needs to decide: the call itself first, then what it would do, why it is held and whether it can be undone. */
export function holdLines(hold: HoldView, session: SessionView | undefined, columns: number, nowMs: number): Line[] {
  const age = duration(nowMs - Date.parse(hold.openedAt));
  const waits = hold.waiting > 0 ? span(`waits ${age}`, ["warn", "strong"]) : span(`asked ${age} ago`, "warn");
  const title = session === undefined ? flat(hold.session) : sessionTitle(session);
  return [
    spread([span(flat(hold.agent), "strong"), span(`  ${title}`)], [waits], columns),
    ...paragraph(`${visibleName(hold.tool)} in ${visibleName(hold.cwd)}`, columns, "faint"),
    blank,
    ...paragraph(callText(hold.tool, hold.input), columns, ["accent", "strong"], 2),
    ...changes(hold, columns),
    ...otherFields(hold.input).flatMap((text) => paragraph(text, columns, "faint", 2)),
    blank,
    ...paragraph(visible(stopped(hold.reason)), columns),
    ...effectLines(hold.reason, hold.effects).flatMap((text) => paragraph(`- ${visible(text)}`, columns, undefined, 2)),
    ...paragraph(undoText(hold.effects), columns, hold.undoable ? undefined : ["bad", "strong"]),
    ...(hold.waiting > 0
      ? []
      : paragraph("Its agent waits no more: what you decide counts when it asks again.", columns, "faint")),
    blank,
    ...paragraph(
      [
        `rule ${visible(hold.rule)}`,
        `entry ${hold.entry}`,
        `expires in ${duration(Date.parse(hold.expiresAt) - nowMs)}`,
        hold.id,
        `held at ${moment(hold.openedAt).slice(11)}`,
      ].join(" · "),
      columns,
      "faint",
    ),
  ];
}

function changes(hold: HoldView, columns: number): Line[] {
  const lines = changeLines(hold.input, changeLinesMax);
  if (lines.length === 0) return [];
  return [
    blank,
    ...lines.map(({ sign, text }) =>
      cut([span(`  ${sign} ${text.replaceAll("\t", "  ")}`, changeStyles[sign])], columns),
    ),
  ];
}
