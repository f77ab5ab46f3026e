/**
 * The pods' protocol: the codec of one agent's own socket, and what the main socket answers to frames of that shape. Managed agents
 * serve these methods on sockets of their own; on ours there is no agent that a `run` could mean.
 */
import type { ClientDialect } from "../../../protocol/client-dialect.ts";
import { wordsOf } from "../reading.ts";
import { podFrame, readPodMethod } from "./codec.ts";

export * from "./codec.ts";

/** Answers every pod frame on the main socket with an error event that says where it belongs. */
export function podElsewhere(socketOf: (agent: string) => string): ClientDialect {
  return {
    name: "pod",
    matches: (frame) => "method" in frame,
    ordered: true,
    fault: (refusal) => podFrame("error", { code: "internal", message: wordsOf(refusal) }),
    open: (peer) => ({
      serve(frame) {
        const { method } = readPodMethod(frame);
        const message = `No agent answers "${method}" here: this is Signalbox's own socket. An agent's is ${socketOf("<name>")}; a JSON-RPC request says "jsonrpc":"2.0".`;
        peer.send(podFrame("error", { code: "not_running", message }));
      },
    }),
  };
}
