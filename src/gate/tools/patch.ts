import { literal } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import type { Shell } from "../shell/state.ts";
import { isPackageManifest, judgeContent } from "./content.ts";

/**
 * Codex's patch format: `*** Begin Patch`, then `*** Add File: p`, `*** Update File: p` (with `*** Move to: q`), `*** Delete File: p`. Unified diffs
 * name their files by `+++ b/p`.
 */
export function judgePatch(runner: Runner, shell: Shell, patch: string): void {
  const { tool } = runner.scene.call;
  let seen = 0;
  let path = "";
  let added: string[] = [];
  const finish = (): void => {
    if (path !== "" && added.length > 0) judgeContent(runner, shell, path, added.join("\n"), isPackageManifest(path));
    added = [];
  };
  for (const line of patch.split("\n")) {
    const file =
      /^\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/.exec(line.trimEnd()) ??
      /^(\+\+\+|---) (?:[ab]\/)?([^\t]+)/.exec(line);
    if (file === null) {
      if (line.startsWith("+")) added.push(line.slice(1));
      continue;
    }
    const [, what, name] = file;
    if (name === undefined || name === "/dev/null" || what === "---") continue;
    finish();
    path = name.trim();
    seen++;
    runner.path(
      shell,
      { ...literal(path), quoted: !path.startsWith("~") },
      { kind: what === "Delete File" ? "delete" : "write" },
    );
  }
  finish();
  if (seen === 0) runner.scene.notSure(`${tool}: apply a patch whose files can't be read`);
}
