import { act, list, writes } from "./acts.ts";
import {
  type Act,
  type Acts,
  type Arg,
  type EffectDraft,
  isLiteral,
  literal,
  type Program,
  type Use,
} from "./program.ts";

/** git: what loses work, rewrites history, sends, and the many ways in which it runs code. */

const own =
  (
    kind: EffectDraft["kind"],
    what: string,
    undoable: "yes" | "costly" | "no",
    more: { readonly reach?: "many"; readonly place?: "system" } = {},
  ): Act =>
  (use, args) =>
    use.emit({
      kind,
      what: args.length === 0 ? `git: ${what}` : `git: ${what} (${list(args)})`,
      target: args[0]?.text ?? "",
      place: use.cwdPlace,
      undoable: use.cwdPlace === "temp" ? "yes" : undoable,
      ...more,
    });

const keeps: Act = own("write", "change the repository so that nothing is lost", "yes");
const discards = (what: string): Act => own("delete", what, "no", { reach: "many" });

/** `--upload-pack`, `--exec` and the like are run by a shell. */
const runsRemoteProgram: Acts = (use, args) => {
  const [line] = args;
  if (line !== undefined && !/^(?:git[- ](?:upload|receive)-pack|git-upload-archive)$/.test(line.text))
    use.code("shell", line);
};

/** URLs that make git run a program: `ext::sh -c ...`. */
function remoteOf(use: Use, arg: Arg | undefined): void {
  if (arg === undefined) return;
  const match = /^ext::(.*)$/s.exec(arg.text);
  if (match !== null)
    use.run(
      (match[1] ?? "")
        .replaceAll("% ", "\u0000")
        .split(/\s+/)
        .map((word) => literal(word.replaceAll("\u0000", " "))),
    );
  else if (arg.text.startsWith("-"))
    use.emit({
      kind: "opaque",
      what: `git: a remote named like an option, ${arg.text}`,
      target: arg.text,
      sure: "opaque",
      undoable: "no",
    });
}

const fetches: Act = (use, args) => {
  remoteOf(use, args[0]);
  use.net(undefined, { kind: "receive", what: `${use.title} ${list(args)}` });
};

const clones: Act = (use, args) => {
  const [from, to] = args;
  remoteOf(use, from);
  if (from !== undefined && /^(?:https?|git|ssh):|@.*:/.test(from.text)) use.net(from, { kind: "receive" });
  const name =
    from === undefined
      ? undefined
      : literal(
          from.text
            .replace(/\/+$/, "")
            .replace(/\.git$/, "")
            .replace(/^.*[/:]/, ""),
        );
  const target = to ?? name;
  if (target !== undefined) use.path(target, { kind: "write", verb: "clone to", keeps: true });
};

const pushes: Act = (use, args) => {
  const [remote, ...refs] = args;
  remoteOf(use, remote);
  const forced = use.has("--force") || use.has("--mirror") || refs.some((ref) => /^\+|:\+/.test(ref.text));
  const lease = use.has("--force-with-lease");
  const deletes = use.has("--delete") || use.has("--prune") || refs.some((ref) => /^:[^:]/.test(ref.text));
  const said = `git ${use.all.map((arg) => arg.text).join(" ")}`.slice(0, 200);
  if (forced)
    use.emit({
      kind: "rewrite-history",
      what: `${said}: overwrite the remote's history`,
      target: remote?.text ?? "origin",
      place: "remote",
      undoable: "no",
    });
  else if (deletes)
    use.emit({
      kind: "mutate-remote",
      what: `${said}: delete at the remote`,
      target: remote?.text ?? "origin",
      place: "remote",
      undoable: "no",
    });
  else if (lease)
    use.emit({
      kind: "rewrite-history",
      what: `${said}: overwrite the remote's branch`,
      target: remote?.text ?? "origin",
      place: "remote",
      undoable: "costly",
    });
  else if (remote !== undefined && /^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(remote.text))
    use.emit({
      kind: "send",
      what: `${said}: push to an address that is no remote of the repository`,
      target: remote.text,
      place: "remote",
      undoable: "no",
    });
  else use.emit({ kind: "send", what: said, target: remote?.text ?? "origin", place: "remote", undoable: "yes" });
};

