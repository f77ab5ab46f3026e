import type { Decider } from "../holds/index.ts";
import type { About, Operator, Passes, Presence as Proof } from "../operator/index.ts";
import type { Access } from "../protocol/operation.ts";
import type { Call } from "../protocol/handlers.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";

/** Who calls, as far as presence asks. */
type Calling = Pick<Call, "connection" | "signal">;

/** Whether a person stands behind a call, as far as level 1 can know (DESIGN section 11): asked before anything is released or loosened. */
export interface Presence {
  /** The table's access check, for every call. @throws Refusal NOT_PERMITTED */
  allow(access: Access, call: Call): Promise<void>;
  /** @throws Refusal NOT_PERMITTED */
  forHold(hold: HoldView, call: Call, decision: { readonly releases: boolean }): Promise<Decider>;
  /**
   * @param tightens  it only makes things stricter: a terminal of any age will do
   * @throws Refusal NOT_PERMITTED
   */
  forOperation(purpose: string, call: Calling, options?: { readonly tightens: boolean }): Promise<Decider>;
}

export interface PresencePorts {
  readonly operator: Operator;
  readonly passes: Passes;
  /** What browsers may release. */
  readonly webDecides: "everything" | "undoable" | "nothing";
  readonly session: (
    hold: HoldView,
  ) => { readonly startedAtMs: number; readonly process: { readonly startTime: number } | undefined } | undefined;
}

export function createPresence({ operator, passes, webDecides, session }: PresencePorts): Presence {
  /** A browser is judged as the terminal that asked for its link, as it was read then. */
  const ofPass = (id: string, about: About): Proof => {
    const pass = passes.get(id);
    if (pass === undefined) return { present: false, why: "this browser's pass has ended; type: signalbox web" };
    if (!passes.seated(pass)) return { present: false, why: "the terminal that opened this board was closed" };
    const proof = operator.judge(pass.seat, about);
    return proof.present ? { ...proof, record: { ...proof.record, through: "web", pass: id } } : proof;
  };
  const prove = async (call: Calling, purpose: string, about: About): Promise<Proof & { present: true }> => {
    const { pass } = call.connection;
    const proof =
      pass === undefined
        ? await operator.presence(call.connection, about, { signal: call.signal })
        : ofPass(pass, about);
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
      if (
        releases &&
        call.connection.pass !== undefined &&
        webDecides !== "everything" &&
        (webDecides === "nothing" || !hold.undoable)
      )
        throw new Refusal(
          "NOT_PERMITTED",
          `Browsers may release ${webDecides === "nothing" ? "nothing" : "only what can be undone"} here (web.decides).`,
          `Decide it in a terminal: signalbox hold approve ${hold.id}`,
        );
      if (releases && proof.level === "multiplexer" && !hold.undoable)
        throw new Refusal(
          "NOT_PERMITTED",
          `${hold.id} can't be undone, and a tmux or screen pane can be typed into by any program.`,
          "Decide it in a terminal outside tmux and screen.",
        );
      return proof.record;
    },
    async forOperation(purpose, call, { tightens } = { tightens: false }) {
      const proof = await prove(call, purpose, tightens ? {} : { anyLiveSession: true });
      return proof.record;
    },
  };
}
