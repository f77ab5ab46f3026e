import type { Peer } from "../../../protocol/client-dialect.ts";
import type { NotSure } from "../../../protocol/handlers.ts";
import { HoldId } from "../../../protocol/ids.ts";
import type { HoldView } from "../../../protocol/operations/holds.ts";
import type { OutputOf } from "../../../protocol/operations/index.ts";
import { Refusal } from "../../../protocol/refusals.ts";
import { callOf, type Command, pendingItem, type RequestOf, uuidOf } from "./frames.ts";

/** Commands that were held, kept whole until their client has heard what became of them; one more forgets the oldest. */
const proposalsMax = 2_048;
const proposalCharsMax = 16 * 1024 * 1024;
/** Holds that one question looks at, as many as are listed at once. */
const listedMax = 1_000;

interface Proposal {
  readonly command: Command;
  readonly chars: number;
  hold: HoldId;
  /** What its client was told for good. */
  answer: "approved" | "denied" | undefined;
  /** The one use of its approval that is under way. */
  using: Promise<void> | undefined;
}

/**
 * kintsugi's queue over our holds. Its clients ask once, go away, and ask again and again what became of it; when they hear "approved"
 * they run the command. So that answer uses the approval: the call is judged again and entered first, and only once.
 */
export class Queue {
  /** By the command's id, oldest first. */
  readonly #proposals = new Map<string, Proposal>();
  #chars = 0;

  /** Judges a command. A hold stays open, whether or not its client stays. */
  async propose(peer: Peer, command: Command, notSure: NotSure | undefined): Promise<OutputOf<"gate/request">> {
    const verdict = await this.#ask(peer, command, notSure);
    if (verdict.hold !== undefined && verdict.verdict === "hold") this.#keep(command, verdict.hold);
    return verdict;
  }

  /** The person at the client's own prompt has decided. @throws Refusal  among them NOT_PERMITTED: nobody is there */
  async resolve(peer: Peer, { command, decision, remember }: RequestOf<"resolve">): Promise<void> {
    if (decision === "hold") throw new Refusal("INVALID_PARAMS", "resolve takes the decision allow or deny, not hold");
    const known = this.#proposals.get(command.id);
    const hold = known?.hold ?? (await this.#find(peer, command.id)).id;
    if (decision === "deny") {
      await peer.call("hold/decide", { id: hold, decision: "deny", words: "denied at the client's prompt" });
      return;
    }
    await approve(peer, hold, remember ? "rule" : "once");
    const proposal = known ?? this.#keep(command, hold);
    await this.#use(peer, proposal);
    if (proposal.answer !== "approved")
      throw new Refusal(
        "CONFLICT",
        `${hold} was approved and could not be used: what it rests on has changed`,
        "Propose it again.",
      );
  }

  /** @returns `gone` for what is not known, closed without a decision, or approved for a client that can't be told apart any more */
  async statusOf(peer: Peer, id: string): Promise<"pending" | "approved" | "denied" | "gone"> {
    const proposal = this.#proposals.get(id);
    if (proposal?.answer !== undefined) return proposal.answer;
    let hold: HoldView;
    try {
      hold =
        proposal === undefined ? await this.#find(peer, id) : (await peer.call("hold/get", { id: proposal.hold })).hold;
    } catch (error) {
      if (error instanceof Refusal && error.code === "NOT_FOUND") return "gone";
      throw error;
    }
    switch (hold.state) {
      case "open":
        return "pending";
      case "denied":
        return "denied";
      case "approved":
      case "used":
        // Used by whoever proposed the same: an approval lets one of them run, and this one is asked about anew.
        if (proposal === undefined) return isOurs(hold) ? "gone" : "approved";
        await this.#use(peer, proposal);
        return proposal.answer ?? "pending";
      case "expired":
      case "withdrawn":
      case "settled":
        return "gone";
    }
  }

  async approve(peer: Peer, id: string): Promise<void> {
    await approve(peer, await this.#holdOf(peer, id), "once");
  }

  async deny(peer: Peer, id: string): Promise<void> {
    await peer.call("hold/decide", { id: await this.#holdOf(peer, id), decision: "deny", words: "" });
  }

  async list(peer: Peer): Promise<object[]> {
    const { holds } = await peer.call("hold/list", { limit: listedMax });
    return holds.map((hold) => pendingItem(hold, nameOf(hold)));
  }

  /** Denies everything that is open. @returns how many */
  async prune(peer: Peer): Promise<number> {
    await peer.call("operator/present", { purpose: "Dropping all that is held" });
    let pruned = 0;
    for (;;) {
      const { holds } = await peer.call("hold/list", { limit: listedMax });
      const before = pruned;
      for (const { id } of holds) if (await denyIfOpen(peer, id)) pruned += 1;
      if (holds.length < listedMax || pruned === before) return pruned;
    }
  }

  #ask(peer: Peer, command: Command, notSure: NotSure | undefined): Promise<OutputOf<"gate/request">> {
    return peer.call("gate/request", callOf(command), { notSure, outlivesPeer: true });
  }

  /** Uses the approval of a proposal, once however many ask: judges it again, and enters what comes of it. */
  async #use(peer: Peer, proposal: Proposal): Promise<void> {
    if (proposal.answer !== undefined) return;
    proposal.using ??= (async () => {
      try {
        const verdict = await this.#ask(peer, proposal.command, undefined);
        if (verdict.verdict === "allow") proposal.answer = "approved";
        else if (verdict.verdict === "deny") proposal.answer = "denied";
        else if (verdict.hold !== undefined) proposal.hold = verdict.hold; // the facts have changed: a new hold shows the difference
      } finally {
        proposal.using = undefined;
      }
    })();
    await proposal.using;
  }

  #keep(command: Command, hold: HoldId): Proposal {
    this.#forget(command.id);
    const chars = JSON.stringify(command).length;
    const proposal: Proposal = { command, chars, hold, answer: undefined, using: undefined };
    this.#proposals.set(command.id, proposal);
    this.#chars += chars;
    for (const oldest of this.#proposals.keys()) {
      if (this.#proposals.size <= proposalsMax && this.#chars <= proposalCharsMax) break;
      this.#forget(oldest);
    }
    return proposal;
  }

  #forget(id: string): void {
    this.#chars -= this.#proposals.get(id)?.chars ?? 0;
    this.#proposals.delete(id);
  }

  async #holdOf(peer: Peer, id: string): Promise<HoldId> {
    return this.#proposals.get(id)?.hold ?? (await this.#find(peer, id)).id;
  }

