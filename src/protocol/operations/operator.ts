import { z } from "zod";
import { operation } from "../operation.ts";

export const operatorOperations = {
  "operator/present": operation({
    summary: "Prove that a person is at the calling terminal; verbs that edit agents' settings ask this first.",
    input: z.object({ purpose: z.string().min(1).max(256) }),
    output: z.object({ present: z.literal(true) }),
    refusals: ["NOT_PERMITTED", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 5_000,
    http: "POST /v1/operator/present",
    mcp: false,
  }),
} as const;
