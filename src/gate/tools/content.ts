import { baseName } from "../paths/text.ts";
import { literal, noFlow } from "../programs/program.ts";
import type { Runner } from "../shell/runner.ts";
import { Shell } from "../shell/state.ts";

/** What a written file would do by itself later. Where the file is was judged already; this is about what it says. */
export function judgeContent(runner: Runner, shell: Shell, path: string, content: string, manifest: boolean): void {
  if (manifest) return judgeManifest(runner, content);
  if (/\.github\/workflows\/[^/]+\.ya?ml$|\.gitlab-ci\.yml$|(?:^|\/)\.circleci\/config\.yml$/.test(path))
    return judgePipeline(runner, content);
  if (
    /(?:^|\/)\.husky\/[^/]+$|(?:^|\/)\.(?:vscode|idea)\/tasks\.json$|(?:^|\/)\.devcontainer\/devcontainer\.json$|(?:^|\/)\.envrc$/.test(
      path,
    )
  ) {
    if (/\.envrc$|\.husky\//.test(path)) runsLater(runner, shell, content, path);
  }
}

export const isPackageManifest = (path: string): boolean => baseName(path) === "package.json";

/** Lifecycle scripts run at every install, at everybody's. */
function judgeManifest(runner: Runner, content: string): void {
  for (const match of content.matchAll(
    /"(preinstall|install|postinstall|prepare|prepublish|prepublishOnly|prepack)"\s*:\s*"((?:[^"\\]|\\.)*)"/g,
  )) {
    const line = (match[2] ?? "").replace(/\\(.)/g, "$1");
    runsLater(runner, undefined, line, `the package script ${match[1] ?? ""}`);
  }
}

/** Workflows are the project's own; what they fetch and run unseen, and secrets they send, are not. */
function judgePipeline(runner: Runner, content: string): void {
  if (/(?:curl|wget)\b[^\n|]*(?:\$\{\{\s*secrets\.|toJSON\(secrets\))/.test(content))
    runner.scene.emit({
      kind: "send",
      what: "write a CI workflow that sends secrets",
      target: "workflow",
      place: "remote",
      undoable: "no",
      secret: "sends",
    });
  if (/\bpull_request_target\b/.test(content) && /actions\/checkout/.test(content))
    runner.scene.emit({
      kind: "persist",
      what: "write a CI workflow that runs strangers' code with the repository's secrets",
      target: "workflow",
      place: "workspace",
      undoable: "costly",
    });
}

/** Judged as if it ran now; what would be held then is something that persists. */
function runsLater(runner: Runner, shell: Shell | undefined, code: string, what: string): void {
  const { scene } = runner;
  const before = scene.effects.length;
  runner.code(shell?.fork() ?? Shell.start(scene.call.cwd, scene.machine), "shell", literal(code), noFlow);
  const grave = scene.effects
    .slice(before)
    .some(
      (effect) =>
        !["read", "execute", "receive"].includes(effect.kind) &&
        (effect.undoable !== "yes" || effect.kind === "opaque"),
    );
  if (grave)
    scene.emit({
      kind: "persist",
      what: `write ${what}, which runs by itself later`,
      target: what,
      place: "workspace",
      undoable: "costly",
    });
}
