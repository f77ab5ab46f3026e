import { list, writes } from "../acts.ts";
import type { Act } from "../program.ts";
import { asksLocal, discards, forced, keeps, own, type Subcommands } from "./acts.ts";

/** Commits, branches, tags and the objects below them. */

const branches: Act = (use, args) => {
  if (use.has("-D") || ((use.has("-d") || use.has("--delete")) && use.has("--force")))
    own("rewrite-history", "delete a branch, merged or not", "costly", {
      instead:
        "Delete it only if its commits are merged: `git branch -d my-branch`; or keep it under another name: `git branch -m old-branch`",
    })(use, args);
  else if (use.has("-d") || use.has("--delete")) own("write", "delete a merged branch", "yes")(use, args);
  else if (use.has("-M") || use.has("-C"))
    own(
      "rewrite-history",
      "rename or copy a branch over another",
      args.length > 1 && args[0]?.text !== args[1]?.text ? "costly" : "yes",
    )(use, args);
  else if (use.has("-f")) own("rewrite-history", "move a branch", "costly")(use, args);
  else if (use.has("--edit-description")) keeps(use, []);
  else asksLocal(use, args);
};

const commits: Act = (use) => {
  if (use.has("--amend"))
    return own("rewrite-history", "amend the last commit; the old one stays in the reflog", "yes")(use, []);
  keeps(use, []);
};

const bisects: Act = (use, args) => {
  if (args[0]?.text === "run") return use.run(args.slice(1));
  keeps(use, []);
};
const rebases: Act = (use, args) => {
  for (const line of use.values("-x")) use.code("shell", line);
  own("rewrite-history", "rebase; the old commits stay in the reflog", "yes")(use, args);
};
const refs: Act = (use, args) =>
  own("rewrite-history", `change what git refers to by hand (${use.title})`, "no")(use, args);
const tags: Act = (use, args) =>
  use.has("-d")
    ? own("rewrite-history", "delete a tag", "costly")(use, args)
    : use.has("-f")
      ? own("rewrite-history", "move a tag", "costly")(use, args)
      : keeps(use, []);

/** Patches, archives, objects: most only make something. */
const makes: Act = (use, args) => {
  const [, verb = ""] = use.title.split(" ");
  switch (verb) {
    case "archive":
      if (use.has("--remote")) use.net(use.value("--remote"), { kind: "receive" });
      for (const line of use.values("--exec")) use.code("shell", line);
      break;
    case "apply": {
      if (use.has("--unsafe-paths"))
        return own("write", "apply a patch that may write outside the repository", "no", { place: "system" })(
          use,
          args,
        );
      const folder = use.value("--directory");
      if (folder !== undefined) use.path(folder, { kind: "write", verb: "apply a patch in", keeps: true });
      break;
    }
    case "checkout-index":
      if (use.has("-f")) return discards("throw away changes that are not committed")(use, args);
      break;
    case "read-tree":
      if (use.all.some((arg) => arg.text === "-u" || arg.text === "--reset"))
        return discards("throw away changes that are not committed")(use, args);
      break;
    case "maintenance":
      if (/^(?:start|register)$/.test(args[0]?.text ?? ""))
        return use.emit({
          kind: "persist",
          what: "let git run its upkeep by itself from then on",
          target: "git",
          place: "home",
          undoable: "costly",
        });
      break;
    case "hash-object":
      for (const arg of args.slice(0, 2)) use.path(arg, { kind: "read" });
      break;
    case "bundle":
      for (const arg of args.slice(1, 2)) use.path(arg, { kind: args[0]?.text === "create" ? "write" : "read" });
      break;
    case "init":
      if (use.has("--template"))
        return use.emit({
          kind: "opaque",
          what: "take git hooks from a template",
          target: "git",
          sure: "likely",
          undoable: "costly",
        });
      if (args[0] !== undefined) return use.path(args[0], { kind: "write", keeps: true });
      break;
    default:
  }
  keeps(use, []);
};

const messages = {
  "-m --message -F --file --author --date --trailer --cleanup <x>": [],
  "-S --gpg-sign [key]": [],
} as const;

