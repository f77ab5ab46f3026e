import { z } from "zod";
import { operation } from "../operation.ts";

const Hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`), `must be ${bytes} bytes in hexadecimal, small letters`);
/** What a proof is for: `daemon/stop`, `hold/decide:<id>`, or a foreign client's own word such as `shutdown`. */
export const OperationWord = z.string().regex(/^[\w./:-]{1,64}$/, "must be up to 64 letters, digits and ./:-");
/** Proof of the passphrase; `operator/challenge` says what it is made of. */
export const PassphraseProof = z.object({ nonce: z.string().max(256), proof: z.string().max(512) });

export const operatorOperations = {
  "operator/challenge": operation({
    summary: "Ask for a nonce, good once and for one minute, to prove the operator's passphrase for one operation.",
    input: z.object({ op: OperationWord }),
    output: z.object({
      /** False: no passphrase is set; there is nothing to prove and nonce and salt are empty. */
      locked: z.boolean(),
      /** Hexadecimal, 24 bytes. */
      nonce: z.string(),
      /** Hexadecimal, 16 bytes. */
      salt: z.string(),
      /** argon2id: KiB, passes, lanes. The proof is the Ed25519 signature of context, nonce, 0x1f and op. */
      params: z.object({ m_cost: z.int(), t_cost: z.int(), p_cost: z.int() }),
    }),
    refusals: [],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/operator/challenge",
    mcp: false,
  }),
  "operator/passphrase": operation({
    summary: "Set or change the operator's passphrase: only a salt and a public key are sent.",
    input: z.object({ publicKey: Hex(32), salt: Hex(16), proof: PassphraseProof.optional() }),
    output: z.object({ locked: z.literal(true) }),
    refusals: ["NOT_PERMITTED", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 5_000,
    http: "POST /v1/operator/passphrase",
    mcp: false,
  }),
  "operator/passphrase-remove": operation({
    summary: "Remove the operator's passphrase.",
    input: z.object({ proof: PassphraseProof }),
    output: z.object({ locked: z.literal(false) }),
    refusals: ["NOT_PERMITTED", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 5_000,
    http: "POST /v1/operator/passphrase-remove",
    mcp: false,
  }),
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
