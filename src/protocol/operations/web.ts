import { z } from "zod";
import { operation } from "../operation.ts";
import { SessionRef, SessionView } from "../session-view.ts";
import { daemonOperations } from "./daemon.ts";
import { HoldView } from "./holds.ts";
import { EntryView } from "./ledger.ts";
import { Cursor } from "./sessions.ts";

export const PassId = z
  .string()
  .regex(/^pass_[a-z2-9]{16}$/, "a web pass looks like pass_k3v9…; list them: signalbox web --list");

export const PassView = z.object({
  id: PassId,
  /** ISO 8601. */
  madeAt: z.string(),
  expiresAt: z.string(),
  usedAt: z.string(),
  /** Device of the terminal that asked for it, `major:minor`. */
  terminal: z.string(),
  /** False once that terminal's shell has ended: the browser then only looks. */
  decides: z.boolean(),
});
export type PassView = z.output<typeof PassView>;

const SessionsChanged = z.object({
  cursor: Cursor,
  snapshot: z.boolean(),
  sessions: z.array(SessionView),
  removed: z.array(SessionRef),
});

/** One change of what a board shows; each push carries one of them. */
export const BoardChange = z.object({
  hold: HoldView.optional(),
  sessions: SessionsChanged.optional(),
  /** Oldest first. */
  entries: z.array(EntryView).optional(),
  status: daemonOperations["daemon/status"].output.optional(),
});

export const webOperations = {
  "web/link": operation({
    summary: "Make a link that opens the web board once, within 30 s, in the name of the calling terminal.",
    input: z.object({}),
    output: z.object({
      /** `http://localhost:<port>/#code=…` */
      url: z.string(),
      expiresAt: z.string(),
    }),
    refusals: ["NOT_PERMITTED", "CONFLICT"],
    access: "operator",
    deadlineMs: 10_000,
    http: "POST /v1/web/link",
    mcp: false,
  }),
  "web/enter": operation({
    summary: "Take the code of a link for a web pass; the token is told once.",
    input: z.object({ code: z.string().min(16).max(64) }),
    output: z.object({ token: z.string(), pass: PassView }),
    refusals: ["EXPIRED", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 10_000,
    http: "POST /v1/web/enter",
    mcp: false,
  }),
  "web/prove": operation({
    summary: "Prove to a browser that this daemon knows its web pass, before the browser shows its token.",
    input: z.object({ pass: PassId, nonce: z.string().regex(/^[0-9a-f]{32,64}$/) }),
    /** Hex HMAC-SHA-256 of the nonce under SHA-256("signalbox proof " + token). */
    output: z.object({ proof: z.string() }),
    refusals: ["NOT_FOUND"],
    access: "agent",
    deadlineMs: 2_000,
    http: "POST /v1/web/prove",
    mcp: false,
  }),
  "web/watch": operation({
    summary: "Stream all that a board shows, beginning with all of it or after what a broken stream brought last.",
    input: z.object({
      /** `cursor` of the last `sessions` that arrived. */
      sessionsAfter: Cursor.optional(),
      /** Number of the last entry that arrived. */
      entriesAfter: z.coerce.number().int().min(0).optional(),
      /** The page is hidden: it hears everything, but the machine is not looked at for its sake. */
      hidden: z.stringbool().or(z.boolean()).default(false),
    }),
    output: z.object({
      /** All that are open. */
      holds: z.array(HoldView),
      sessions: SessionsChanged,
      /** Oldest first. */
      entries: z.array(EntryView),
      /** False when `entries` follow `entriesAfter`; true when they are the newest and there may be a gap. */
      entriesAnew: z.boolean(),
      status: daemonOperations["daemon/status"].output,
    }),
    refusals: ["BUSY", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 0,
    http: "GET /v1/web/watch",
    mcp: false,
    pushes: "web/changed",
  }),
  "web/list": operation({
    summary: "List the browsers that hold a web pass.",
    input: z.object({}),
    output: z.object({ url: z.string().nullable(), passes: z.array(PassView) }),
    refusals: [],
    access: "agent",
    deadlineMs: 2_000,
    http: "GET /v1/web/passes",
    mcp: false,
  }),
  "web/revoke": operation({
    summary: "End one web pass, or all of them and every link that was not opened yet.",
    input: z.object({ pass: PassId.optional() }),
    output: z.object({ ended: z.int() }),
    refusals: ["NOT_PERMITTED", "LEDGER_UNAVAILABLE"],
    access: "operator",
    deadlineMs: 5_000,
    http: "POST /v1/web/revoke",
    mcp: false,
  }),
} as const;
