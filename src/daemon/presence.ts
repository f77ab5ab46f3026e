import type { Decider } from "../holds/index.ts";
import type { Operator, Presence as Proof } from "../operator/index.ts";
import type { Access } from "../protocol/operation.ts";
import type { Call } from "../protocol/handlers.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";

/** Whether a person stands behind a call, as far as level 1 can know (DESIGN section 11): asked before anything is released or loosened. */
export interface Presence {
  /** The table's access check, for every call. @throws Refusal NOT_PERMITTED */
  allow(access: Access, call: Call): Promise<void>;
  /** @throws Refusal NOT_PERMITTED */
  forHold(hold: HoldView, call: Call, decision: { readonly releases: boolean }): Promise<Decider>;
  /** @throws Refusal NOT_PERMITTED */
  forOperation(purpose: string, call: Call): Promise<Decider>;
}

export interface PresencePorts {
  readonly operator: Operator;
  readonly session: (
    hold: HoldView,
  ) => { readonly startedAtMs: number; readonly process: { readonly startTime: number } | undefined } | undefined;
}

export function createPresence({ operator, session }: PresencePorts): Presence {
  const prove = async (
    call: Call,
    purpose: string,
    about: Parameters<Operator["presence"]>[1],
  ): Promise<Proof & { present: true }> => {
    const proof = await operator.presence(call.connection, about, { signal: call.signal });
    if (proof.present) return proof;
    throw new Refusal(
      "NOT_PERMITTED",
      `${purpose} needs a person at a terminal: ${proof.why}.`,
      "Use a terminal of your own that was open before the agent started; keep `signalbox hold watch` open in one.",
    );
  };
  return {
    async allow(access, call) {
      if (access === "agent") return;
      if (access === "admin")
        throw new Refusal("NOT_PERMITTED", "This needs the passphrase or a passkey, which are not set up.");
      await prove(call, "This", {});
    },
    async forHold(hold, call, { releases }) {
      const known = session(hold);
      const about = { sessionStartedMs: known?.startedAtMs, agentStartTicks: known?.process?.startTime };
      const proof = await prove(call, `Deciding ${hold.id}`, about);
      if (releases && proof.level === "multiplexer" && !hold.undoable)
        throw new Refusal(
          "NOT_PERMITTED",
          `${hold.id} can't be undone, and a tmux or screen pane can be typed into by any program.`,
          "Decide it in a terminal outside tmux and screen.",
        );
      return proof.record;
    },
    async forOperation(purpose, call) {
      const proof = await prove(call, purpose, { anyLiveSession: true });
      return proof.record;
    },
  };
}
