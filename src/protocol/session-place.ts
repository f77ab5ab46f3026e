/** Where a live session works, and whether it does just now: what the rooms that follow workspaces know of sessions. */
export interface SessionPlace {
  readonly agent: string;
  readonly session: string;
  /** Absolute: its workspace. */
  readonly root: string;
  /** Whether that is a folder of work, and no home, temp root or system folder. */
  readonly ordinary: boolean;
  readonly cwd: string;
  readonly lastSeenAtMs: number;
  /** A tool call of its has no outcome yet. */
  readonly running: boolean;
  /** When the last of its calls ended, on the monotonic clock; undefined when none has in this run of the daemon. */
  readonly callsEndedMs: number | undefined;
}
