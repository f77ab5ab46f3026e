import { sessionTitle } from "../model/index.ts";
import type { Desk } from "./desk.ts";
import { jumpTo } from "./tmux.ts";

/** What the keys do to the session that is chosen. */

/** Who opens a finished session, or goes to it, has seen it. */
export async function seen({ client, session, signal }: Desk): Promise<void> {
  if (session?.state === "finished-unseen")
    await client().call("session/seen", { agent: session.agent, session: session.id }, { signal });
}

export async function toTerminal(desk: Desk): Promise<void> {
  const { session, ports, signal, say } = desk;
  if (session === undefined) return;
  const { tmux } = await ports.environment();
  await jumpTo(session, tmux, signal);
  await seen(desk);
  say("good", `tmux shows ${sessionTitle(session)}, pane ${session.terminal?.tmuxPane ?? ""}.`);
}

export async function rename({ session, dialogs, client, signal, say }: Desk): Promise<void> {
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

export async function pin({ session, client, signal }: Desk): Promise<void> {
  if (session === undefined) return;
  await client().call(
    "session/pin",
    { agent: session.agent, session: session.id, pinned: !session.pinned },
    { signal },
  );
}

export async function archive({ session, client, signal, say }: Desk): Promise<void> {
  if (session === undefined) return;
  await client().call("session/archive", { agent: session.agent, session: session.id, archived: true }, { signal });
  say(
    "faint",
    `${sessionTitle(session)} is off the board until it is heard of again. signalbox session search finds it.`,
  );
}
