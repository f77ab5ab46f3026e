import { chmodSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type FileEdit, type Plan, WiringRefused } from "./wiring.ts";

/** Puts hook client and launch record in the home; enough for a command that `--print` showed to work. */
export function applyHome(plan: Pick<Plan, "homeEdits">): void {
  for (const edit of plan.homeEdits) {
    write(edit);
    chmodSync(edit.realPath, edit.mode);
  }
}

/**
 * Carries a plan out: home first, dated copies and record next, the agent's settings last, each file in one rename.
 * @throws WiringRefused when a file is no longer what the plan was made from; what came before in the order is harmless
 */
export function apply(plan: Plan): void {
  applyHome(plan);
  for (const edit of plan.edits) {
    refuseChanged(edit);
    if (edit.after === null) rmSync(edit.realPath, { force: true });
    else write(edit);
  }
  for (const folder of plan.removeFolders) {
    try {
      rmdirSync(folder);
    } catch {
      return; // somebody put something there since, so it and those above it stay
    }
  }
}

function refuseChanged({ path, realPath, before }: FileEdit): void {
  const now = statSync(realPath, { throwIfNoEntry: false }) === undefined ? null : readFileSync(realPath);
  const same = now === null || before === null ? now === before : now.equals(before);
  if (!same)
    throw new WiringRefused(
      `${path} was changed by somebody else just now. Nothing of it was overwritten; run the command again.`,
    );
}

function write({ realPath, before, after, mode }: FileEdit): void {
  if (after === null) return;
  mkdirSync(dirname(realPath), { recursive: true, mode: 0o700 });
  // Without a mode the new file gets mode and owner of the one that it replaces.
  writeFileAtomic.sync(realPath, after, before === null ? { mode } : {});
}
