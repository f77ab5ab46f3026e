import { z } from "zod";
import { Mode, Verdict } from "../effects.ts";
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
  "policy/simulate": operation({
    summary:
      "Say which recorded verdicts would have been others with a rule added to the user's policy; nothing is changed.",
    input: z.object({
      /** TOML: rules, or anything else that a policy file may say. */
      add: z.string().min(1).max(65_536),
      /** The newest verdicts are judged again, as many as this. */
      last: z.coerce.number().int().min(1).max(1_000).default(500),
    }),
    output: z.object({
      /** Verdicts that were judged again, and those that could not be. */
      judged: z.int(),
      unknown: z.int(),
      /** Of those that would have been others, how many by what became of them. */
      counts: z.array(z.object({ before: Verdict, after: Verdict, count: z.int() })),
      /** The newest of them, at most 50. */
      changes: z.array(
        z.object({
          entry: z.int(),
          agent: z.string().nullable(),
          tool: z.string(),
          /** The call in one line, redacted. */
          what: z.string(),
          before: z.object({ verdict: Verdict, rule: z.string() }),
          after: z.object({ verdict: Verdict, rule: z.string() }),
        }),
      ),
    }),
    refusals: ["INVALID_PARAMS", "CONFLICT", "BUSY", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 20_000,
    http: "POST /v1/policy/simulate",
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
