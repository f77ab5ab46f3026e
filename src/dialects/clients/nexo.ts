import { z } from "zod";
import type { Json } from "../../kit/canonical.ts";
import type { ClientDialect, Peer } from "../../protocol/client-dialect.ts";
import type { NotSure } from "../../protocol/handlers.ts";
import { JsonObject, JsonValue } from "../../protocol/json.ts";
import { read, wordsOf } from "./reading.ts";

/** nexo's question, of which it must say only the tool's name. */
const Decide = z.object({
  id: z.string().max(256),
  request: z.object({
    /** A goal is a session; without one the connection is. */
    goal_id: z.string().min(1).max(200).optional(),
    tool_use_id: z.string().max(256).default(""),
    tool_name: z.string().min(1).max(256),
    input: JsonValue.default(null),
    metadata: JsonObject.default({}),
  }),
});
export type NexoRequest = z.output<typeof Decide>["request"];

/** nexo's answer, in its own words. */
export type NexoOutcome =
  | { readonly outcome: "allow_once"; readonly updated_input?: Json }
  | { readonly outcome: "allow_session"; readonly scope: "turn" | "session"; readonly updated_input?: Json }
  | { readonly outcome: "deny"; readonly message: string }
  | { readonly outcome: "unavailable"; readonly reason: string }
  | { readonly outcome: "cancelled" };

export interface NexoPorts {
  /**
   * Has one call decided.
   * @throws Refusal  there is no decision; nexo's clients take that for a deny
   */
  decide(
    request: NexoRequest,
    about: { readonly peer: Peer; readonly notSure: NotSure | undefined },
  ): Promise<{ readonly outcome: NexoOutcome; readonly rationale: string }>;
  /** The connection has ended, and with it what nexo calls a turn. */
  ended(peer: Peer): void;
}

/**
 * nexo's permission socket: `decide` frames, several in flight, each answered under its id. A client that goes away takes its question
 * back, unless it was decided already. `shutdown` ends that client's connection and nothing else.
 */
export function nexo(ports: NexoPorts): ClientDialect {
  return {
    name: "nexo",
    matches: (frame) => frame["kind"] === "decide" || (frame["kind"] === "shutdown" && !("op" in frame)),
    ordered: false,
    fault: (refusal, frame) => {
      const id = frame?.["id"];
      return { kind: "error", id: typeof id === "string" ? id : "", message: wordsOf(refusal) };
    },
    open(peer) {
      peer.lost.addEventListener("abort", () => ports.ended(peer), { once: true });
      return {
        async serve(frame, { notSure }) {
          if (frame["kind"] === "shutdown") return peer.end();
          const { id, request } = read(Decide, frame, "decide");
          const { outcome, rationale } = await ports.decide(request, { peer, notSure });
          peer.send({ kind: "decision", id, response: { tool_use_id: request.tool_use_id, outcome, rationale } });
        },
      };
    },
  };
}
