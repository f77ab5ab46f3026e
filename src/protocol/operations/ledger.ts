import { z } from "zod";
import { EntrySeq } from "../ids.ts";
import { JsonObject } from "../json.ts";
import { operation } from "../operation.ts";

export const EntryView = z.object({
  seq: EntrySeq,
  /** ISO 8601; never decreases along the ledger. */
  at: z.string(),
  /** What happened, e.g. `gate/judged`, `hold/decided`, `tool/finished`, `ledger/checkpointed`. */
  kind: z.string(),
  agent: z.string().nullable(),
  session: z.string().nullable(),
  /** Redacted details; `null` when the payload was dropped by retention or redaction. */
  payload: JsonObject.nullable(),
  /** Hex SHA-256 of the RFC 9162 leaf. */
  leaf: z.string(),
});
export type EntryView = z.output<typeof EntryView>;

const Finding = z.object({
  /** First entry that is wrong, or null when the fault is not at one entry. */
  seq: EntrySeq.nullable(),
  problem: z.string(),
});

export const ledgerOperations = {
  "ledger/list": operation({
    summary: "List ledger entries, newest first unless `after` is given.",
    input: z.object({
      after: z.coerce.number().int().min(-1).optional(),
      before: z.coerce.number().int().min(0).optional(),
      kind: z.string().optional(),
      session: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(50),
    }),
    output: z.object({ entries: z.array(EntryView) }),
    refusals: ["LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/ledger",
    mcp: false,
    cli: "ledger list",
  }),
  "ledger/get": operation({
    summary: "Show one ledger entry.",
    input: z.object({ seq: z.coerce.number().int().min(0) }),
    output: z.object({ entry: EntryView }),
    refusals: ["NOT_FOUND", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/ledger/{seq}",
    mcp: false,
    cli: "ledger show <seq>",
  }),
  "ledger/tail": operation({
    summary: "Stream ledger entries as they are written.",
    input: z.object({ after: z.coerce.number().int().min(-1).optional() }),
    output: z.object({ entries: z.array(EntryView) }),
    refusals: ["LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 0,
    http: "GET /v1/ledger-tail",
    mcp: false,
    pushes: "ledger/appended",
  }),
  "ledger/verify": operation({
    summary: "Check the whole ledger against its hashes, signatures and, if given, an exported checkpoint.",
    input: z.object({ checkpoint: z.string().max(16_384).optional() }),
    output: z.object({
      ok: z.boolean(),
      entries: z.int(),
      /** Up to which entry the newest good signed checkpoint vouches; null when none does. */
      vouchedUpTo: EntrySeq.nullable(),
      /** Who holds good signed checkpoints, and up to which entry each vouches; the furthest first. */
      anchors: z.array(z.object({ where: z.string(), upTo: EntrySeq })),
      findings: z.array(Finding),
      tookMs: z.number(),
    }),
    refusals: ["LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 0,
    http: "POST /v1/ledger/verify",
    mcp: false,
  }),
  "ledger/figures": operation({
    summary: "Count the verdicts of the last hours over time, and the rules that held or denied most.",
    input: z.object({
      hours: z.coerce.number().int().min(1).max(2_160).default(24),
      /** Equal spans of time that they are counted in. */
      spans: z.coerce.number().int().min(1).max(200).default(48),
    }),
    output: z.object({
      from: z.string(),
      to: z.string(),
      counted: z.int(),
      /** False when there were more verdicts than are counted (20,000); `countedFrom` is then the oldest that was. */
      whole: z.boolean(),
      countedFrom: z.string(),
      verdicts: z.array(z.object({ from: z.string(), allow: z.int(), hold: z.int(), deny: z.int() })),
      rules: z.array(z.object({ rule: z.string(), hold: z.int(), deny: z.int() })),
    }),
    refusals: ["LEDGER_UNAVAILABLE", "CANCELLED"],
    access: "agent",
    deadlineMs: 10_000,
    http: "GET /v1/ledger-figures",
    mcp: false,
  }),
  "ledger/prove": operation({
    summary: "Make an inclusion proof for one entry against the newest checkpoint.",
    input: z.object({ seq: z.coerce.number().int().min(0) }),
    output: z.object({
      seq: EntrySeq,
      /** The exact canonical bytes of the entry, as text. */
      body: z.string(),
      leaf: z.string(),
      /** Hex hashes, from leaf to root. */
      path: z.array(z.string()),
      /** The signed checkpoint (C2SP signed note). */
      checkpoint: z.string(),
      /** C2SP vkey of the key that signed it, and the chain of keys from the root. */
      keys: z.array(z.string()),
      /** Signed notes by which each key handed over to the next; one fewer than `keys`. */
      handovers: z.array(z.string()),
    }),
    refusals: ["NOT_FOUND", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 10_000,
    http: "GET /v1/ledger/{seq}/proof",
    mcp: false,
    cli: "ledger prove <seq>",
  }),
  "ledger/export": operation({
    summary: "Stream the whole ledger as NDJSON lines: bodies, payloads, checkpoints and keys.",
    input: z.object({ format: z.enum(["ndjson"]).default("ndjson") }),
    output: z.object({ entries: z.int() }),
    refusals: ["LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 0,
    http: "GET /v1/ledger-export",
    mcp: false,
    pushes: "ledger/exported",
  }),
  "ledger/key": operation({
    summary: "Show the ledger's root public key and its newest checkpoint, to keep somewhere else.",
    input: z.object({}),
    output: z.object({
      origin: z.string(),
      rootKey: z.string(),
      currentKey: z.string(),
      checkpoint: z.string().nullable(),
    }),
    refusals: ["LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/ledger-key",
    mcp: false,
    cli: "ledger key",
  }),
} as const;
