import { z } from "zod";
import { JsonObject } from "../json.ts";
import { limits } from "../limits.ts";
import { operation } from "../operation.ts";

/** The words of iai's clients. */
export const upkeepStates = ["WAKE", "DROWSY", "TRANSITIONING", "SLEEP", "DREAMING", "HIBERNATION"] as const;
export const UpkeepState = z.enum(upkeepStates);
export type UpkeepState = z.output<typeof UpkeepState>;

export const UpkeepCommandView = z.object({
  /** `cmd_...` */
  id: z.string(),
  kind: z.enum(["sleep", "wake", "dream", "session", "pause", "resume"]),
  state: z.enum(["queued", "running", "done", "failed", "interrupted"]),
  reason: z.string(),
  by: z.string(),
  askedAt: z.string(),
  endedAt: z.string().nullable(),
  /** What came of it. */
  note: z.string().nullable(),
});
export type UpkeepCommandView = z.output<typeof UpkeepCommandView>;

export const UpkeepView = z.object({
  state: UpkeepState,
  since: z.string(),
  paused: z.boolean(),
  /** When a pause ends by itself; null when it is not paused. */
  pausedUntil: z.string().nullable(),
  lastTurnAt: z.string().nullable(),
  idleMs: z.number(),
  tasks: z.array(
    z.object({
      name: z.string(),
      everyMs: z.number(),
      due: z.boolean(),
      running: z.boolean(),
      lastEndedAt: z.string().nullable(),
      lastDoneAt: z.string().nullable(),
      outcome: z.enum(["done", "failed", "interrupted"]).nullable(),
      /** In a row. */
      failures: z.int(),
      /** It failed too often and rests until then. */
      restsUntil: z.string().nullable(),
      /** What its last run said of itself, or its error. */
      result: JsonObject.nullable(),
    }),
  ),
  /** Newest first. */
  commands: z.array(UpkeepCommandView),
});
export type UpkeepView = z.output<typeof UpkeepView>;

const by = z.string().min(1).max(64).optional().describe("who asks, for the ledger");

export const upkeepOperations = {
  "daemon/upkeep": operation({
    summary: "Show what the daemon does in quiet hours: its state, each task's last run, what was asked of it.",
    input: z.object({}),
    output: UpkeepView,
    refusals: [],
    access: "agent",
    deadlineMs: 2_000,
    http: "GET /v1/upkeep",
    mcp: false,
    cli: "upkeep show",
  }),
  "daemon/upkeep-run": operation({
    summary: "Run what is due, or all tasks, without waiting for a quiet hour.",
    input: z.object({ by }),
    output: z.object({ command: UpkeepCommandView }),
    refusals: ["BUSY", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/upkeep/run",
    mcp: false,
    cli: "upkeep run",
  }),
  "daemon/upkeep-pause": operation({
    summary: "Pause upkeep; it resumes by itself. Checkpoints, sweeps and the ledger's retention go on.",
    input: z.object({
      seconds: z.coerce
        .number()
        .int()
        .min(1)
        .max(limits.upkeepPauseMsMax / 1_000)
        .optional()
        .describe("until it resumes by itself (a week at most, which is the default)"),
      by,
    }),
    output: z.object({ command: UpkeepCommandView, pausedUntil: z.string() }),
    refusals: ["BUSY", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/upkeep/pause",
    mcp: false,
    cli: "upkeep pause",
  }),
  "daemon/upkeep-resume": operation({
    summary: "End a pause of the upkeep.",
    input: z.object({ by }),
    output: z.object({ command: UpkeepCommandView }),
    refusals: ["BUSY", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/upkeep/resume",
    mcp: false,
    cli: "upkeep resume",
  }),
} as const;
