import { connect } from "../client/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Verb } from "./index.ts";

/**
 * For what the CLI itself does on a person's word. The daemon sees who is calling; without one there is nobody to ask, and then only a
 * person's terminal will do.
 * @throws Refusal NOT_PERMITTED
 */
export async function askPresence({ terminal, place }: Verb, purpose: string): Promise<void> {
  try {
    await using client = await connect({ socket: place.socket });
    await client.call("operator/present", { purpose });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "DAEMON_AWAY") throw error;
    if (!terminal.interactive)
      throw new Refusal(
        "NOT_PERMITTED",
        `${purpose} needs a person at a terminal, and no daemon runs that could tell who is calling.`,
        "Start it first: signalbox up --detach",
      );
  }
}
