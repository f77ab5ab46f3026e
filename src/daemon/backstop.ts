import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { Backstop, type BackstopPorts, type Watcher } from "../backstop/index.ts";
import { unignoredOf, watchPlan } from "../facts/index.ts";
import { shellAgent } from "./shims.ts";

/** Ties the backstop to the machine: git, the disk, the native watcher. Terminals are people and keep no workspace watched. */
export function createBackstop(ports: Omit<BackstopPorts, "openWatcher" | "plan" | "unignored" | "exists">): Backstop {
  return new Backstop({
    ...ports,
    sessions: () => ports.sessions().filter(({ agent }) => agent !== shellAgent),
    openWatcher,
    plan: watchPlan,
    unignored: unignoredOf,
    exists: (path) =>
      lstat(path).then(
        () => true,
        () => false, // what can't be looked at is gone as far as the workspace's owner is concerned
      ),
  });
}

const globMarks = /[*?[\]{}()!+@\\]/;

/** Loaded when the first workspace is to be watched: a native module, and a thread of its own. */
async function openWatcher(): Promise<Watcher> {
  const { default: parcel } = await import("@parcel/watcher");
  return {
    watch: async (root, skip, onEvents) => {
      // A name that reads as a pattern is watched rather than taken for one.
      const folders = skip.filter((folder) => !globMarks.test(folder)).map((folder) => join(root, folder));
      const ignore = [join(root, ".git"), "**/.git", "**/.git/**", "**/node_modules", "**/node_modules/**", ...folders];
      const subscription = await parcel.subscribe(root, onEvents, { ignore });
      return { close: () => subscription.unsubscribe() };
    },
  };
}
