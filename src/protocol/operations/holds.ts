import { z } from "zod";
import { Effect } from "../effects.ts";
import { EntrySeq, GrantId, HoldId } from "../ids.ts";
import { JsonObject } from "../json.ts";
import { operation } from "../operation.ts";
import { PassphraseProof } from "./operator.ts";

export const HoldState = z.enum(["open", "approved", "denied", "used", "expired", "withdrawn", "settled"]);
export type HoldState = z.output<typeof HoldState>;

export const HoldView = z.object({
  id: HoldId,
  state: HoldState,
  agent: z.string(),
  session: z.string(),
  cwd: z.string(),
  tool: z.string(),
  /** As the host named the call, where it did. */
  toolCallId: z.string().optional(),
  /** Redacted. */
  input: JsonObject,
  reason: z.string(),
  rule: z.string(),
  effects: z.array(Effect),
  /** ISO 8601. */
  openedAt: z.string(),
  expiresAt: z.string(),
  decidedAt: z.string().nullable(),
  /** The operator's words, or why it was closed. */
  words: z.string().nullable(),
  /** How many callers wait for it right now. */
  waiting: z.int(),
  /** Whether the full input is still in memory, so that it can be edited. */
  editable: z.boolean(),
  /** Whether everything it would do can be undone. */
  undoable: z.boolean(),
  entry: EntrySeq,
});
export type HoldView = z.output<typeof HoldView>;

/** What "approve for the session" left in force. */
export const GrantView = z.object({
  id: GrantId,
  /** The hold that it came from. */
  hold: HoldId,
  agent: z.string(),
  session: z.string(),
  tool: z.string(),
  rule: z.string(),
  /** What it covers, in words. */
  words: z.string(),
  grantedAt: z.string(),
  expiresAt: z.string(),
});
export type GrantView = z.output<typeof GrantView>;

export const HoldDecision = z.discriminatedUnion("decision", [
  z.object({ decision: z.literal("approve"), scope: z.enum(["once", "session", "rule"]).default("once") }),
  z.object({ decision: z.literal("edit"), input: JsonObject }),
  z.object({ decision: z.literal("deny"), words: z.string().max(1_024).default("") }),
]);
export type HoldDecision = z.output<typeof HoldDecision>;

export const holdOperations = {
  "hold/list": operation({
    summary: "List the tool calls that await a person, oldest first.",
    input: z.object({
      state: HoldState.or(z.literal("all")).default("open"),
      session: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    output: z.object({ holds: z.array(HoldView) }),
    refusals: [],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/holds",
    mcp: false,
    cli: "hold list",
  }),
  "hold/get": operation({
    summary: "Show one hold: the tool call, its effects and what was decided.",
    input: z.object({ id: HoldId }),
    output: z.object({ hold: HoldView }),
    refusals: ["NOT_FOUND"],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/holds/{id}",
    mcp: false,
    cli: "hold show <id>",
  }),
  "hold/decide": operation({
    summary: "Decide a hold: approve, edit then approve, or deny with words.",
    input: z.intersection(
      z.object({
        id: HoldId,
        /** For `hold/decide:<id>`, where a passphrase is set and what is released can't be undone. */
        proof: PassphraseProof.optional(),
      }),
      HoldDecision,
    ),
    output: z.object({
      hold: HoldView,
      /** The rule that `scope: "rule"` saved, as TOML. */
      rule: z.string().optional(),
    }),
    refusals: ["NOT_FOUND", "CONFLICT", "EXPIRED", "NOT_PERMITTED", "PROOF_NEEDED", "LEDGER_UNAVAILABLE", "DRAINING"],
    access: "operator",
    deadlineMs: 10_000,
    http: "POST /v1/holds/{id}/decide",
    mcp: false,
  }),
  "hold/rule": operation({
    summary: "Show the narrow rule that approving this hold as a rule would save.",
    input: z.object({ id: HoldId }),
    output: z.object({ rule: z.string() }),
    refusals: ["NOT_FOUND", "CONFLICT"],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/holds/{id}/rule",
    mcp: false,
    cli: "hold rule <id>",
  }),
  "hold/grants": operation({
    summary: "List what is approved for whole sessions, newest first.",
    input: z.object({
      session: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    output: z.object({ grants: z.array(GrantView) }),
    refusals: [],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/grants",
    mcp: false,
    cli: "hold grants",
  }),
  "hold/revoke": operation({
    summary: "Take back what was approved for a session: the next such call is held again.",
    input: z.object({ id: GrantId }),
    output: z.object({ grant: GrantView }),
    refusals: ["NOT_FOUND", "LEDGER_UNAVAILABLE"],
    // Who takes back can only tighten, so it needs no proof of a person.
    access: "agent",
    deadlineMs: 10_000,
    http: "POST /v1/grants/{id}/revoke",
    mcp: false,
    cli: "hold revoke <id>",
  }),
  "hold/watch": operation({
    summary: "Stream holds as they are opened and decided, beginning with those that are open.",
    input: z.object({}),
    output: z.object({ holds: z.array(HoldView) }),
    refusals: [],
    access: "agent",
    deadlineMs: 0,
    http: "GET /v1/holds-watch",
    mcp: false,
    pushes: "hold/changed",
  }),
} as const;
