import { act, writes } from "../acts.ts";
import { type Act, literal } from "../program.ts";
import { asksLocal, listsNames, type Subcommands } from "./acts.ts";

/** Subcommands that look, and the options of `git diff` and `git log` that have values or do more than look. */

const diffOptions = {
  "-O -S -G -U --unified --inter-hunk-context -l --diff-filter --diff-algorithm --anchored -I --ignore-matching-lines --find-object --word-diff-regex --src-prefix --dst-prefix --line-prefix --output-indicator-new --output-indicator-old --output-indicator-context --ws-error-highlight --color-moved-ws --stat-width --stat-name-width --stat-count --rotate-to --skip-to --max-depth <x>":
    [],
  "--stat --color --word-diff --color-words --submodule --relative --abbrev -M -C -B [x]": [],
  "--output <file>": writes,
  "--ext-diff --textconv": [],
  "--no-index": [],
} as const;

const logOptions = {
  ...diffOptions,
  "-n --max-count --skip --since --after --until --before --author --committer --grep -L --decorate-refs --decorate-refs-exclude --glob --exclude --min-parents --max-parents --date --encoding <x>":
    [],
  "--format --pretty --decorate --notes --show-notes --branches --tags --remotes [x]": [],
} as const;

/** Without these, a log tells of commits and not of what stands in the files. */
const withContent = ["-p", "-u", "--patch", "-U", "-L", "-G", "-S", "--cc", "-c"];
const namesOnly = ["--name-only", "--name-status", "--stat", "--shortstat", "--numstat", "--summary", "--quiet", "-s"];

/** A diff shows a file by its name, from the tree or from a commit: `HEAD:.env`. */
const shows: Act = (use, args) => {
  asksLocal(use, args);
  if (
    / (?:log|shortlog|rev-list|diff-tree|diff-index|range-diff)$/.test(use.title) &&
    !withContent.some((flag) => use.has(flag))
  )
    return;
  if (namesOnly.some((flag) => use.has(flag))) return;
  for (const arg of args)
    if (use.has("--no-index") || /^[~/]/.test(arg.text)) use.path(arg, { kind: "read" });
    else {
      const name = arg.text.slice(arg.text.indexOf(":") + 1);
      if (arg.fixed === arg.text.length && /[./]/.test(name) && !/\.\.|[~^@]/.test(name))
        use.path({ ...arg, text: name, fixed: name.length }, { kind: "read" });
    }
};

/** What `rev-parse` prints is often a folder to work in. */
const parses: Act = (use) => {
  asksLocal(use, []);
  use.output({
    text: use.has("--show-toplevel")
      ? use.workspaceRoot
      : use.has("--git-dir")
        ? ".git"
        : use.has("HEAD") || use.all.some((arg) => arg.text === "HEAD")
          ? "0000000"
          : undefined,
  });
};

export const looking: Subcommands = {
  subcommands: {
    "cat-file": (use, args) => {
      asksLocal(use, args);
      // `git cat-file -p HEAD:.env` prints it.
      for (const { text } of args)
        if (text.includes(":")) use.path(literal(text.slice(text.indexOf(":") + 1)), { kind: "read" });
    },
    "status|describe|ls-tree|name-rev|merge-base|var|cherry|count-objects|fsck|check-ignore|check-attr|check-ref-format|verify-commit|verify-tag|show-ref|for-each-ref|symbolic-ref|diff-files|show-branch|column|stripspace|mailinfo|interpret-trailers|get-tar-commit-id|version|help|bugreport|diagnose|rerere|ls-remote-local|reflog show|reflog":
      asksLocal,
    "blame|annotate": {
      flags: {
        "-L -S --contents --ignore-rev --ignore-revs-file --date --since <x>": [],
        "--abbrev -C -M [x]": [],
        "--output <file>": writes,
      },
      does: shows,
    },
    "log|shortlog|whatchanged|rev-list|range-diff|diff-tree|diff-index": { flags: logOptions, does: shows },
    "show|diff|difftool": {
      flags: {
        ...logOptions,
        "-x --extcmd <cmd>": (use, args) => (args[0] === undefined ? undefined : use.code("shell", args[0])),
        "-t --tool <name>": [],
      },
      does: shows,
    },
    "ls-files": {
      flags: { "-x --exclude -X --exclude-from --exclude-per-directory --with-tree --format <x>": [], "-z": [] },
      does: listsNames,
    },
    grep: {
      flags: {
        "-O --open-files-in-pager [cmd]": (use, args) =>
          args[0] === undefined ? undefined : use.code("shell", args[0]),
        "-e <p>": [],
        "-f <file>": [],
        "-A -B -C -m --max-count --max-depth --threads --after-context --before-context --context <n>": [],
      },
      does: (use, args) => {
        for (const arg of use.all) if (/^-O./.test(arg.text)) use.code("shell", literal(arg.text.slice(2)));
        const named = ["-l", "-L", "--files-with-matches", "--name-only"].some((flag) => use.has(flag));
        act(named ? listsNames : asksLocal, use, use.has("-e") ? args : args.slice(1));
      },
    },
    "rev-parse": {
      flags: {
        "--show-toplevel --git-dir --abbrev-ref --short --verify --is-inside-work-tree --show-prefix --show-cdup": [],
      },
      does: parses,
    },
  },
  examples: {
    "git status": "allow",
    "git log --oneline -5": "allow",
    "git log -n 3 --since '2 weeks ago' --author dev -- src": "allow",
    "git show HEAD": "allow",
    "git show HEAD:src/app.ts": "allow",
    "git show HEAD:.env": "hold",
    "git cat-file -p HEAD:config/master.key": "hold",
    "git cat-file -p HEAD:src/app.ts": "allow",
    "git log -p -- .env": "hold",
    "git log --oneline -- .env": "allow",
    "git diff --stat -- .env": "allow",
    "git diff .env.example": "allow",
    "git diff --output=/etc/x": "hold",
    "git diff --output /etc/x": "hold",
    "git grep -O'rm -rf ~' x": "deny",
    "git ls-files | xargs sed -i s/a/b/": "allow",
    "git ls-files .. | xargs sed -i s/a/b/": "hold",
    "git grep -l x | xargs rm": "hold",
  },
};
