import type { Json } from "../kit/canonical.ts";

/**
 * The canary: a shell command that does nothing wherever it runs, and that the gate denies in every mode by a rule of its own.
 * Doctor has a real agent make it and reads whether its model was told the gate's reason; the nonce shows that the deny is this
 * daemon's answer to this very call, and no other hook's.
 */
export const canaryCommand = (nonce: string): string => `: signalbox-canary ${nonce}`;

/** The gate's reason for a canary, word for word; it may stand among others. */
export const canaryReason = (nonce: string): string => `Signalbox canary ${nonce} was denied, as it must be.`;

/** The nonce of a tool call's input when it is a canary and nothing else: 16 to 64 hex digits. */
export function canaryNonce(input: Readonly<Record<string, Json>>): string | undefined {
  const command = input["command"];
  return typeof command === "string" ? /^: signalbox-canary ([0-9a-f]{16,64})$/.exec(command)?.[1] : undefined;
}
