import { z } from "zod";
import { Effect, Verdict } from "../effects.ts";
import { EntrySeq, HoldId } from "../ids.ts";
import { JsonObject } from "../json.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";

/** Shown in lists beside what a person decides, so it holds nothing that a terminal would act on or that hides. */
const AgentName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u, "an agent's name has no control characters and none that are invisible");
const SessionName = z.string().min(1).max(256);
const AbsolutePath = z.string().startsWith("/").max(4096);

export const GateRequest = z.object({
  agent: AgentName,
  session: SessionName,
  cwd: AbsolutePath,
  tool: z.string().min(1).max(256),
  input: JsonObject,
  toolCallId: z.string().min(1).max(256).optional(),
  /** Wait for the person when the verdict is hold (at most `holdWaitMs`); else answer hold at once. */
  wait: z.boolean().default(true),
  /** How long to wait, in milliseconds; after that the answer is a deny that says that the call is still held. */
  waitMs: z.int().min(0).max(limits.holdWaitMs).optional(),
  /** What a decider of the caller's says. It can be stricter than policy and never milder. */
  tighten: z
    .object({
      to: z.enum(["hold", "deny"]),
      /** Who says so; the rule of the verdict is then `decider-<by>`. */
      by: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a decider's name is small letters, digits and hyphens"),
      reason: z.string().min(1).max(limits.reasonCharsMax),
    })
    .optional(),
});
export type GateRequest = z.output<typeof GateRequest>;

export const GateVerdict = z.object({
  verdict: Verdict,
  /** One sentence for whoever asked; for a deny it names a safer way. */
  reason: z.string(),
  /** Id of the rule that decided, e.g. `delete-outside-workspace`. */
  rule: z.string(),
  effects: z.array(Effect),
  entry: EntrySeq,
  hold: HoldId.optional(),
  /** Present when the operator edited the call: what must run instead. */
  input: JsonObject.optional(),
  /** True when a person approved exactly this call: hosts that can be told so run it without asking again. */
  granted: z.boolean().optional(),
});
export type GateVerdict = z.output<typeof GateVerdict>;

export const GateOutcome = z.object({
  agent: AgentName,
  session: SessionName,
  toolCallId: z.string().min(1).max(256).optional(),
  tool: z.string().min(1).max(256).optional(),
  input: JsonObject.optional(),
  status: z.enum(["done", "failed", "refused"]),
  /** At most 4 KiB is kept, redacted. */
  text: z.string().optional(),
  exitCode: z.int().optional(),
});

export const GateRecord = z.object({
  /** Who says so: `shell` for a person's own shell, else the tool that reports. */
  agent: AgentName.default("shell"),
  session: SessionName,
  cwd: AbsolutePath,
  tool: z.string().min(1).max(256).default("Bash"),
  input: JsonObject,
  /** When it ran; a spooled report comes late. Kept as it was said: the entry's own time is when it was heard. */
  ranAt: z.iso.datetime({ offset: true }).optional(),
  exitCode: z.int().optional(),
});
export type GateRecord = z.output<typeof GateRecord>;

export const GateRecorded = z.object({
  entry: EntrySeq,
  /** What an agent would have got for it in the mode `attended`; nothing was stopped. */
  verdict: Verdict,
  reason: z.string(),
  rule: z.string(),
  effects: z.array(Effect),
  /** A deny or hold that stays one in every mode. */
  catastrophic: z.boolean(),
});
export type GateRecorded = z.output<typeof GateRecorded>;

export const gateOperations = {
  "gate/request": operation({
    summary: "Judge a tool call before it runs and, if it is held, wait for the operator.",
    input: GateRequest,
    output: GateVerdict,
    refusals: ["LEDGER_UNAVAILABLE", "DRAINING", "CONFLICT"],
    access: "agent",
    deadlineMs: 0,
    http: "POST /v1/gate/request",
    mcp: false,
  }),
  "gate/outcome": operation({
    summary: "Report what became of a tool call that was judged.",
    input: GateOutcome,
    output: z.object({ entry: EntrySeq, verdictEntry: EntrySeq.nullable() }),
    refusals: ["LEDGER_UNAVAILABLE", "DRAINING"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/gate/outcome",
    mcp: false,
  }),
  "gate/record": operation({
    summary: "Enter what a person or an outside tool already ran: classified and redacted, never stopped.",
    input: GateRecord,
    output: GateRecorded,
    refusals: ["LEDGER_UNAVAILABLE", "DRAINING"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/gate/record",
    mcp: false,
  }),
} as const;
