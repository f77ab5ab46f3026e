import { count, visible } from "../../kit/text.ts";
import { decidedText, editable, editedInput, simulatedText } from "../../protocol/hold-words.ts";
import type { HoldDecision, HoldView } from "../../protocol/operations/holds.ts";
import { provedWords } from "../../protocol/passphrase.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { callText } from "../../protocol/words.ts";
import { flat } from "../model/index.ts";
import type { Desk } from "./desk.ts";
import { editText } from "./editor.ts";
import { blank, type Line, span } from "./line.ts";
import { proving } from "./proof.ts";

/** Deciding holds. What can't be undone is confirmed; what is decided is exactly what was on the screen when the key was pressed. */

export async function approve(desk: Desk, scope: "once" | "session"): Promise<void> {
  const hold = chosen(desk);
  if (hold === undefined || stoppedAll(desk)) return;
  if (scope === "session" && !hold.undoable)
    return desk.say("warn", "What can't be undone is approved once, not for a session.");
  if (!hold.undoable && !(await desk.dialogs.confirm("It can't be undone. Approve it once?"))) return;
  await decide(desk, hold, { decision: "approve", scope });
}

export async function deny(desk: Desk): Promise<void> {
  const hold = chosen(desk);
  if (hold === undefined) return;
  const answer = await desk.dialogs.ask("Deny it. Why? The agent reads it.", {
    hint: "Enter denies, with no words too; Esc goes back",
  });
  if (answer !== undefined) await decide(desk, hold, { decision: "deny", words: answer.text.trim() });
}

export async function approveAsRule(desk: Desk): Promise<void> {
  const hold = chosen(desk);
  if (hold === undefined || stoppedAll(desk)) return;
  const { rule } = await desk.client().call("hold/rule", { id: hold.id }, { signal: desk.signal });
  const simulated = await desk.client().call("policy/simulate", { add: rule }, { signal: desk.signal });
  const shown: Line[] = [
    [span(simulatedText(simulated), "strong")],
    [span("This rule would be added to your policy:", "faint")],
    blank,
    ...rule
      .trimEnd()
      .split("\n")
      .map((line) => [span(flat(line), "accent")]),
  ];
  if (await desk.dialogs.confirm("Save it and approve?", shown))
    await decide(desk, hold, { decision: "approve", scope: "rule" });
}

/** In a line of the board, or, when the person asks for it, in their own editor; what comes of it is judged again by the daemon. */
export async function editThenApprove(desk: Desk): Promise<void> {
  const hold = chosen(desk);
  if (hold === undefined || stoppedAll(desk)) return;
  const { label, text } = editable(hold);
  const answer = await desk.dialogs.ask(`${label}:`, {
    prefill: text,
    keys: ["ctrl-o"],
    hint: "Enter approves it as it stands here, Ctrl-O opens your editor, Esc goes back",
  });
  if (answer === undefined) return;
  if (answer.key === "ctrl-o") return editOutside(desk, hold);
  await approveEdited(desk, hold, editedInput(hold, answer.text.trim()));
}

async function editOutside(desk: Desk, hold: HoldView): Promise<void> {
  const { editor = "vi" } = await desk.ports.environment();
  const { label, text } = editable(hold, "editor");
  const edited = await desk.lend(() => editText(editor, label === "Command" ? "command.sh" : "input.json", text));
  if (edited === undefined) return desk.say("faint", "Nothing was changed, so nothing was decided.");
  const input = editedInput(hold, edited, "editor");
  const shown = visible(edited)
    .split("\n")
    .map((line): Line => [span(line.replaceAll("\t", "  "), "accent")]);
  if (await desk.dialogs.confirm("Approve this instead?", shown)) await approveEdited(desk, hold, input);
}

async function approveEdited(desk: Desk, hold: HoldView, input: Record<string, never>): Promise<void> {
  if (!hold.undoable && !(await desk.dialogs.confirm("What it asked for can't be undone. Approve your text?"))) return;
  await decide(desk, hold, { decision: "edit", input });
}