const checks: Act = (use, args) => {
  const dashes = use.all.findIndex((arg) => arg.text === "--");
  if (use.has("-f") || use.has("--discard-changes"))
    return discards("throw away changes that are not committed")(use, []);
  if (use.has("-B")) return own("rewrite-history", "move a branch", "costly")(use, args);
  if (use.has("-b") || use.has("-c") || use.has("--orphan") || use.has("--detach")) return keeps(use, []);
  if (use.has("--ours") || use.has("--theirs")) return own("write", "take one side of a conflict", "costly")(use, args);
  const paths =
    dashes >= 0
      ? use.all.slice(dashes + 1)
      : args.length > 1 && use.name !== "switch"
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

const restores: Act = (use, args) => {
  if (use.has("--staged") && !use.has("--worktree")) return keeps(use, []);
  discardsPaths(use, args, "throw away changes that are not committed");
};

function discardsPaths(use: Use, paths: readonly Arg[], what: string): void {
  if (paths.length === 0) return discards(what)(use, paths);
  for (const path of paths) {
    if (!isLiteral(path) || /^[.*:]/.test(path.text)) return discards(what)(use, paths);
  }
  for (const path of paths) use.path(path, { kind: "delete", verb: `${what} in` });
}

const resets: Act = (use, args) => {
  if (use.has("--hard") || use.has("--merge") || use.has("--keep"))
    return use.has("--keep")
      ? own("rewrite-history", "move the branch", "costly")(use, args)
      : discards("throw away changes that are not committed (reset --hard)")(use, args);
  own("rewrite-history", "move the branch or unstage; nothing is lost", "yes")(use, args);
};

const cleans: Act = (use, args) => {
  if (use.has("-n") || !use.has("-f")) return;
  if (use.has("-X") && !use.has("-x") && args.length > 0)
    return own("delete", "delete ignored files", "yes")(use, args);
  discards("delete files that git does not track")(use, args);
};

const branches: Act = (use, args) => {
  if (use.has("-D") || ((use.has("-d") || use.has("--delete")) && use.has("--force")))
    own("rewrite-history", "delete a branch, merged or not", "costly")(use, args);
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

const asksLocal: Act = (use) => {
  use.emit({ kind: "read", what: `run ${use.title}`, target: "git", place: "workspace" });
  use.output({ text: undefined });
};

/** Names of files below the folder where it runs, as a pattern, unless a path leads elsewhere. */
const listsNames: Act = (use, args) => {
  asksLocal(use, args);
  if (args.every(({ text, fixed }) => fixed === text.length && !/^[~/:]|\.\./.test(text)))
    use.output({ text: use.has("-z") ? "./*\0" : "./*\n" });
};

/** Settings whose value git runs. */
const runningKey =
  /^(?:core\.(?:pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass|alternaterefscommand)|pager\..*|sequence\.editor|diff\.external|diff\..*\.(?:command|textconv)|merge\..*\.driver|filter\..*\.(?:clean|smudge|process)|credential\..*helper|credential\.helper|gpg\.(?:.*\.)?program|ssh\.variant|uploadpack\.packobjectshook|remote\..*\.(?:url|pushurl|uploadpack|receivepack|vcs)|protocol\.ext\.allow|alias\..*|browser\..*\.cmd|mergetool\..*\.cmd|difftool\..*\.cmd|man\..*\.cmd|sendemail\..*(?:cmd|server)|interactive\.difffilter|trailer\..*\.command|init\.templatedir|include\.path|includeif\..*\.path|web\.browser|core\.attributesfile|url\..*\.(?:push)?insteadof|http\.proxy|http\.sslverify|core\.worktree|safe\.directory|receive\..*|gc\..*expire.*)$/i;

/** `-c key=value` and `config key value`. */
function setting(use: Use, key: string, value: Arg | undefined, lasting: string | undefined): void {
  if (!runningKey.test(key)) {
    if (lasting !== undefined && lasting !== "local")
      use.emit({
        kind: "persist",
        what: `git: set ${key} for all repositories`,
        target: key,
        place: "home",
        undoable: "costly",
      });
    else if (lasting !== undefined) keeps(use, []);
    return;
  }
  const text = value?.text ?? "";
  if (
    lasting === undefined &&
    /^(?:core\.pager|pager\..*|core\.editor|sequence\.editor|gpg\.program)$/i.test(key) &&
    /^(?:cat|less(?: -\w+)*|more|true|:|false|)$/.test(text)
  )
    return;
  if (
    lasting === undefined &&
    /^(?:safe\.directory|http\.proxy|protocol\.file\.allow|credential\.helper)$/i.test(key) &&
    (text === "" || text === "*" || text.startsWith("/"))
  )
    return;
  if (/^alias\./i.test(key) && !text.startsWith("!")) {
    if (lasting !== undefined) keeps(use, []);
    return;
  }
  if (/^(?:core\.hookspath)$/i.test(key))
    return use.emit({
      kind: "persist",
      what: `git: set ${key} to ${text}, which changes the hooks that git runs`,
      target: key,
      place: "workspace",
      undoable: "costly",
    });
  if (value !== undefined && lasting === undefined) {
    const line = text.replace(/^!/, "");
    if (
      /command|pager|editor|alias|helper|cmd|driver|textconv|external|program|proxy|fsmonitor|askpass|smudge|clean|process|pack/i.test(
        key,
      ) &&
      line !== ""
    )
      use.code("shell", { ...value, text: line, fixed: line.length });
    use.emit({
      kind: "opaque",
      what: `git: set ${key}=${text} for this call, which makes git run it or trust it`,
      target: key,
      sure: "likely",
      undoable: "costly",
    });
    return;
  }
  use.emit({
    kind: "persist",
    what: `git: set ${key}${text === "" ? "" : ` to ${text}`}, which git runs or obeys from then on`,
    target: key,
    place: lasting === "local" ? "workspace" : "home",
    undoable: "costly",
  });
}

const configures: Act = (use, args) => {
  const scope = use.has("--global") ? "global" : use.has("--system") ? "system" : "local";
  const words = args.map((arg) => arg.text);
  if (
    use.has("--get") ||
    use.has("--list") ||
    use.has("-l") ||
    use.has("--get-all") ||
    use.has("--get-regexp") ||
    words[0] === "get" ||
    words[0] === "list"
  )
    return asksLocal(use, []);
  if (use.has("-e")) return;
  const rest = words[0] === "set" || words[0] === "unset" ? args.slice(1) : args;
  const [key, value] = rest;
  if (key === undefined) return;
  if (
    value === undefined &&
    !use.has("--unset") &&
    !use.has("--unset-all") &&
    !use.has("--remove-section") &&
    words[0] !== "unset"
  )
    return asksLocal(use, []);
  if (use.has("--remove-section") || use.has("--rename-section"))
    return own("write", "remove a section of its settings", "costly")(use, args);
  setting(use, key.text, value, scope);
};

const stashes: Act = (use, args) => {
  const verb = args[0]?.text ?? "push";
  if (verb === "drop" || verb === "clear")
    return own("delete", `stash ${verb}: throw away stashed work`, "no")(use, args.slice(1));
  if (verb === "list" || verb === "show") return asksLocal(use, []);
  keeps(use, []);
};

const worktrees: Act = (use, args) => {
  const [verb, ...rest] = args;
  if (verb?.text === "remove")
    return own(
      "delete",
      use.has("-f") ? "remove a worktree with its changes" : "remove a clean worktree",
      use.has("-f") ? "no" : "yes",
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

const commits: Act = (use) => {
  if (use.has("--amend"))
    return own("rewrite-history", "amend the last commit; the old one stays in the reflog", "yes")(use, []);
  keeps(use, []);
};

const bisects: Act = (use, args) => {
  if (args[0]?.text === "run") return use.run(args.slice(1));
  keeps(use, []);
};
const submodules: Act = (use, args) => {
  const [verb, ...rest] = args;
  if (verb?.text === "foreach") {
    // Its flags are not git's: `foreach sh -c x`.
    const all = use.all.slice(use.all.findIndex((arg) => arg.text === "foreach") + 1);
    const words = all.slice(all.findIndex((arg) => !arg.text.startsWith("-")));
    if (words.length === 1 && words[0] !== undefined) use.code("shell", words[0]);
    else if (words.length > 1) use.run(words);
    return;
  }
  if (verb?.text === "deinit")
    return own("delete", "remove a submodule's files", use.has("-f") ? "no" : "costly")(use, rest);
  if (verb?.text === "add" || verb?.text === "update")
    return use.net(undefined, { kind: "receive", what: "git submodule" });
  keeps(use, []);
};

const rebases: Act = (use, args) => {
  for (const line of use.values("-x")) use.code("shell", line);
  own("rewrite-history", "rebase; the old commits stay in the reflog", "yes")(use, args);
};
const remotes: Act = (use, args) => {
  const verb = args[0]?.text;
  if (verb === "remove" || verb === "rm" || verb === "prune")
    return own("rewrite-history", `remote ${verb}`, "costly")(use, args.slice(1));
  if (verb === "set-url" || verb === "add") {
    remoteOf(use, args.at(-1));
    return verb === "add" ? keeps(use, []) : own("persist", "point a remote elsewhere", "costly")(use, args.slice(1));
  }
  if (verb === "update" || verb === "show") return use.net(undefined, { kind: "receive", what: "git remote" });
  asksLocal(use, []);
};
const refs: Act = (use, args) => own("rewrite-history", `${use.title}: change references by hand`, "no")(use, args);
const tags: Act = (use, args) =>
  use.has("-d")
    ? own("rewrite-history", "delete a tag", "costly")(use, args)
    : use.has("-f")
      ? own("rewrite-history", "move a tag", "costly")(use, args)
      : keeps(use, []);

/** What `rev-parse` prints is often a folder to work in. */
const parses: Act = (use) => {
  use.emit({ kind: "read", what: "run git rev-parse", target: "git", place: "workspace" });
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

/** An unknown subcommand may be an alias or a program `git-x`. */
const aliasOrProgram: Act = (use, args) => {
  const [verb] = args;
  if (verb === undefined) return;
  if (
    /^(?:lfs|flow|town|absorb|branchless|machete|delta|standup|summary|recent|changelog|extras|effort|ignore|info|secret|crypt|annex|filter-repo|cinnabar|svn|p4|gui|citool|instaweb|daemon|web--browse|sl|machete|co|st|ci|br|lg|lol|hist|last|unstage|amend|undo|sync|who|wip|up|cm|df|ls)$/.test(
      verb.text,
    )
  ) {
    if (verb.text === "filter-repo") return own("rewrite-history", "rewrite the whole history", "no")(use, args);
    if (verb.text === "daemon" || verb.text === "instaweb")
      return use.emit({
        kind: "send",
        what: `git ${verb.text}: offer the repository to the network`,
        target: verb.text,
        place: "remote",
        undoable: "costly",
      });
    if (verb.text === "lfs")
      return /^(?:prune|migrate|uninstall|dedup)$/.test(args[1]?.text ?? "")
        ? own("delete", `lfs ${args[1]?.text ?? ""}`, "costly")(use, [])
        : keeps(use, []);
    return keeps(use, []);
  }
  use.emit({
    kind: "opaque",
    what: `git ${verb.text}: an alias or program that Signalbox does not know`,
    target: verb.text,
    sure: "opaque",
    undoable: "costly",
  });
};

const removesTracked: Act = (use, args) => {
  const all = args.some((arg) => /^(?:\.|\*|:\/)$/.test(arg.text));
  if (!all) for (const arg of args) use.path(arg, { kind: "delete", tree: use.has("-r"), undoable: "yes" });
  own("delete", "delete tracked, unchanged files", all ? "costly" : "yes")(use, args);
};

/** Another repository's settings and hooks are obeyed too. */
const obeys: Act = (use, args) => {
  for (const arg of args)
    if (/^(?:~|\/|\.\.)/.test(arg.text)) use.path(arg, { kind: "execute", verb: "obey the settings of" });
};

const forced = { "-f --force": [] } as const;

export const git: readonly Program[] = [
  {
    names: ["git"],
    summary: "Version control",
    before: {
      "-C <dir>": (use, args) => use.changeFolder(args[0] ?? literal(".")),
      "-c <setting>": (use, args) => {
        const [arg] = args;
        if (arg === undefined) return;
        const equals = arg.text.indexOf("=");
        setting(
          use,
          equals < 0 ? arg.text : arg.text.slice(0, equals),
          equals < 0
            ? undefined
            : { ...arg, text: arg.text.slice(equals + 1), fixed: Math.max(0, arg.fixed - equals - 1) },
          undefined,
        );
      },
      "--config-env <setting>": (use, args) =>
        setting(use, (args[0]?.text ?? "").split("=")[0] ?? "", undefined, undefined),
      "--git-dir <dir>": obeys,
      "--work-tree --namespace <dir>": [],
      "--exec-path [dir]": (use, args) =>
        args.length === 0
          ? undefined
          : use.emit({
              kind: "opaque",
              what: `git: take its programs from ${args[0]?.text ?? ""}`,
              target: "exec-path",
              sure: "opaque",
              undoable: "no",
            }),
      "-p --paginate -P --no-pager --bare --no-replace-objects --literal-pathspecs": [],
    },
    flags: {
      "--upload-pack --receive-pack --exec -u <program>": [],
      "--output <file>": writes,
    },
    subcommands: {
      "status|log|shortlog|reflog show|describe|blame|annotate|rev-list|ls-tree|cat-file|name-rev|merge-base|var|whatchanged|cherry|range-diff|count-objects|fsck|check-ignore|check-attr|check-ref-format|verify-commit|verify-tag|show-ref|for-each-ref|symbolic-ref|diff-tree|diff-index|diff-files|show-branch|column|stripspace|mailinfo|interpret-trailers|get-tar-commit-id|version|help|bugreport|diagnose|rerere|ls-remote-local":
        asksLocal,
      "ls-files": listsNames,
      "show|diff|difftool": {
        flags: {
          "-x --extcmd <cmd>": (use, args) => (args[0] === undefined ? undefined : use.code("shell", args[0])),
          "--ext-diff": [],
          "-O -S -G -U <x>": [],
          "--stat [x]": [],
        },
        does: (use, args) => {
          for (const arg of args)
            if (use.has("--no-index") || /^[~/]/.test(arg.text)) use.path(arg, { kind: "read" });
            else if (/:\S*\.env|:\S*id_rsa|:\S*\.pem/.test(arg.text))
              use.path(
                { ...arg, text: arg.text.slice(arg.text.indexOf(":") + 1), fixed: arg.text.length },
                { kind: "read" },
              );
          asksLocal(use, args);
        },
      },
      grep: {
        flags: {
          "-O --open-files-in-pager [cmd]": (use, args) =>
            args[0] === undefined ? undefined : use.code("shell", args[0]),
          "-e <p>": [],
          "-A -B -C <n>": [],
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
      "add|stage|commit-tree|hash-object|write-tree|mktree|merge-file|notes|am|apply|cherry-pick|revert|merge|mergetool|init|bundle|format-patch|archive|maintenance|pack-refs|pack-objects|repack|index-pack|unpack-objects|commit-graph|multi-pack-index|update-server-info|request-pull|sparse-checkout|replay|read-tree|checkout-index|update-index|prune-packed|mailsplit|fmt-merge-msg|imap-send|fast-export|backfill|survey|last-modified|subtree":
        {
          flags: {
            "-m -F -X -s --strategy --onto <x>": [],
            "-S": [],
            "--exec <x>": [],
            "-o --output --output-directory <file>": writes,
            "--remote <url>": [],
            "--directory <d>": [],
            "--unsafe-paths": [],
            "-f --force": [],
          },
          does: (use, args) => {
            if (use.title === "git archive" && use.has("--remote")) use.net(use.value("--remote"), { kind: "receive" });
            if (use.title === "git archive" && use.has("--exec"))
              for (const line of use.values("--exec")) use.code("shell", line);
            if (use.title === "git apply" && use.has("--unsafe-paths"))
              return own("write", "apply a patch that may write outside the repository", "no", { place: "system" })(
                use,
                args,
              );
            if (use.title === "git checkout-index" && use.has("-f"))
              return discards("throw away changes that are not committed")(use, args);
            if (use.title === "git read-tree" && use.all.some((arg) => arg.text === "-u" || arg.text === "--reset"))
              return discards("throw away changes that are not committed")(use, args);
            if (use.title === "git imap-send") return use.net(undefined, { kind: "send", what: "git imap-send" });
            if (use.title === "git maintenance" && /^(?:start|register)$/.test(args[0]?.text ?? ""))
              return use.emit({
                kind: "persist",
                what: "git maintenance: run by itself from then on",
                target: "git",
                place: "home",
                undoable: "costly",
              });
            if (use.title === "git hash-object" || use.title === "git bundle")
              for (const arg of args.slice(use.title === "git bundle" ? 1 : 0, 2))
                use.path(arg, { kind: use.title === "git bundle" && args[0]?.text === "create" ? "write" : "read" });
            if (use.title === "git apply" && use.value("--directory") !== undefined)
              use.path(use.value("--directory") as Arg, { kind: "write", verb: "apply a patch in", keeps: true });
            if (use.title === "git init" && use.all.some((arg) => arg.text.startsWith("--template")))
              return use.emit({
                kind: "opaque",
                what: "git init: take hooks from a template",
                target: "git",
                sure: "likely",
                undoable: "costly",
              });
            if (use.title === "git init" && args[0] !== undefined)
              return use.path(args[0], { kind: "write", keeps: true });
            keeps(use, []);
          },
        },
      commit: {
        flags: {
          "-m --message -F --file -C -c --author --date -t --template --fixup --squash --trailer --cleanup <x>": [],
          "--amend": [],
          "-S --gpg-sign [key]": [],
          "-n --no-verify": [],
        },
        does: commits,
      },
      push: {
        flags: {
          ...forced,
          "--force-with-lease [ref]": [],
          "--force-if-includes": [],
          "-d --delete": [],
          "--mirror": [],
          "--prune": [],
          "-n --dry-run": "inert",
          "--receive-pack --exec <program>": runsRemoteProgram,
          "-o --push-option --repo <x>": [],
          "-u --set-upstream": [],
        },
        does: pushes,
      },
      "fetch|pull|ls-remote|fetch-pack|remote update": {
        flags: {
          "--upload-pack -u --exec <program>": runsRemoteProgram,
          "-j --jobs --depth --deepen --shallow-since -o --server-option --refmap --recurse-submodules-default -X --strategy-option -s --strategy <x>":
            [],
          ...forced,
          "--hard": [],
        },
        does: (use, args) => {
          if (use.has("--upload-pack") && use.title === "git pull") keeps(use, []);
          fetches(use, args);
        },
      },
      clone: {
        flags: {
          "-u --upload-pack <program>": runsRemoteProgram,
          "-c --config <setting>": (use, args) => {
            const text = args[0]?.text ?? "";
            const at = text.indexOf("=");
            setting(use, at < 0 ? text : text.slice(0, at), literal(text.slice(at + 1)), undefined);
          },
          "-b --branch -o --origin --depth --reference --separate-git-dir -j --jobs --filter --shallow-since --server-option --bundle-uri <x>":
            [],
          "--template <dir>": (use, args) =>
            use.emit({
              kind: "opaque",
              what: `git clone: take hooks from the template ${args[0]?.text ?? ""}`,
              target: "git",
              sure: "likely",
              undoable: "costly",
            }),
          "--recurse-submodules [x]": [],
        },
        does: clones,
      },
      checkout: {
        flags: {
          ...forced,
          "-b --orphan <branch>": [],
          "-B <branch>": [],
          "--inter-hunk-context --pathspec-from-file -U --unified <x>": [],
          "-p --patch": [],
          "--ours --theirs": [],
          "--conflict <x>": [],
          "--detach": [],
          "-t --track": [],
        },
        does: (use, args) =>
          use.has("--ours") ? own("write", "take one side of a conflict", "costly")(use, args) : checks(use, args),
      },
      switch: {
        flags: {
          ...forced,
          "--discard-changes": [],
          "-c --create <b>": [],
          "-C --force-create <b>": [],
          "--orphan <b>": [],
          "-d --detach": [],
        },
        does: (use, args) =>
          use.has("-f") || use.has("--discard-changes")
            ? discards("throw away changes that are not committed")(use, args)
            : use.has("-C")
              ? own("rewrite-history", "move a branch", "costly")(use, args)
              : keeps(use, []),
      },
      restore: {
        flags: {
          "-s --source <tree>": [],
          "-S --staged": [],
          "-W --worktree": [],
          "-p --patch": [],
          "--ours --theirs": [],
          "--pathspec-from-file --conflict --inter-hunk-context -U --unified <f>": [],
        },
        does: restores,
      },
      reset: {
        flags: { "--hard": [], "--merge": [], "--keep": [], "--soft --mixed": [], "-p --patch": [] },
        does: resets,
      },
      clean: {
        flags: {
          "-f --force": [],
          "-d": [],
          "-x": [],
          "-X": [],
          "-n --dry-run": "inert",
          "-i": [],
          "-e --exclude <p>": [],
        },
        does: cleans,
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
          "-u --set-upstream-to <x>": [],
          "--contains --no-contains --merged --no-merged --points-at --format --sort [x]": [],
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
          "-m -F -u --message --file --local-user <x>": [],
          "-l --list": "inert",
          "--sort --format --contains --points-at [x]": [],
        },
        does: tags,
      },
      stash: { flags: { "-m --message <x>": [], "-u --include-untracked": [], "-p": [] }, does: stashes },
      worktree: { flags: { ...forced, "-b -B <x>": [], "--reason <x>": [] }, does: worktrees },
      rebase: {
        flags: { "-x --exec <line>": [], "--onto -s -X --strategy <x>": [], "-i --interactive": [] },
        does: rebases,
      },
      bisect: { stop: true, does: bisects },
      submodule: { flags: forced, does: submodules },
      remote: remotes,
      config: {
        flags: {
          "--global": [],
          "--system": [],
          "--local --worktree": [],
          "-f --file --blob <file>": [],
          "--get": [],
          "--list -l": [],
          "--get-all": [],
          "--get-regexp --get-urlmatch": [],
          "--unset": [],
          "--unset-all": [],
          "--remove-section": [],
          "--rename-section": [],
          "-e --edit": [],
          "--add --replace-all": [],
          "--type --default <x>": [],
        },
        does: configures,
      },
      rm: {
        flags: { "--cached": [], "-r": [], ...forced, "-n --dry-run": "inert" },
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
      "reflog expire|reflog delete": own("rewrite-history", "forget old commits, by which work is brought back", "no"),
      reflog: asksLocal,
      "gc|prune|prune-remote": (use, args) =>
        use.has("--prune") ||
        use.title === "git prune" ||
        use.all.some((arg) => /^--(?:prune=(?:now|all)|expire|aggressive=now)/.test(arg.text))
          ? own("rewrite-history", "delete commits that nothing points to, for good", "no")(use, args)
          : keeps(use, []),
      "update-ref|replace|filter-branch|fast-import|unpack-file|pack-redundant": (use, args) =>
        use.title === "git replace" && use.has("-l") ? undefined : refs(use, args),
      "filter-repo": refs,
      hook: (use, args) => use.emit({ kind: "execute", what: `run a git hook (${list(args)})`, target: "hook" }),
      "credential|credential-store|credential-cache|credential-manager": (use) =>
        use.emit({ kind: "read", what: "git credential: show a stored password", target: "git", secret: "reads" }),
      "send-email": (use) =>
        use.emit({
          kind: "send",
          what: "git send-email: send patches by mail",
          target: "git",
          place: "remote",
          undoable: "no",
        }),
      "upload-pack|receive-pack|upload-archive|shell|daemon|http-backend|remote-http|remote-ext|remote-fd|p4|svn|cvsserver":
        (use, args) =>
          use.emit({
            kind: "opaque",
            what: `${use.title}: speak git's protocol by hand (${list(args)})`,
            target: use.title,
            sure: "likely",
            undoable: "costly",
          }),
      lfs: aliasOrProgramLfs(),
    },
    otherwise: aliasOrProgram,
    examples: {
      "git status": "allow",
      "git ls-files | xargs sed -i s/a/b/": "allow",
      "git ls-files .. | xargs sed -i s/a/b/": "hold",
      "git grep -l x | xargs rm": "hold",
      "git add -A && git commit -m 'rm -rf /'": "allow",
      "git push": "allow",
      "git push origin main": "allow",
      "git push --force": "hold",
      "git push origin +main": "hold",
      "git push origin :old": "hold",
      "git push --mirror": "hold",
      "git reset --hard": "hold",
      "git reset HEAD~1": "allow",
      "git checkout -b topic": "allow",
      "git checkout main": "allow",
      "git checkout -- .": "hold",
      "git restore --staged a.ts": "allow",
      "git restore src": "hold",
      "git clean -fd": "hold",
      "git clean -n": "allow",
      "git branch -D topic": "hold",
      "git stash": "allow",
      "git stash drop": "hold",
      "git ls-remote --upload-pack='rm -rf ~' .": "deny",
      "git -c core.pager='rm -rf ~' log": "deny",
      "git -c alias.x='!sh evil' x": "hold",
      "git config core.hooksPath /tmp/h": "hold",
      "git config user.name": "allow",
      "git bisect run npm test": "allow",
      "git grep -O'rm -rf ~' x": "deny",
      "git clone https://example.com/a.git": "allow",
      "git clone 'ext::sh -c rm% -rf% /' x": "deny",
      "git diff --output=/etc/x": "hold",
      "git reflog expire --expire=now --all": "hold",
      "git commit --amend --no-edit": "allow",
      "git rebase main": "allow",
      "git pull": "allow",
      "git log --oneline -5": "allow",
      "git show HEAD": "allow",
      "git worktree add ../x -b topic": "allow",
      "git rm old.ts": "allow",
      "git filter-branch --all": "hold",
      "git bisect run sh -c 'rm -rf ~'": "deny",
      "git submodule foreach sh -c 'rm -rf ~'": "deny",
      "git submodule foreach --quiet 'git status'": "allow",
      "git config remote.origin.url https://evil.example/x.git": "hold",
      "git config --get remote.origin.url": "allow",
      "git rm .signalbox.toml": "deny",
      "git mv .claude/settings.json x": "deny",
      "git mv a.ts b.ts": "allow",
      "git clone --template=/tmp/t https://github.com/a/b": "hold",
      "git hash-object -w .env": "hold",
      "git apply --directory=/home/dev x.patch": "hold",
    },
  },
];

function aliasOrProgramLfs(): Act {
  return (use, args) =>
    /^(?:prune|migrate|uninstall)$/.test(args[0]?.text ?? "")
      ? own("delete", `lfs ${args[0]?.text ?? ""}`, "costly")(use, [])
      : keeps(use, []);
}
