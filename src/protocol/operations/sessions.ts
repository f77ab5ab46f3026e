import { z } from "zod";
import { operation } from "../operation.ts";
import { RecentCall, SessionRef, SessionState, SessionView } from "../session-view.ts";

/** Where a stream of sessions stands: `<epoch>:<number>`, opaque to clients. Another epoch means another daemon. */
export const Cursor = z.string().min(1).max(64);

const ref = {
  session: z.string().min(1).max(256),
  /** Needed only where two agents use one id. A prefix of the id is enough where it is the only one. */
  agent: z.string().min(1).max(64).optional(),
};

const filter = {
  state: SessionState.optional(),
  agent: z.string().max(64).optional(),
  /** Workspace, the repository whose worktree it is, or a folder above one of them. */
  project: z.string().max(4_096).optional(),
};

export const sessionOperations = {
  "session/list": operation({
    summary: "List the sessions that the daemon knows, latest first.",
    input: z.object({
      ...filter,
      ended: z.stringbool().or(z.boolean()).default(false),
      archived: z.stringbool().or(z.boolean()).default(false),
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
  "session/show": operation({
    summary: "Show one session with its latest tool calls.",
    input: z.object({ ...ref, calls: z.coerce.number().int().min(0).max(200).default(20) }),
    output: z.object({ session: SessionView, calls: z.array(RecentCall) }),
    refusals: ["NOT_FOUND", "CONFLICT", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/sessions/{session}",
    mcp: false,
    cli: "session show <session>",
  }),
  "session/rename": operation({
    summary: "Give a session a name of your own; an empty one takes it away.",
    input: z.object({ ...ref, name: z.string().max(120) }),
    output: z.object({ session: SessionView }),
    refusals: ["NOT_FOUND", "CONFLICT", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/sessions/{session}/rename",
    mcp: false,
    cli: "session rename <session> <name>",
  }),
  "session/pin": operation({
    summary: "Keep a session at the top of the boards.",
    input: z.object({ ...ref, pinned: z.stringbool().or(z.boolean()).default(true) }),
    output: z.object({ session: SessionView }),
    refusals: ["NOT_FOUND", "CONFLICT", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/sessions/{session}/pin",
    mcp: false,
    cli: "session pin <session>",
  }),
  "session/archive": operation({
    summary: "Take a session off the boards; it stays searchable, and a new event of it brings it back.",
    input: z.object({ ...ref, archived: z.stringbool().or(z.boolean()).default(true) }),
    output: z.object({ session: SessionView }),
    refusals: ["NOT_FOUND", "CONFLICT", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/sessions/{session}/archive",
    mcp: false,
    cli: "session archive <session>",
  }),
  "session/seen": operation({
    summary: "Say that a finished session was looked at: finished-unseen becomes idle.",
    input: z.object(ref),
    output: z.object({ session: SessionView }),
    refusals: ["NOT_FOUND", "CONFLICT", "LEDGER_UNAVAILABLE"],
    access: "agent",
    deadlineMs: 5_000,
    http: "POST /v1/sessions/{session}/seen",
    mcp: false,
  }),
  "session/search": operation({
    summary: "Search the sessions of all time by name, prompt, folder, branch or id.",
    input: z.object({ query: z.string().min(1).max(200), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    output: z.object({ sessions: z.array(SessionView) }),
    refusals: [],
    access: "agent",
    deadlineMs: 5_000,
    http: "GET /v1/sessions-search",
    mcp: false,
    cli: "session search <query>",
  }),
  "session/watch": operation({
    summary: "Stream sessions as they change, beginning with all of them or after a cursor.",
    input: z.object({
      ...filter,
      /** The cursor of the last push that arrived: what changed since follows, or everything when that is too long ago. */
      after: Cursor.optional(),
    }),
    output: z.object({
      cursor: Cursor,
      /** True when `sessions` is all there is; false when it is what changed since `after`. */
      snapshot: z.boolean(),
      sessions: z.array(SessionView),
      removed: z.array(SessionRef),
    }),
    refusals: ["BUSY"],
    access: "agent",
    deadlineMs: 0,
    http: "GET /v1/sessions-watch",
    mcp: false,
    pushes: "session/changed",
  }),
} as const;
