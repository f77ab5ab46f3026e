import type { Client } from "../../client/index.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import { Refusal } from "../../protocol/refusals.ts";
import {
  agentName,
  type BoardState,
  keyOf,
  type SessionKey,
  sessionsInNeed,
  sessionTitle,
  stateWord,
} from "../model/index.ts";

/** How this terminal calls its person: its bell, or the notification of OSC 9 (iTerm2, WezTerm, Ghostty, Windows Terminal), or not at all. */
type Way = "bell" | "osc" | "off";

const textCharsMax = 200;

/** Calls the person in the way that `notify.terminal` says; until that is known, by the bell. */
export class Caller {
  #way: Way = "bell";
  #asking: ReadonlySet<SessionKey> | undefined;

  async learn(client: Client, signal: AbortSignal): Promise<void> {
    try {
      const { values } = await client.call("daemon/config", {}, { signal });
      const way = values.find(({ key }) => key === "notify.terminal")?.value;
      if (way === "bell" || way === "osc" || way === "off") this.#way = way;
    } catch (error) {
      // The daemon went: the board says so, and the next one is asked again.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** @returns what to write to the terminal for a hold that was opened */
  hold({ agent, tool, reason }: HoldView): string {
    return this.#call(`Signalbox: ${agentName(agent)} waits for you. ${tool}: ${reason}`);
  }

  /**
   * Told at each frame what is shown.
   * @returns what to write for a session that has begun to need a person; what stood so when the board opened, or came back, is no news
   */
  look(state: BoardState): string {
    // A permission is a hold, or is one in a moment, or has just been one: holds call for themselves.
    const asking = sessionsInNeed(state).filter(({ waitingFor }) => waitingFor !== "permission");
    const known = this.#asking;
    this.#asking = state.link.state === "live" ? new Set(asking.map(({ agent, id }) => keyOf(agent, id))) : undefined;
    const news = asking.find(({ agent, id }) => known?.has(keyOf(agent, id)) === false);
    if (news === undefined || this.#asking === undefined) return "";
    return this.#call(`Signalbox: ${agentName(news.agent)} ${stateWord(news)}: ${sessionTitle(news)}`);
  }

  #call(text: string): string {
    if (this.#way === "off") return "";
    if (this.#way === "bell") return "\u0007";
    return `\u001b]9;${text.replaceAll(/\p{C}+/gu, " ").slice(0, textCharsMax)}\u0007`;
  }
}
