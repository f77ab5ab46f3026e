import type { Act, Arg, Use } from "../program.ts";
import { asksLocal, keeps, own, type Subcommands } from "./acts.ts";

/** git's settings, of which many are commands that git runs: for one call by `-c`, lasting by `git config`. */
/** Settings whose value git runs. */
const runningKey =
  /^(?:core\.(?:pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass|alternaterefscommand)|pager\..*|sequence\.editor|diff\.external|diff\..*\.(?:command|textconv)|merge\..*\.driver|filter\..*\.(?:clean|smudge|process)|credential\..*helper|credential\.helper|gpg\.(?:.*\.)?program|ssh\.variant|uploadpack\.packobjectshook|remote\..*\.(?:url|pushurl|uploadpack|receivepack|vcs)|protocol\.ext\.allow|alias\..*|browser\..*\.cmd|mergetool\..*\.cmd|difftool\..*\.cmd|man\..*\.cmd|sendemail\..*(?:cmd|server)|interactive\.difffilter|trailer\..*\.command|init\.templatedir|include\.path|includeif\..*\.path|web\.browser|core\.attributesfile|url\..*\.(?:push)?insteadof|http\.proxy|http\.sslverify|core\.worktree|safe\.directory|receive\..*|gc\..*expire.*)$/i;

/** `-c key=value` and `config key value`. */
function setting(use: Use, key: string, value: Arg | undefined, lasting: string | undefined): void {
  if (!runningKey.test(key)) {
    if (lasting !== undefined && lasting !== "local")
      use.emit({
        kind: "persist",
        what: `set ${key} in your own git settings, for every repository`,
        instead: "Set it for this repository only: `git config user.name x`",
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
      what: `set git's ${key} to ${text}, which changes the hooks that git runs`,
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
      what: `make git run or trust ${key}=${text} for this call`,
      target: key,
      sure: "likely",
      undoable: "costly",
    });
    return;
  }
  use.emit({
    kind: "persist",
    what: `set git's ${key}${text === "" ? "" : ` to ${text}`}, which git runs or obeys from then on`,
    target: key,
    place: lasting === "local" ? "workspace" : "home",
    undoable: "costly",
  });
}

/** `-c key=value`, before the subcommand or of `git clone`. */
export const setsForThisCall: Act = (use, [arg]) => {
  if (arg === undefined) return;
  const equals = arg.text.indexOf("=");
  if (equals < 0) return setting(use, arg.text, undefined, undefined);
  const value = { ...arg, text: arg.text.slice(equals + 1), fixed: Math.max(0, arg.fixed - equals - 1) };
  setting(use, arg.text.slice(0, equals), value, undefined);
};

/** `--config-env key=VARIABLE`: the value is not seen. */
export const setsFromVariable: Act = (use, [arg]) =>
  setting(use, (arg?.text ?? "").split("=")[0] ?? "", undefined, undefined);

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
  if (use.has("-e"))
    return scope === "local"
      ? keeps(use, [])
      : use.emit({
          kind: "persist",
          what: "open your own git settings in an editor",
          target: scope,
          place: "home",
          undoable: "costly",
        });
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

export const settings: Subcommands = {
  subcommands: {
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
        "-t --type --default --comment --value --url <x>": [],
      },
      does: configures,
    },
  },
  examples: {
    "git -c core.pager='rm -rf ~' log": "deny",
    "git -c alias.x='!sh evil' x": "hold",
    "git -c color.ui=always log": "allow",
    "git config core.hooksPath /tmp/h": "hold",
    "git config user.name": "allow",
    "git config user.name x": "allow",
    "git config --global user.name x": "hold",
    "git config --edit --global": "hold",
    "git config remote.origin.url https://evil.example/x.git": "hold",
    "git config --get remote.origin.url": "allow",
  },
};
