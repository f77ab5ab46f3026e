import { type Act, type Arg, isLiteral, type Use } from "../program.ts";
import { asksLocal, discards, forced, keeps, own, type Subcommands } from "./acts.ts";

/** The working tree: what changes files, and throws away what was not committed. */

const checks: Act = (use, args) => {
  const dashes = use.all.findIndex((arg) => arg.text === "--");
  if (use.has("-f")) return discards("throw away changes that are not committed")(use, []);
  if (use.has("-B")) return movesBranch(use, args);
  if (use.has("-b") || use.has("-c") || use.has("--orphan") || use.has("--detach")) return keeps(use, []);
  if (use.has("--ours")) return own("write", "take one side of a conflict", "costly")(use, args);
  const paths =
    dashes >= 0
      ? use.all.slice(dashes + 1)
      : args.length > 1
        ? args.slice(1)
        : args.filter(
            (arg) =>
              /^(?:\.|\.\/.*|:\/.*|\*.*)$/.test(arg.text) ||
              /\/.*\.\w{1,5}$|^[\w-]+\.(?:ts|tsx|js|jsx|py|go|rs|md|json|java|c|h|cpp|rb|txt|toml|ya?ml|lock|sh|css|html)$/.test(
                arg.text,
              ),
          );
  if (use.has("-p") || use.has("--pathspec-from-file") || paths.length > 0)
    return discardsPaths(use, paths, "throw away changes that are not committed");
  keeps(use, []);
};

const movesBranch = own("rewrite-history", "move a branch away from its commits", "costly", {
  instead: "Make a new branch there instead: `git switch -c my-branch`",
});

const restores: Act = (use, args) => {
  if (use.has("--staged") && !use.has("--worktree")) return keeps(use, []);
  discardsPaths(use, args, "throw away changes that are not committed");
};

function discardsPaths(use: Use, paths: readonly Arg[], what: string): void {
  if (paths.length === 0) return discards(what)(use, paths);
  for (const path of paths) {
    if (!isLiteral(path) || /^(?:\.{1,2}\/?$|[*:])/.test(path.text)) return discards(what)(use, paths);
  }
  for (const path of paths)
    use.path(path, {
      kind: "delete",
      verb: `${what} in`,
      instead: "Set it aside, from where it comes back: `git stash push -- src/app.ts`",
    });
}

const resets: Act = (use, args) => {
  if (use.has("--hard") || use.has("--merge") || use.has("--keep"))
    return use.has("--keep")
      ? movesBranch(use, args)
      : discards(
          "throw away every change that is not committed",
          "Set the changes aside, from where they come back: `git stash`; then move the branch without touching files: `git reset --soft HEAD~1`",
        )(use, args);
  own("rewrite-history", "move the branch or unstage; nothing is lost", "yes")(use, args);
};

const cleans: Act = (use, args) => {
  if (use.has("-n") || !use.has("-f")) return;
  if (args.length > 0 && args.every((arg) => isLiteral(arg) && !/^(?:\.{1,2}\/?$|[*:])/.test(arg.text)))
    return args.forEach((arg) =>
      use.path(arg, { kind: "delete", tree: true, ...(use.has("-X") ? { undoable: "yes" as const } : {}) }),
    );
  discards(
    "delete files that git does not track, which it can't bring back",
    "Look first at what would go: `git clean -nd`; then set it aside: `git stash -u`",
  )(use, args);
};

const stashes: Act = (use, args) => {
  const verb = args[0]?.text ?? "push";
  if (verb === "drop" || verb === "clear")
    return own("delete", verb === "clear" ? "throw away all stashed work" : "throw away stashed work", "no", {
      instead: "Keep it on a branch, where it can be found again: `git stash branch kept`",
    })(use, args.slice(1));
  if (verb === "list" || verb === "show") return asksLocal(use, []);
  keeps(use, []);
};

const worktrees: Act = (use, args) => {
  const [verb, ...rest] = args;
  // In temp it is scratch work, as anything that is made there.
  if (
    verb?.text === "remove" &&
    use.has("-f") &&
    rest.length > 0 &&
    rest.every((arg) => /^\/(?:var\/)?tmp\/./.test(arg.text))
  )
    return rest.forEach((arg) => use.path(arg, { kind: "delete", tree: true }));
  if (verb?.text === "remove")
    return own(
      "delete",
      use.has("-f") ? "remove a worktree and the changes in it" : "remove a clean worktree",
      use.has("-f") ? "no" : "yes",
      { instead: "Remove it without force, which git refuses while it holds changes: `git worktree remove ../x`" },
    )(use, rest);
  if (verb?.text === "add") {
    const target = rest.find((arg) => arg.text.includes("/") || arg.text.startsWith("."));
    // A worktree beside the repository is git's own way; elsewhere it is a write like any other.
    if (target !== undefined && /^(?:\/etc|\/usr|\/bin|~\/\.)/.test(target.text))
      use.path(target, { kind: "write", keeps: true });
    return keeps(use, []);
  }
  if (verb?.text === "list") return asksLocal(use, []);
  keeps(use, []);
};

