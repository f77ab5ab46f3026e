import { type Act, literal, type Program } from "../program.ts";
import { keeps, own, type Subcommands } from "./acts.ts";
import { history } from "./history.ts";
import { looking } from "./looking.ts";
import { remoteWork } from "./remotes.ts";
import { setsForThisCall, setsFromVariable, settings } from "./settings.ts";
import { tree } from "./tree.ts";

/**
 * git: what loses work, rewrites history, sends, and the many ways in which it runs code. Every option that has a value is named with its
 * subcommand, as `git <subcommand> -h` shows them: a value that is taken for an operand turns a branch into a file.
 */
const families: readonly Subcommands[] = [looking, history, tree, remoteWork, settings];

/** Names by which people commonly call an alias of their own that only looks or commits, and programs that do. */
const commonAliases =
  /^(?:flow|town|absorb|branchless|machete|delta|standup|summary|recent|changelog|extras|effort|ignore|info|annex|cinnabar|gui|citool|web--browse|sl|co|st|ci|br|lg|lol|hist|last|unstage|amend|undo|sync|who|wip|up|cm|df|ls)$/;

const aliasOrProgram: Act = (use, args) => {
  const [verb] = args;
  if (verb === undefined) return;
  if (verb.text === "annex" && args.some(({ text }) => /^(?:drop|unused|dropunused|uninit|dead)$/.test(text)))
    return own("delete", "drop what git-annex keeps", "no")(use, args.slice(1));
  // `git crypt unlock` is the program `git-crypt`.
  if (verb.text === "crypt" || verb.text === "secret" || verb.text === "filter-repo")
    return use.run([literal(`git-${verb.text}`), ...args.slice(1)]);
  if (commonAliases.test(verb.text)) return keeps(use, []);
  use.emit({
    kind: "opaque",
    what: `run git ${verb.text}, an alias or program that Signalbox does not know`,
    target: verb.text,
    sure: "opaque",
    undoable: "costly",
    instead: "Look at what it stands for: `git config --get alias.x`; then call that",
  });
};

const largeFiles: Act = (use, args) =>
  /^(?:prune|migrate|uninstall|dedup)$/.test(args[0]?.text ?? "")
    ? own("delete", `change what git-lfs stores (lfs ${args[0]?.text ?? ""})`, "costly")(use, [])
    : keeps(use, []);

/** Another repository's settings and hooks are obeyed too. */
const obeys: Act = (use, args) => {
  for (const arg of args)
    if (/^(?:~|\/|\.\.)/.test(arg.text)) use.path(arg, { kind: "execute", verb: "obey the settings of" });
};

const takesProgramsFrom: Act = (use, [folder]) => {
  if (folder !== undefined)
    use.emit({
      kind: "opaque",
      what: `take git's programs from ${folder.text}`,
      target: "exec-path",
      sure: "opaque",
      undoable: "no",
    });
};

export const git: readonly Program[] = [
  {
    names: ["git"],
    summary: "Version control",
    before: {
      "-C <dir>": (use, args) => use.changeFolder(args[0] ?? literal(".")),
      "-c <setting>": setsForThisCall,
      "--config-env <setting>": setsFromVariable,
      "--git-dir <dir>": obeys,
      "--work-tree --namespace --super-prefix --attr-source --list-cmds <x>": [],
      "--exec-path [dir]": takesProgramsFrom,
      "-p --paginate -P --no-pager --bare --no-replace-objects --literal-pathspecs": [],
    },
    subcommands: {
      ...Object.assign({}, ...families.map(({ subcommands }) => subcommands)),
      lfs: largeFiles,
      instaweb: (use) =>
        use.emit({
          kind: "send",
          what: "offer the repository to the network",
          target: "instaweb",
          place: "remote",
          undoable: "costly",
        }),
    },
    otherwise: aliasOrProgram,
    examples: {
      ...Object.assign({}, ...families.map(({ examples }) => examples)),
      "git -C ../other status": "allow",
      "git lfs pull": "allow",
      "git lfs prune": "hold",
      "git evil-alias": "hold",
    },
  },
];
