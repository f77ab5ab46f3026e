import type { Json } from "../kit/canonical.ts";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { SessionPlace } from "../protocol/session-place.ts";

export interface FileEvent {
  /** Absolute. */
  readonly path: string;
  readonly type: "create" | "update" | "delete";
}

/** Called with changes in the order in which they happened, or with an error when some may have been missed. */
export type OnFileEvents = (error: Error | null, events: readonly FileEvent[]) => void;

export interface Watcher {
  /** Tells what changes below a folder until it is closed; `skip` are folders below it that need no watching. */
  watch(root: string, skip: readonly string[], onEvents: OnFileEvents): Promise<{ close(): Promise<void> }>;
}

export interface BackstopPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly sessions: () => readonly SessionPlace[];
  /** Loads what watches; called when the first workspace is to be watched. */
  readonly openWatcher: () => Promise<Watcher>;
  /** Which folders of a workspace need no watching, or why it can't be watched. */
  readonly plan: (root: string, signal: AbortSignal) => Promise<{ skip: readonly string[] } | { refused: string }>;
  /** Those of these paths, relative to the root, that git does not ignore. */
  readonly unignored: (root: string, paths: readonly string[], signal: AbortSignal) => Promise<readonly string[]>;
  readonly exists: (path: string) => Promise<boolean>;
  readonly append: (entry: { kind: string; payload: Readonly<Record<string, Json>> }) => Promise<unknown>;
  readonly redactText: (text: string) => string;
  /** Runs a task that ends with the daemon. */
  readonly spawn: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
}