const removesTracked: Act = (use, args) => {
  const all = args.some((arg) => /^(?:\.|\*|:\/)$/.test(arg.text));
  if (!all) for (const arg of args) use.path(arg, { kind: "delete", tree: use.has("-r"), undoable: "yes" });
  own("delete", "delete tracked, unchanged files", all ? "costly" : "yes")(use, args);
};

export const tree: Subcommands = {
  subcommands: {
    checkout: {
      flags: {
        ...forced,
        "-b --orphan <branch>": [],
        "-B <branch>": [],
        "-U --unified --inter-hunk-context --conflict <x>": [],
        "--pathspec-from-file <file>": [],
        "-p --patch": [],
        "--ours --theirs -2 -3": [],
        "-d --detach": [],
        "-t --track --recurse-submodules [x]": [],
      },
      does: checks,
    },
    switch: {
      flags: {
        ...forced,
        "--discard-changes": [],
        "-c --create <branch>": [],
        "-C --force-create <branch>": [],
        "--orphan --conflict <x>": [],
        "-d --detach": [],
      },
      does: (use, args) =>
        use.has("-f") || use.has("--discard-changes")
          ? discards("throw away changes that are not committed")(use, args)
          : use.has("-C")
            ? movesBranch(use, args)
            : keeps(use, []),
    },
    restore: {
      flags: {
        "-s --source <tree>": [],
        "-S --staged": [],
        "-W --worktree": [],
        "-p --patch": [],
        "--ours --theirs -2 -3": [],
        "--pathspec-from-file --conflict --inter-hunk-context -U --unified <x>": [],
      },
      does: restores,
    },
    reset: {
      flags: {
        "--hard": [],
        "--merge": [],
        "--keep": [],
        "--soft --mixed": [],
        "-p --patch": [],
        "--pathspec-from-file --inter-hunk-context -U --unified <x>": [],
      },
      does: resets,
    },
    clean: {
      flags: {
        "-f --force": [],
        "-d": [],
        "-x": [],
        "-X": [],
        "-n --dry-run": "inert",
        "-i --interactive": [],
        "-e --exclude <pattern>": [],
      },
      does: cleans,
    },
    stash: {
      flags: {
        "-m --message --pathspec-from-file -U --unified --inter-hunk-context <x>": [],
        "-u --include-untracked": [],
        "-p --patch": [],
      },
      does: stashes,
    },
    worktree: { flags: { ...forced, "-b -B --reason --expire <x>": [] }, does: worktrees },
    rm: {
      flags: { "--cached": [], "-r": [], ...forced, "-n --dry-run": "inert", "--pathspec-from-file <file>": [] },
      does: (use, args) =>
        use.has("--cached")
          ? keeps(use, [])
          : use.has("-f")
            ? args.forEach((arg) => use.path(arg, { kind: "delete", tree: use.has("-r") }))
            : removesTracked(use, args),
    },
    mv: (use, args) => {
      for (const arg of args) use.path(arg, { kind: "write", verb: "move", keeps: true });
      keeps(use, []);
    },
  },
  examples: {
    "git reset --hard": "hold",
    "git reset HEAD~1": "allow",
    "git checkout -b topic": "allow",
    "git checkout main": "allow",
    "git checkout --inter-hunk-context 3 main": "allow",
    "git checkout -U 5 main": "allow",
    "git checkout --conflict diff3 main": "allow",
    "git checkout --inter-hunk-context 3 main src/a.ts": "hold",
    "git checkout --pathspec-from-file list": "hold",
    "git checkout -- .": "hold",
    "git restore --staged a.ts": "allow",
    "git restore src": "hold",
    "git clean -fd": "hold",
    "git clean -n": "allow",
    "git clean -fdx node_modules": "allow",
    "git clean -fd src": "hold",
    "git stash": "allow",
    "git stash drop": "hold",
    "git worktree add ../x -b topic": "allow",
    "git rm old.ts": "allow",
    "git rm .signalbox.toml": "deny",
    "git mv .claude/settings.json x": "deny",
    "git mv a.ts b.ts": "allow",
  },
};