/** All that are marked, after one question that lists them. */
export async function decideMarked(desk: Desk, decision: "approve" | "deny"): Promise<void> {
  const holds = markedHolds(desk);
  if (decision === "approve" && stoppedAll(desk)) return;
  if (holds.length === 0) return desk.say("warn", "Nothing is marked. Space marks a hold, * all of them.");
  const listed = holds.map(
    (hold): Line => [
      span("- "),
      span(flat(callText(hold.tool, hold.input)), "accent"),
      ...(hold.undoable ? [] : [span("  can't be undone", "bad")]),
    ],
  );
  const told = await (decision === "approve" ? askApproval(desk, holds, listed) : askWords(desk, holds, listed));
  if (told === undefined) return;
  const input: HoldDecision =
    decision === "approve" ? { decision: "approve", scope: "once" } : { decision: "deny", words: told };
  const failed: string[] = [];
  for (const hold of holds) {
    try {
      if ((await release(desk, hold, input)) === undefined) failed.push(`${hold.id} was left as it is.`);
      else desk.settings.marks.delete(hold.id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed.push(error.message);
    }
  }
  const done = `${decision === "approve" ? "Approved" : "Denied"} ${count(holds.length - failed.length, "hold")}.`;
  if (failed.length === 0) desk.say(decision === "approve" ? "good" : "warn", done);
  else desk.say("bad", `${done} ${count(failed.length, "was", "were")} not decided: ${failed[0]}`);
}

async function askApproval(
  desk: Desk,
  holds: readonly HoldView[],
  listed: readonly Line[],
): Promise<string | undefined> {
  const beyond = holds.filter(({ undoable }) => !undoable).length;
  const question = `Approve ${count(holds.length, "hold")} once?`;
  if (beyond === 0) return (await desk.dialogs.confirm(question, listed)) ? "" : undefined;
  const answer = await desk.dialogs.ask(`${question} ${beyond} of them can't be undone. Type approve:`, {
    above: listed,
  });
  if (answer === undefined) return undefined;
  if (answer.text.trim().toLowerCase() === "approve") return "";
  desk.say("warn", "Nothing was approved: the word was not typed.");
  return undefined;
}

async function askWords(desk: Desk, holds: readonly HoldView[], listed: readonly Line[]): Promise<string | undefined> {
  const answer = await desk.dialogs.ask(`Deny ${count(holds.length, "hold")}. Why? The agents read it.`, {
    above: listed,
    hint: "Enter denies all of them, with no words too; Esc goes back",
  });
  return answer?.text.trim();
}

export const markedHolds = ({ settings, state }: Pick<Desk, "settings" | "state">): HoldView[] =>
  [...settings.marks].map((id) => state.holds.get(id)).filter((hold) => hold !== undefined);

/** What is released while everything is stopped would be denied to the agent all the same. */
function stoppedAll({ state, say }: Desk): boolean {
  if (state.status?.mode !== "panic") return false;
  say("warn", "Everything is stopped, so nothing can be approved. m lets agents go on.");
  return true;
}

function chosen(desk: Desk): HoldView | undefined {
  if (desk.hold === undefined) desk.say("faint", "Choose a hold first: n goes to the next that needs you.");
  return desk.hold;
}

async function decide(desk: Desk, hold: HoldView, decision: HoldDecision): Promise<void> {
  // What waits is read now: the caller may have gone while the person thought.
  const waited = (desk.state.holds.get(hold.id)?.waiting ?? 0) > 0;
  const answer = await release(desk, hold, decision);
  if (answer === undefined) return desk.say("faint", "Nothing was decided.");
  desk.settings.marks.delete(hold.id);
  desk.say(decision.decision === "deny" ? "warn" : "good", decidedText(decision, answer, waited));
}

/** @returns undefined when the passphrase was asked for and not given */
const release = (desk: Desk, { id }: HoldView, decision: HoldDecision) =>
  proving(desk, provedWords.release(id), (proof) =>
    desk.client().call("hold/decide", { id, proof, ...decision }, { signal: desk.signal }),
  );
