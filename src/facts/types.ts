/** The shapes of the gate's questions and answers; src/gate/call.ts has the same ones, and compose.ts proves it by wiring them. */
export type FactQuery =
  | { readonly ask: "path"; readonly path: string }
  | { readonly ask: "git"; readonly path: string }
  | { readonly ask: "made"; readonly path: string }
  | { readonly ask: "script"; readonly path: string }
  | { readonly ask: "process"; readonly path: string };

export type Fact =
  | { readonly ask: "path"; readonly real: string; readonly type: "file" | "folder" | "device" | "socket" | "missing" }
  | { readonly ask: "git"; readonly state: "clean" | "dirty" | "untracked" | "ignored" | "outside" }
  | { readonly ask: "made"; readonly made: boolean }
  | { readonly ask: "script"; readonly sha256: string; readonly text: string }
  | { readonly ask: "process"; readonly ours: boolean }
  | { readonly ask: FactQuery["ask"]; readonly unknown: string };

export interface Workspace {
  readonly root: string;
  readonly added: readonly string[];
  readonly ordinary: boolean;
}

export interface Machine {
  readonly userHome: string;
  readonly user: string;
  readonly tempRoots: readonly string[];
  readonly signalboxPaths: readonly string[];
  readonly agentConfigPaths: readonly string[];
}

export interface FactsContext {
  readonly agent: string;
  readonly session: string;
  readonly workspace: Workspace;
}

export interface FactsOptions {
  readonly userHome: string;
  readonly user: string;
  /** The daemon's own $TMPDIR, if it has one; /tmp and /var/tmp are there anyway. */
  readonly tempDir?: string | undefined;
  readonly signalboxPaths: readonly string[];
  readonly agentConfigPaths: readonly string[];
  /** Whether that session created the path. */
  readonly made: (context: FactsContext, path: string) => boolean;
  /** Folders that the operator added to every workspace. */
  readonly addedFolders?: readonly string[];
  /** Absolute path of git; default: the first in the standard folders. Without one, git facts are unknown. */
  readonly git?: string | undefined;
  /** All questions of one request together. Default 2 s. */
  readonly deadlineMs?: number;
}

/** What the gate may know of the world. `index.ts` says what it promises. */
export interface Facts {
  /** Keyed `ask:path`. Never rejects: what could not be had in time is `unknown`. */
  find(
    queries: readonly FactQuery[],
    context: FactsContext,
    options: { signal: AbortSignal },
  ): Promise<Map<string, Fact>>;
  machine(): Machine;
  workspaceAt(cwd: string): Promise<Workspace>;
  /** The workspace's root, or for a git worktree its main repository's; null where it is nobody's project (a home, `/`, a temp root). */
  projectAt(cwd: string): Promise<string | null>;
}
