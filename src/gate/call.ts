import type { Json } from "../kit/canonical.ts";
import type { Effect, Verdict } from "../protocol/effects.ts";
import type { Step, Trail } from "./taint/trail.ts";

/** What the gate is asked about. Everything in here may have been written by an agent, but `workspace` and `userHome`. */
export interface ToolCall {
  readonly agent: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, Json>>;
  /** Absolute, as the agent states it; resolved against the world by facts. */
  readonly cwd: string;
  readonly workspace: Workspace;
  /** What the session brought in and read before this call (`taint/`). Kept by the daemon; left out, nothing is known of it. */
  readonly trail?: Trail | undefined;
}

export interface Workspace {
  /** Absolute: the git top level (else the cwd) at the session's start. */
  readonly root: string;
  /** Folders that the operator added. */
  readonly added: readonly string[];
  /** False when the root is `/`, a home, a temp root or a system folder: then only what the session made is its own. */
  readonly ordinary: boolean;
}

/** Where things are on this machine: constant for the daemon's life, made by `facts/`. */
export interface Machine {
  readonly userHome: string;
  readonly user: string;
  /** Temp roots, e.g. /tmp, /var/tmp, $TMPDIR of the daemon. */
  readonly tempRoots: readonly string[];
  /** Our home, config folder, socket, hook copies, launch record, install folder. */
  readonly signalboxPaths: readonly string[];
  /** Settings files and folders of every wired agent. */
  readonly agentConfigPaths: readonly string[];
}

/**
 * What the gate may know of the world. The gate is pure: it looks facts up by query and lists those that it lacked
 * (`Judgement.wanted`); `facts/` finds them out, bounded in time, and the call is judged again with more. A fact that could not
 * be had is `unknown`, and unknown never means safe.
 */
export type FactQuery =
  /** Where a path leads and what it is. */
  | { readonly ask: "path"; readonly path: string }
  /** Whether everything at and below the path is tracked by git and unchanged. */
  | { readonly ask: "git"; readonly path: string }
  /** Whether this session created the path (from the ledger of its own writes). */
  | { readonly ask: "made"; readonly path: string }
  /** Hash and first bytes of a local file that would be run. */
  | { readonly ask: "script"; readonly path: string }
  /** Whether the process of that number, which stands for the path, is Signalbox's own. */
  | { readonly ask: "process"; readonly path: string };

export type Fact =
  | { readonly ask: "path"; readonly real: string; readonly type: "file" | "folder" | "device" | "socket" | "missing" }
  | { readonly ask: "git"; readonly state: "clean" | "dirty" | "untracked" | "ignored" | "outside" }
  | { readonly ask: "made"; readonly made: boolean }
  | { readonly ask: "script"; readonly sha256: string; readonly text: string }
  | { readonly ask: "process"; readonly ours: boolean }
  | { readonly ask: FactQuery["ask"]; readonly unknown: string };

/** Keyed by `factKey`. */
export type Facts = ReadonlyMap<string, Fact>;

export function factKey(query: FactQuery): string {
  return `${query.ask}:${query.path}`;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The rule that decided, kebab-case; stable, since people write it into policies. */
  readonly rule: string;
  /** What it would do and why that is not simply allowed: one sentence. */
  readonly reason: string;
  /** What would be fine instead; never something that the rules deny. */
  readonly instead: string | undefined;
  readonly effects: readonly Effect[];
  /** Catastrophic stays denied in every mode, `observe` included. */
  readonly catastrophic: boolean;
  /** Facts that were looked up and missing; empty when more would not change the verdict. */
  readonly wanted: readonly FactQuery[];
  /** Keys of the facts that the verdict rests on: an approval is bound to them. */
  readonly used: readonly string[];
  /** In the mode `observe`, `unattended` or `panic`: the verdict that `attended` would have given, where it differs. */
  readonly would: Verdict | undefined;
  /** What the call adds to its session's trail if it runs. */
  readonly steps: readonly Step[];
}