  /** @throws Refusal NOT_FOUND */
  async #find(peer: Peer, id: string): Promise<HoldView> {
    const own = HoldId.safeParse(id);
    if (own.success) return (await peer.call("hold/get", { id: own.data })).hold;
    for (const state of ["open", "all"] as const) {
      const { holds } = await peer.call("hold/list", { state, limit: listedMax });
      const found = holds.findLast((hold) => nameOf(hold) === id || uuidOf(hold.id) === id);
      if (found !== undefined) return found;
    }
    throw new Refusal("NOT_FOUND", `nothing is held under the id ${id}`, "listpending names what is held.");
  }
}

/** By what kintsugi's clients know a hold: their own command's id, else one made of the hold's. */
const nameOf = (hold: HoldView): string =>
  isOurs(hold) && hold.toolCallId !== undefined ? hold.toolCallId : uuidOf(hold.id);

const isOurs = ({ toolCallId }: HoldView): boolean =>
  toolCallId !== undefined && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(toolCallId);

/** Where no rule narrow enough can be made, "remember" is once, as kintsugi has it for what is catastrophic. */
async function approve(peer: Peer, id: HoldId, scope: "once" | "rule"): Promise<void> {
  try {
    await peer.call("hold/decide", { id, decision: "approve", scope });
  } catch (error) {
    const { hold } = await peer.call("hold/get", { id });
    if (scope === "once" || hold.state !== "open" || !(error instanceof Refusal) || error.code !== "CONFLICT")
      throw error;
    await peer.call("hold/decide", { id, decision: "approve", scope: "once" });
  }
}

async function denyIfOpen(peer: Peer, id: HoldId): Promise<boolean> {
  try {
    await peer.call("hold/decide", { id, decision: "deny", words: "dropped with everything that was held" });
    return true;
  } catch (error) {
    if (error instanceof Refusal && ["CONFLICT", "EXPIRED", "NOT_FOUND"].includes(error.code)) return false; // closed meanwhile
    throw error;
  }
}
