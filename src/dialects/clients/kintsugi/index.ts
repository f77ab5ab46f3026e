/**
 * kintsugi's command gate: one request a frame, one reply each, in their order; its own clients take a fresh connection for each. Commands
 * are judged as calls of a shell; its queue is our holds, and what decides them needs the operator as everywhere. It never
 * answers "approved" without a verdict entered first, and never lists a command but redacted.
 */
import type { ClientDialect, ForeignFrame, Peer } from "../../../protocol/client-dialect.ts";
import type { NotSure } from "../../../protocol/handlers.ts";
import { read, wordsOf } from "../reading.ts";
import { callOf, denyFrame, type Kind, type RequestOf, requests, verdictFrame } from "./frames.ts";
import { Queue } from "./queue.ts";

export { sessionOf } from "./frames.ts";

/** Where a secret came from and could go, in kintsugi's words. */
export type ProvenanceStep =
  | { readonly step: "untrusted_read"; readonly source_kind: string; readonly source_id: string }
  | { readonly step: "sensitive_read"; readonly path: string }
  | { readonly step: "egress_sink"; readonly target: string }
  | { readonly step: "rule_fired"; readonly rule: string };

/** What no operation of the table says. */
export interface KintsugiPorts {
  /** Enters that a command could not be read, and so was denied. */
  unread(why: string): Promise<void>;
  /** Enters a change of a file that somebody else saw. */
  observe(change: RequestOf<"observe">): Promise<void>;
  /** Notes that a session read what strangers wrote. */
  ingest(source: RequestOf<"ingest">): Promise<void>;
  /** What the session brought in so far, and what this call would add. Judges nothing and enters nothing. */
  provenance(
    call: ReturnType<typeof callOf>,
    signal: AbortSignal,
  ): Promise<{ readonly tainted: boolean; readonly trail: readonly ProvenanceStep[] }>;
  /**
   * Begins the drain, for whoever proves the passphrase, or is present where none is set.
   * @throws Refusal NOT_PERMITTED  nothing stops
   */
  shutdown(proof: RequestOf<"shutdown">, peer: Peer): Promise<void>;
}

/** What says how risky a command is: kintsugi has a model there, we have effects and rules. */
const scorer = "signalbox-effects";
const ack = { kind: "ack" };
const overLimit = Symbol("over the limit");
const tooLongWords =
  "This command is too long to be judged, so it may not run. Put what it does into a script, and run that.";

export function kintsugi(ports: KintsugiPorts): ClientDialect {
  const queue = new Queue();
  return {
    name: "kintsugi",
    matches: (frame) =>
      typeof frame["kind"] === "string" &&
      Object.hasOwn(requests, frame["kind"]) &&
      (frame["kind"] !== "shutdown" || "op" in frame),
    ordered: true,
    // Its clients take an error for "no daemon" and go by their own rules: a command would only have to be long.
    standIn: (head) =>
      /^\s*\{\s*"kind"\s*:\s*"propose"/.test(head) ? { kind: "propose", [overLimit]: true } : undefined,
    // Of a command that could be read, whatever went wrong is a deny: its client takes an error for "no daemon" and goes by its own rules.
    fault: (refusal, frame) =>
      frame?.["kind"] === "propose" && refusal.code !== "INVALID_PARAMS"
        ? denyFrame(refusal.code.toLowerCase(), wordsOf(refusal))
        : { kind: "error", message: wordsOf(refusal) },
    open: (peer) => ({
      async serve(frame, { notSure }) {
        peer.send(await answer(frame["kind"] as Kind, frame, { ports, queue, peer, notSure }));
      },
    }),
  };
}

interface Asked {
  readonly ports: KintsugiPorts;
  readonly queue: Queue;
  readonly peer: Peer;
  readonly notSure: NotSure | undefined;
}

/** One row of kintsugi's table a case. @throws Refusal  the reply is then an error */
async function answer(kind: Kind, frame: ForeignFrame, { ports, queue, peer, notSure }: Asked): Promise<object> {
  const request = <K extends Kind>(name: K): RequestOf<K> => read(requests[name], frame, name) as RequestOf<K>;
  switch (kind) {
    case "propose":
      if (overLimit in frame) {
        await ports.unread("is longer than a frame may be");
        return denyFrame("unreadable", tooLongWords);
      }
      return verdictFrame(await queue.propose(peer, request("propose"), notSure));
    case "record": {
      const command = request("record");
      const { agent, session, cwd, tool, input } = callOf(command);
      await peer.call("gate/record", { agent, session, cwd, tool, input, ranAt: command.ts }, { outlivesPeer: true });
      return ack;
    }
    case "resolve":
      await queue.resolve(peer, request("resolve"));
      return ack;
    case "observe":
      await ports.observe(request("observe"));
      return ack;
    case "ingest":
      await ports.ingest(request("ingest"));
      return ack;
    case "provenance":
      return { kind, ...(await ports.provenance(callOf(request("provenance")), peer.lost)) };
    case "listpending":
      return { kind: "pendinglist", items: await queue.list(peer) };
    case "pendingstatus":
      return { kind: "pending", status: await queue.statusOf(peer, request("pendingstatus").id) };
    case "approve":
      await queue.approve(peer, request("approve").id);
      return ack;
    case "deny":
      await queue.deny(peer, request("deny").id);
      return ack;
    case "prunepending":
      return { kind: "pending", status: String(await queue.prune(peer)) };
    case "status":
      return { kind, scorer };
    case "authbegin":
      return { kind: "challenge", ...(await peer.call("operator/challenge", { op: request("authbegin").op })) };
    case "shutdown":
      await ports.shutdown(request("shutdown"), peer);
      return ack;
  }
}
