import type { Decider } from "./types.ts";

/** No opinion of its own: what policy holds waits for the operator. */
export const policyDecider: Decider = { name: "policy", decide: () => ({ say: "policy" }) };

/** A person sees every call. */
export const operatorDecider: Decider = {
  name: "operator",
  decide: () => ({ say: "stricter", to: "hold", reason: "Every call of this client is shown to the operator." }),
};

export const denyAll: Decider = {
  name: "deny-all",
  decide: () => ({ say: "stricter", to: "deny", reason: "Every call of this client is denied here." }),
};

export const allowAll: Decider = { name: "allow-all", decide: () => ({ say: "release", scope: "once" }) };
