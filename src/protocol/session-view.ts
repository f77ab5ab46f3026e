import { z } from "zod";

/** Evidence of what a session is doing right now (DESIGN section 9); `why` and `since` stand beside it. */
export const sessionStates = [
  /** A turn is running: a prompt came, or a tool call started, and nothing says that it is over. */
  "working",
  /** It can't go on without a person; `waitingFor` says for what. */
  "waiting",
  /** Its turn is over and somebody has seen that. */
  "idle",
  /** Its turn is over and nobody has looked since. */
  "finished-unseen",
  /** The provider's rate or usage limit stopped it. */
  "limited",
  /** Its turn ended with an error. */
  "error",
  /** Its process is gone or its host said that it ended. */
  "gone",
] as const;
export const SessionState = z.enum(sessionStates);
export type SessionState = z.output<typeof SessionState>;

export const WaitingFor = z.enum(["permission", "question", "plan"]);
export type WaitingFor = z.output<typeof WaitingFor>;

/** Names a session: ids are the hosts' own, and two hosts may choose the same. */
export const SessionRef = z.object({ agent: z.string().min(1).max(64), session: z.string().min(1).max(256) });
export type SessionRef = z.output<typeof SessionRef>;

/**
 * One session as every board shows it. What is not known is null, never a guess and never zero. Times are ISO 8601 (surfaces
 * make "3 min" of them as they draw); texts are redacted and cut by grapheme; sizes are in the unit that the name says.
 */
export const SessionView = z.object({
  id: z.string(),
  agent: z.string(),
  /** What a person called it, else the host's own name for it, else its first prompt cut short; null when there is none of these. */
  name: z.string().nullable(),
  firstPrompt: z.string().nullable(),
  pinned: z.boolean(),
  archived: z.boolean(),
  cwd: z.string(),
  workspace: z.string(),
  /** The main working tree of its repository, whichever of the worktrees it works in; without one, the workspace. */
  project: z.string(),
  pid: z.int().nullable(),
  startedAt: z.string(),
  lastSeenAt: z.string(),
  endedAt: z.string().nullable(),

  state: SessionState,
  waitingFor: WaitingFor.nullable(),
  /** When it came into this state. */
  since: z.string(),
  /** The evidence in one sentence, e.g. "Bash started 3 s after the prompt", "its host said Stop". */
  why: z.string(),
  /** Found in the process table; no hook of it was ever heard. */
  discovered: z.boolean(),
  /** Why this session is thought to run tools that were never judged; null when all is well. */
  ungated: z.string().nullable(),

  toolCalls: z.int(),
  openHolds: z.int(),
  /** The tool call that runs or waits now. */
  current: z
    .object({ tool: z.string(), what: z.string(), since: z.string(), holdId: z.string().nullable() })
    .nullable(),
  /** Agents inside the session that work now; they have no session of their own. */
  subagents: z.array(z.object({ id: z.string(), type: z.string(), since: z.string() })),

  model: z.string().nullable(),
  effort: z.string().nullable(),
  permissionMode: z.string().nullable(),
  context: z.object({ usedTokens: z.number(), windowTokens: z.number(), percent: z.number() }).nullable(),
  tokens: z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() }).nullable(),
  costUsd: z.number().nullable(),
  /** The host's own count of lines that it changed. */
  lines: z.object({ added: z.number(), removed: z.number() }).nullable(),
  rateLimits: z.array(z.object({ name: z.string(), usedPercent: z.number(), resetsAt: z.string().nullable() })),

  git: z
    .object({
      root: z.string(),
      /** Main working tree of the repository when `root` is a linked worktree. */
      mainWorktree: z.string().nullable(),
      branch: z.string().nullable(),
      /** Files that differ from HEAD, untracked ones included. */
      dirtyFiles: z.int(),
      ahead: z.int().nullable(),
      behind: z.int().nullable(),
      addedLines: z.int(),
      removedLines: z.int(),
    })
    .nullable(),
  /** Of the agent's process and everything below it. */
  process: z.object({ processes: z.int(), cpuPercent: z.number(), residentBytes: z.number() }).nullable(),
  terminal: z.object({ tmuxPane: z.string().nullable(), tmuxSocket: z.string().nullable() }).nullable(),
  parent: SessionRef.nullable(),
  children: z.array(SessionRef),
});
export type SessionView = z.output<typeof SessionView>;

/** One finished or running tool call of a session, newest first where listed. */
export const RecentCall = z.object({
  entry: z.int(),
  at: z.string(),
  tool: z.string(),
  what: z.string(),
  verdict: z.enum(["allow", "hold", "deny"]),
  /** null: no outcome yet. */
  outcome: z.enum(["done", "failed", "refused", "unfinished"]).nullable(),
});
export type RecentCall = z.output<typeof RecentCall>;
