import type { Decider, ModelDecider, Opinion } from "../../deciders/index.ts";
import type { NexoOutcome, NexoPorts, NexoRequest } from "../../dialects/clients/nexo.ts";
import type { Json } from "../../kit/canonical.ts";
import type { CallOptions, Peer } from "../../protocol/client-dialect.ts";
import type { HoldId } from "../../protocol/ids.ts";
import { limits } from "../../protocol/limits.ts";
import type { OutputOf } from "../../protocol/operations/index.ts";

export interface NexoRooms {
  readonly decider: Decider | ModelDecider;
  /** How long a call waits for the operator, in milliseconds, where the client does not say that it waits for longer. */
  readonly waitMs: number;
  readonly waitMsMax: number;
  /** Approves a hold in a decider's name. */
  release(hold: HoldId, decider: string): Promise<void>;
  /** The folder that a client works in, where the system tells. */
  folderOf(peer: Peer): Promise<string | undefined>;
  /** Nobody is left who speaks for the session. */
  endSession(session: string): Promise<void>;
}

export const nexoAgent = "nexo";

type Verdict = OutputOf<"gate/request">;

/**
 * nexo's questions as calls of the gate, with the decider's opinion. A frame names no folder: the driver's own `metadata` may, else it is
 * the folder that the client runs in (the agent's worktree), else `/`, where next to nothing is allowed without a person.
 *
 * Nobody is told `allow_session` for what policy or the operator decided: nexo's client then stops asking, and calls would run without an
 * entry. What the operator grants for the session is kept here and answers the next call at once.
 */
export function nexoPorts(rooms: NexoRooms): NexoPorts {
  const { decider } = rooms;
  /** Connections that speak for a session. */
  const speakers = new Map<string, Set<Peer>>();

  return {
    async decide(request, { peer, notSure }) {
      const session = request.goal_id ?? peer.connection.id;
      const asked = inputOf(request.input);
      noteSpeaker(speakers, session, peer);
      const question = { session, turn: peer.connection.id, tool: request.tool_name, input: asked };
      const opinion = await decider.decide(question, { signal: peer.lost });
      const input = opinion.say === "release" && opinion.input !== undefined ? opinion.input : asked;
      const call = {
        agent: nexoAgent,
        session,
        cwd: folderIn(request.metadata) ?? (await rooms.folderOf(peer)) ?? "/",
        tool: request.tool_name,
        input: { ...input },
        ...(request.tool_use_id === "" ? {} : { toolCallId: request.tool_use_id }),
      };
      const ask = (more: { wait: boolean; tighten?: { to: "hold" | "deny"; by: string; reason: string } }) =>
        peer.call("gate/request", { ...call, waitMs: waitOf(request, rooms), ...more }, optionsOf(notSure));
      const by = decider.name;
      let verdict: Verdict;
      switch (opinion.say) {
        case "policy":
          verdict = await ask({ wait: true });
          break;
        case "stricter":
          verdict = await ask({ wait: true, tighten: { to: opinion.to, by, reason: opinion.reason } });
          break;
        case "nothing":
          verdict = await ask({ wait: false, tighten: { to: "deny", by, reason: `No decision: ${opinion.reason}` } });
          break;
        case "release":
          verdict = await ask({ wait: false });
          if (verdict.verdict === "hold" && verdict.hold !== undefined) {
            await rooms.release(verdict.hold, by);
            verdict = await ask({ wait: false });
          }
      }
      return { outcome: outcomeOf(verdict, opinion), rationale: `${verdict.rule}, ledger entry ${verdict.entry}` };
    },
    ended(peer) {
      decider.turnEnded?.(peer.connection.id);
      for (const [session, peers] of speakers) {
        if (!peers.delete(peer) || peers.size > 0) continue;
        speakers.delete(session);
        void rooms.endSession(session);
      }
    },
  };
}

function outcomeOf(verdict: Verdict, opinion: Opinion): NexoOutcome {
  if (opinion.say === "nothing")
    return opinion.because === "cancelled"
      ? { outcome: "cancelled" }
      : { outcome: "unavailable", reason: opinion.reason };
  switch (verdict.verdict) {
    case "deny":
      return { outcome: "deny", message: verdict.reason };
    case "hold":
      return {
        outcome: "deny",
        message: `${verdict.reason} Nobody has decided yet (${verdict.hold ?? "held"}). Do something else, and try exactly this again once the operator has approved it.`,
      };
    case "allow": {
      const edited = verdict.input ?? (opinion.say === "release" ? opinion.input : undefined);
      const updated = edited === undefined ? {} : { updated_input: edited as Json };
      return opinion.say === "release" && opinion.scope !== "once"
        ? { outcome: "allow_session", scope: opinion.scope, ...updated }
        : { outcome: "allow_once", ...updated };
    }
  }
}

function noteSpeaker(speakers: Map<string, Set<Peer>>, session: string, peer: Peer): void {
  if (peer.lost.aborted) return; // it has gone already, and so its end has been told
  const peers = speakers.get(session);
  if (peers !== undefined) peers.add(peer);
  else if (speakers.size < limits.sessionsMax) speakers.set(session, new Set([peer]));
}

/** Tools take objects; whatever else is sent is judged under a name that says what it is. */
const inputOf = (input: Json): Readonly<Record<string, Json>> =>
  input === null
    ? {}
    : typeof input === "object" && !Array.isArray(input)
      ? (input as Record<string, Json>)
      : { input };

/** The driver's own words for where the agent works. */
function folderIn(metadata: NexoRequest["metadata"]): string | undefined {
  for (const key of ["cwd", "workspace_path", "workspace"]) {
    const value = metadata[key];
    if (typeof value === "string" && value.startsWith("/") && value.length <= 4_096) return value;
  }
  return undefined;
}

/** nexo's own client gives up after 30 s and would take the next answer for its own; ours says how long it waits. */
function waitOf({ metadata }: NexoRequest, { waitMs, waitMsMax }: NexoRooms): number {
  const said = metadata["wait_ms"];
  return typeof said === "number" && said >= 0 ? Math.min(Math.floor(said), waitMsMax) : waitMs;
}

const optionsOf = (notSure: CallOptions["notSure"]): CallOptions => (notSure === undefined ? {} : { notSure });
