import { z } from "zod";
import { Mode } from "../effects.ts";
import { operation } from "../operation.ts";
import { PassphraseProof } from "./operator.ts";

export const policyOperations = {
  "policy/show": operation({
    summary: "Show the rules of each layer for a folder's workspace, which are in force, and which file says so.",
    input: z.object({ cwd: z.string().startsWith("/").optional() }),
    output: z.object({
      mode: Mode,
      /** The workspace whose policy this is; `/` when no folder was named. */
      workspace: z.string(),
      /** Folders that count as workspace besides it. */
      added: z.array(z.string()),
      /** What a layer says and may not, in sentences, with the command that would let it. */
      ignored: z.array(z.string()),
      layers: z.array(
        z.object({
          name: z.enum(["builtin", "organisation", "user", "repository", "session"]),
          path: z.string().nullable(),
          trusted: z.boolean(),
          /** What is wrong with the file; its last good text is then in force. */
          problem: z.string().nullable(),
          rules: z.array(z.object({ id: z.string(), verdict: z.string(), summary: z.string(), inForce: z.boolean() })),
        }),
      ),
    }),
    refusals: [],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/policy",
    mcp: false,
  }),
  "policy/mode": operation({
    summary: "Set the mode: attended, away, unattended, observe or panic.",
    input: z.object({
      mode: Mode,
      /** For `policy/mode:<mode>`, where a passphrase is set and the mode guards less than the one in force. */
      proof: PassphraseProof.optional(),
    }),
    output: z.object({ mode: Mode }),
    refusals: ["NOT_PERMITTED", "PROOF_NEEDED", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 5_000,
    http: "POST /v1/policy/mode",
    mcp: false,
  }),
  "policy/trust": operation({
    summary: "Trust a repository's .signalbox.toml, exactly as it is now, to loosen as well as tighten.",
    input: z.object({
      path: z.string().startsWith("/"),
      /** Of the text that the person has read: a file that changed meanwhile is not trusted. */
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      /** For `policy/trust`, where a passphrase is set. */
      proof: PassphraseProof.optional(),
    }),
    output: z.object({ path: z.string(), sha256: z.string() }),
    refusals: ["NOT_FOUND", "NOT_PERMITTED", "PROOF_NEEDED", "INVALID_PARAMS", "CONFLICT", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 5_000,
    http: "POST /v1/policy/trust",
    mcp: false,
  }),
} as const;
