import { type Mode, modes } from "../../protocol/effects.ts";
import { provedWords } from "../../protocol/passphrase.ts";
import { modeWords } from "../../protocol/words.ts";
import type { Desk } from "./desk.ts";
import { proving } from "./proof.ts";

/** What the keys do to the daemon. */

export async function startDaemon({ ports, say }: Desk): Promise<void> {
  say("faint", "Starting the daemon.");
  await ports.startDaemon();
  say("good", "The daemon is up.");
}

export async function chooseMode(desk: Desk): Promise<void> {
  const choices = modes.map((mode) => ({ id: mode, title: mode, note: modeWords[mode] }));
  const chosen = await desk.dialogs.choose("Mode:", choices, desk.state.status?.mode);
  const mode = modes.find((known) => known === chosen);
  if (mode !== undefined && mode !== desk.state.status?.mode) await setMode(desk, mode);
}

/** What lets more pass, or nothing at all, is confirmed. */
export async function setMode(desk: Desk, mode: Mode): Promise<void> {
  const { dialogs, client, signal, say } = desk;
  const question = {
    panic: "Deny every tool call of every agent, now?",
    observe: "Allow everything but the catastrophic?",
  };
  if ((mode === "panic" || mode === "observe") && !(await dialogs.confirm(question[mode]))) return;
  const answer = await proving(desk, provedWords.mode(mode), (proof) =>
    client().call("policy/mode", { mode, proof }, { signal }),
  );
  if (answer === undefined) return;
  say(mode === "panic" ? "bad" : "good", `The mode is now ${answer.mode}: ${modeWords[answer.mode]}`);
}