export const history: Subcommands = {
  subcommands: {
    "add|stage|commit-tree|hash-object|write-tree|mktree|merge-file|notes|am|apply|cherry-pick|revert|merge|mergetool|init|bundle|format-patch|archive|maintenance|pack-refs|pack-objects|repack|index-pack|unpack-objects|commit-graph|multi-pack-index|update-server-info|request-pull|sparse-checkout|replay|read-tree|checkout-index|update-index|prune-packed|mailsplit|fmt-merge-msg|fast-export|backfill|survey|last-modified|subtree":
      {
        flags: {
          ...messages,
          "-X --strategy-option -s --strategy --onto --mainline -b --initial-branch --exclude --include --whitespace -p -C --into-name --prefix --format --suffix --start-number --subject-prefix --to --cc --in-reply-to --base --pathspec-from-file --separate-git-dir <x>":
            [],
          "--exec <line>": [],
          "-o --output --output-directory <file>": writes,
          "--remote <url>": [],
          "--directory <dir>": [],
          "--template <dir>": [],
          "--unsafe-paths": [],
          ...forced,
        },
        does: makes,
      },
    commit: {
      flags: {
        ...messages,
        "-c --reedit-message -C --reuse-message -t --template --fixup --squash --pathspec-from-file <x>": [],
        "--amend": [],
        "-n --no-verify": [],
        "-u --untracked-files [mode]": [],
      },
      does: commits,
    },
    branch: {
      flags: {
        "-D": [],
        "-d --delete": [],
        "-m --move": [],
        "-M": [],
        "-c --copy": [],
        "-C": [],
        ...forced,
        "-u --set-upstream-to <branch>": [],
        "--contains --no-contains --merged --no-merged --points-at --format --sort --column --abbrev [x]": [],
        "--edit-description": [],
        "-a": [],
        "-r": [],
        "-v": [],
      },
      does: branches,
    },
    tag: {
      flags: {
        "-d --delete": [],
        ...forced,
        ...messages,
        "-u --local-user <key>": [],
        "-l --list": "inert",
        "--sort --format --contains --no-contains --merged --no-merged --points-at [x]": [],
      },
      does: tags,
    },
    rebase: {
      flags: {
        "-x --exec <line>": [],
        "--onto -s --strategy -X --strategy-option -C --whitespace --empty <x>": [],
        "-i --interactive": [],
      },
      does: rebases,
    },
    bisect: { stop: true, does: bisects },
    "reflog expire|reflog delete": own("rewrite-history", "forget old commits, by which work is brought back", "no", {
      instead: "Leave them: git forgets by itself after 90 days; `git gc` makes room now",
    }),
    "gc|prune|prune-remote": (use, args) =>
      use.has("--prune") ||
      use.title === "git prune" ||
      use.all.some((arg) => /^--(?:prune=(?:now|all)|expire|aggressive=now)/.test(arg.text))
        ? own("rewrite-history", "delete commits that nothing points to, for good", "no", {
            instead: "Make room without losing what the reflog keeps: `git gc`",
          })(use, args)
        : keeps(use, []),
    "update-ref|replace|filter-branch|filter-repo|fast-import|unpack-file|pack-redundant": (use, args) =>
      use.title === "git replace" && use.has("-l") ? undefined : refs(use, args),
    hook: (use, args) => use.emit({ kind: "execute", what: `run a git hook (${list(args)})`, target: "hook" }),
  },
  examples: {
    "git add -A && git commit -m 'rm -rf /'": "allow",
    "git commit --amend --no-edit": "allow",
    "git branch -D topic": "hold",
    "git branch --contains HEAD": "allow",
    "git rebase main": "allow",
    "git bisect run npm test": "allow",
    "git bisect run sh -c 'rm -rf ~'": "deny",
    "git reflog expire --expire=now --all": "hold",
    "git filter-branch --all": "hold",
    "git hash-object -w .env": "hold",
    "git apply --directory=/home/dev x.patch": "hold",
    "git merge -X theirs topic": "allow",
    "git init --template=/tmp/t": "hold",
  },
};
