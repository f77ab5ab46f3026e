import { canaryCommand, canaryReason } from "../../protocol/canary.ts";
import type { ModelRequest, Script } from "./mock-model.ts";

/** One canary, then the end. */
export const canaryScript = (nonce: string): Script => [
  { calls: [{ role: "shell", command: canaryCommand(nonce) }] },
  { say: "done" },
];

export type CanaryResult =
  /** The model was told the gate's own reason. */
  | { readonly state: "denied" }
  /** Stopped by the hook without the daemon: nothing can run, and nothing can be allowed either. */
  | { readonly state: "closed"; readonly told: string }
  /** It ran, or something else than the gate stopped it. */
  | { readonly state: "open"; readonly told: string }
  /** The agent never came to the tool call. */
  | { readonly state: "silent"; readonly why: string };

/** Reads from what the model was told what became of the canary. */
export function readCanary(nonce: string, requests: readonly ModelRequest[]): CanaryResult {
  const first = requests[0];
  if (first === undefined) return { state: "silent", why: "it never asked its model" };
  if (first.reply.calls.length === 0) return { state: "silent", why: first.reply.text };
  const told = requests.flatMap((request) => request.results.map((result) => result.text));
  if (requests.length === 1)
    return { state: "silent", why: "it made the call and never told its model what came of it" };
  if (told.some((text) => text.includes(canaryReason(nonce)))) return { state: "denied" };
  const text = told.join("\n").slice(0, toldCharsMax);
  return /signalbox/i.test(text.replaceAll(canaryCommand(nonce), ""))
    ? { state: "closed", told: text }
    : { state: "open", told: text };
}

const toldCharsMax = 600;
