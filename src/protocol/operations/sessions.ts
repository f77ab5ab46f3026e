import { z } from "zod";
import { operation } from "../operation.ts";

export const SessionView = z.object({
  id: z.string(),
  agent: z.string(),
  cwd: z.string(),
  workspace: z.string(),
  pid: z.int().nullable(),
  startedAt: z.string(),
  lastSeenAt: z.string(),
  endedAt: z.string().nullable(),
  toolCalls: z.int(),
  openHolds: z.int(),
  /** Why this session is thought to run tools that were never judged; null when all is well. */
  ungated: z.string().nullable(),
});
export type SessionView = z.output<typeof SessionView>;

export const sessionOperations = {
  "session/list": operation({
    summary: "List the sessions that the daemon knows, latest first.",
    input: z.object({
      ended: z.stringbool().or(z.boolean()).default(false),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    output: z.object({ sessions: z.array(SessionView) }),
    refusals: [],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/sessions",
    mcp: false,
    cli: "session list",
  }),
} as const;
