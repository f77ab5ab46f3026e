import { list } from "../acts.ts";
import { type Act, literal } from "../program.ts";
import { asksLocal, forced, keeps, own, remoteOf, runsRemoteProgram, type Subcommands } from "./acts.ts";
import { setsForThisCall } from "./settings.ts";

/** What comes from other repositories and goes to them. */

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

const newBranch = "Push to a new branch: `git push origin HEAD:my-branch`";

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
      what: `overwrite history at the remote (${said})`,
      target: remote?.text ?? "origin",
      place: "remote",
      undoable: "no",
      instead: newBranch,
    });
  else if (deletes)
    use.emit({
      kind: "mutate-remote",
      what: `delete a branch or tag at the remote (${said})`,
      target: remote?.text ?? "origin",
      place: "remote",
      undoable: "no",
      instead: "Delete the branch here only: `git branch -d my-branch`; say in your report that the remote's may go",
    });
  else if (lease)
    use.emit({
      kind: "rewrite-history",
      what: `overwrite a branch at the remote (${said})`,
      target: remote?.text ?? "origin",
      place: "remote",
      undoable: "costly",
      instead: newBranch,
    });
  else if (
    remote !== undefined &&
    (/^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(remote.text) || use.remembers(`remote ${remote.text}`))
  )
    use.emit({
      kind: "send",
      what: `push to an address that is no remote of the repository (${said})`,
      target: remote.text,
      place: "remote",
      undoable: "no",
      instead: "Push to the repository's own remote: `git push origin HEAD:my-branch`",
    });
  else use.emit({ kind: "send", what: said, target: remote?.text ?? "origin", place: "remote", undoable: "yes" });
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

const remotes: Act = (use, args) => {
  const verb = args[0]?.text;
  if (verb === "remove" || verb === "rm" || verb === "prune")
    return own("rewrite-history", "forget a remote and its branches", "costly")(use, args.slice(1));
  if (verb === "set-url" || verb === "add") {
    remoteOf(use, args.at(-1));
    if (verb === "add" && args[1] !== undefined && args.length > 2) use.remember(`remote ${args[1].text}`);
    return verb === "add"
      ? keeps(use, [])
      : own("persist", "point a remote of this repository elsewhere", "costly")(use, args.slice(1));
  }
  if (verb === "update" || verb === "show") return use.net(undefined, { kind: "receive", what: "git remote" });
  asksLocal(use, []);
};

const transfer = {
  "-j --jobs --depth --deepen --shallow-since --shallow-exclude -o --server-option --refmap --recurse-submodules-default -X --strategy-option -s --strategy --negotiation-tip --filter --cleanup --sort <x>":
    [],
} as const;

export const remoteWork: Subcommands = {
  subcommands: {
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
        "--recurse-submodules --signed [x]": [],
        "-u --set-upstream": [],
      },
      does: pushes,
    },
    "fetch|pull|ls-remote|fetch-pack|remote update": {
      flags: { ...transfer, "--upload-pack --exec <program>": runsRemoteProgram, ...forced },
      does: fetches,
    },
    clone: {
      flags: {
        ...transfer,
        "-u --upload-pack <program>": runsRemoteProgram,
        "-c --config <setting>": setsForThisCall,
        "-b --branch -o --origin --reference --reference-if-able --separate-git-dir --bundle-uri --ref-format <x>": [],
        "--template <dir>": (use, args) =>
          use.emit({
            kind: "opaque",
            what: `take git hooks from the template ${args[0]?.text ?? ""}`,
            target: "git",
            sure: "likely",
            undoable: "costly",
          }),
        "--recurse-submodules --shallow-submodules [x]": [],
      },
      does: clones,
    },
    submodule: { flags: { ...forced, "-b --branch --name --reference --depth -j --jobs <x>": [] }, does: submodules },
    remote: remotes,
    "send-email|imap-send": (use) =>
      use.emit({ kind: "send", what: "send patches by mail", target: "git", place: "remote", undoable: "no" }),
    "credential|credential-store|credential-cache|credential-manager": (use) =>
      use.emit({ kind: "read", what: "show a password that git stored", target: "git", secret: "reads" }),
    "upload-pack|receive-pack|upload-archive|shell|daemon|http-backend|remote-http|remote-ext|remote-fd|p4|svn|cvsserver":
      (use, args) =>
        use.emit({
          kind: "opaque",
          what: `speak git's protocol by hand (${use.title} ${list(args)})`,
          target: use.title,
          sure: "likely",
          undoable: "costly",
        }),
  },
  examples: {
    "git push": "allow",
    "git push origin main": "allow",
    "git push -u origin HEAD:my-branch": "allow",
    "git push --force": "hold",
    "git push origin +main": "hold",
    "git push origin :old": "hold",
    "git push --mirror": "hold",
    "git remote add fork https://example.com/x.git && git push fork main": "hold",
    "git remote add upstream https://example.com/x.git && git fetch upstream": "allow",
    "git ls-remote --upload-pack='rm -rf ~' .": "deny",
    "git fetch --upload-pack=/tmp/x origin": "hold",
    "git fetch --upload-pack=git-upload-pack origin": "allow",
    "git clone https://example.com/a.git": "allow",
    "git clone --depth 1 -b main https://example.com/a.git /tmp/a": "allow",
    "git clone 'ext::sh -c rm% -rf% /' x": "deny",
    "git clone --template=/tmp/t https://github.com/a/b": "hold",
    "git pull": "allow",
    "git submodule foreach sh -c 'rm -rf ~'": "deny",
    "git submodule foreach --quiet 'git status'": "allow",
  },
};
