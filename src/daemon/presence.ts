import type { Decider } from "../holds/index.ts";
import type { About, Operator, PassphraseProof, Passes, Presence as Proof, Vault } from "../operator/index.ts";
import type { Access } from "../protocol/operation.ts";
import type { Call } from "../protocol/handlers.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { provedWords } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";

/** Who calls, as far as presence asks. */
type Calling = Pick<Call, "connection" | "signal">;

/** What asks for level 2 too, where a passphrase is set. */
export interface Proved {
  /** One of `provedWords`. */
  readonly word: string;
  readonly proof: PassphraseProof | undefined;
  /** The verb that asks for the passphrase, for those who can't be asked. */
  readonly verb: string;
}

/**
 * Whether a person stands behind a call: level 1, their presence (DESIGN section 11), before anything is released or loosened, and level 2, the
 * passphrase where one is set, before what can't be undone. Whether somebody is there is asked first, so that an agent is told nothing else.
 */
export interface Presence {
  /** The table's access check, for every call. @throws Refusal NOT_PERMITTED */
  allow(access: Access, call: Call): Promise<void>;
  /** @throws Refusal NOT_PERMITTED, PROOF_NEEDED  the second where a passphrase is set and the hold can't be undone */
  forHold(
    hold: HoldView,
    call: Call,
    decision: { readonly releases: boolean; readonly proof?: PassphraseProof | undefined },
  ): Promise<Decider>;
  /**
   * @param tightens  it only makes things stricter: a terminal of any age will do
   * @param proved    what the passphrase is asked for too, where one is set
   * @throws Refusal NOT_PERMITTED, PROOF_NEEDED
   */
  forOperation(
    purpose: string,
    call: Calling,
    options?: { readonly tightens?: boolean; readonly proved?: Proved | undefined },
  ): Promise<Decider>;
}

export interface PresencePorts {
  readonly operator: Operator;
  readonly passes: Passes;
  readonly vault: Pick<Vault, "locked" | "prove">;
  /** What browsers may release. */
  readonly webDecides: "everything" | "undoable" | "nothing";
  readonly session: (
    hold: HoldView,
  ) => { readonly startedAtMs: number; readonly process: { readonly startTime: number } | undefined } | undefined;
}

export function createPresence({ operator, passes, vault, webDecides, session }: PresencePorts): Presence {
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
  /** @returns what the record of the decision says beside presence */
  const provePassphrase = async (what: string, { word, proof, verb }: Proved): Promise<Decider> => {
    if (!vault.locked) return {};
    if (proof === undefined)
      throw new Refusal(
        "PROOF_NEEDED",
        `${what} needs the operator's passphrase.`,
        `Type it in a terminal of your own: ${verb}`,
      );
    await vault.prove(word, proof);
    return { passphrase: true };
  };
  return {
    async allow(access, call) {
      if (access === "agent") return;
      if (access === "admin")
        throw new Refusal("NOT_PERMITTED", "This needs the passphrase or a passkey, which are not set up.");
      await prove(call, "This", {});
    },
    async forHold(hold, call, { releases, proof: given }) {
      const known = session(hold);
      const about = { sessionStartedMs: known?.startedAtMs, agentStartTicks: known?.process?.startTime };
      const presence = await prove(call, `Deciding ${hold.id}`, about);
      if (!releases) return presence.record;
      if (
        call.connection.pass !== undefined &&
        webDecides !== "everything" &&
        (webDecides === "nothing" || !hold.undoable)
      )
        throw new Refusal(
          "NOT_PERMITTED",
          `Browsers may release ${webDecides === "nothing" ? "nothing" : "only what can be undone"} here (web.decides).`,
          `Decide it in a terminal: signalbox hold approve ${hold.id}`,
        );
      if (hold.undoable) return presence.record;
      const word = provedWords.release(hold.id);
      const passphrase = await provePassphrase(`Releasing ${hold.id}, which can't be undone,`, {
        word,
        proof: given,
        verb: `signalbox hold approve ${hold.id}`,
      });
      // No program that types into a pane knows the passphrase.
      if (presence.level === "multiplexer" && !vault.locked)
        throw new Refusal(
          "NOT_PERMITTED",
          `${hold.id} can't be undone, and a tmux or screen pane can be typed into by any program.`,
          "Decide it in a terminal outside tmux and screen, or set a passphrase there: signalbox operator passphrase set",
        );
      return { ...presence.record, ...passphrase };
    },
    async forOperation(purpose, call, { tightens = false, proved } = {}) {
      const { record } = await prove(call, purpose, tightens ? {} : { anyLiveSession: true });
      return proved === undefined ? record : { ...record, ...(await provePassphrase(purpose, proved)) };
    },
  };
}
