import type { Effect } from "../../protocol/effects.ts";
import type { Act, Acts, Arg, EffectDraft, Language, PathUse, Use } from "./program.ts";

/** The acts that tables are made of. Each gets the operands, or a flag's value; `from` passes on a part. */

export const nothing: Act = () => {};

/** Those from the index on, counted from 0. */
export const from =
  (index: number, acts: Acts): Act =>
  (use, args) =>
    act(acts, use, args.slice(index));

// On which condition.
export const when =
  (flag: string | ((use: Use) => boolean), acts: Acts, otherwise: Acts = []): Act =>
  (use, args) =>
    act((typeof flag === "string" ? use.has(flag) : flag(use)) ? acts : otherwise, use, args);

// Files: arguments are paths.
const paths =
  (how: PathUse): Act =>
  (use, args) => {
    for (const arg of args) use.path(arg, how);
  };
/** Reads each path and passes it on to stdout. */
export const reads: Act = (use, args) => {
  for (const arg of args) use.path(arg, { kind: "read" });
  if (args.length > 0) use.output({ text: undefined, files: args });
};
/** Replaces what was there. */
export const writes: Act = paths({ kind: "write" });
/** Makes it if missing, or adds to it. */
export const appends: Act = paths({ kind: "write", keeps: true });

// Network.
/** Arguments are URLs or hosts; without any, the program's own service. The answer goes to stdout. */
export const receives: Act = (use, args) => {
  if (args.length === 0) use.net(undefined, { kind: "receive" });
  for (const arg of args) use.net(arg, { kind: "receive" });
  use.output({ text: undefined, remote: true });
};
/** Reads from its own service whatever the operands are: `gh pr view 3`. */
export const asks: Act = (use) => {
  use.net(undefined, { kind: "receive" });
  use.output({ text: undefined, remote: true });
};
/** The arguments are files whose content leaves the machine. */
export const sendsFiles: Act = (use, args) => {
  for (const arg of args) use.path(arg, { kind: "read" });
  use.emit({
    kind: "send",
    what: `${use.title}: send ${list(args)} to a remote service`,
    target: args[0]?.text ?? "",
    place: "remote",
    undoable: "no",
  });
};

// Plain statements. `what` is in words and without a final stop; the operands are added.
export const effect =
  (draft: EffectDraft): Act =>
  (use, args) =>
    use.emit({ target: args[0]?.text ?? "", ...draft, what: withArgs(draft.what, args) });
const stating =
  (kind: Effect["kind"], place: Effect["place"]) =>
  (what: string, undoable: Effect["undoable"] = "costly", reach: Effect["reach"] = "one"): Act =>
  (use, args) =>
    use.emit({ kind, what: withArgs(what, args), target: args[0]?.text ?? use.title, place, undoable, reach });
/** Changes something at a service: `mutatesRemote("delete the app", "no")`. */
export const mutatesRemote = stating("mutate-remote", "remote");
/** Makes something public: a package, a release, a page. */
export const publishes = stating("publish", "remote");
/** Stays in force after the call: services, cron, rc files, hooks. */
export const persists = stating("persist", "system");
export const elevates = stating("elevate", "system");
/** Changes this machine beyond the workspace: packages, users, firewall, disks, settings. */
export const changesSystem = stating("write", "system");
/** Destroys something of this machine that no path names: a volume, an image, a local database. */
export const destroysLocal = (what: string, undoable: Effect["undoable"] = "no", reach: Effect["reach"] = "one"): Act =>
  stating("delete", "system")(what, undoable, reach);
/** Writes below the workspace or a cache, e.g. a build: nothing is lost. */
export const builds: Act = (use) =>
  use.emit({ kind: "execute", what: `run ${use.title}`, target: use.name, place: "workspace" });
/** Prints a secret, e.g. a token: `revealsSecret("print the login token")`. */
export const revealsSecret =
  (what: string): Act =>
  (use, args) => {
    use.emit({ kind: "read", what: withArgs(what, args), target: use.title, place: "system", secret: "reads" });
    use.output({ text: undefined, secret: true });
  };
/** Can't be seen: `opaque("run what the server sends")`. */
export const opaque =
  (what: string): Act =>
  (use, args) =>
    use.emit({ kind: "opaque", what: withArgs(what, args), target: use.name, sure: "opaque", undoable: "no" });

// Code.
/** The arguments are a command with its arguments: wrappers. */
export const runs: Act = (use, args) => {
  if (args.length > 0) use.run(args);
};
/** One argument that is a line of shell. */
export const runsLine: Act = (use, args) => {
  for (const arg of args) use.code("shell", arg);
};
/** Each argument is a program in the language. */
export const code =
  (language: Language): Act =>
  (use, args) => {
    for (const arg of args) use.code(language, arg);
  };
/** The first argument is a file to run, the rest are its arguments; without any, stdin is the program. */
export const script =
  (language: Language): Act =>
  (use, args) => {
    const [file, ...rest] = args;
    if (file === undefined || file.text === "-") use.stdinCode(language);
    else use.script(file, language, rest);
  };
export const stdinCode =
  (language: Language): Act =>
  (use) =>
    use.stdinCode(language);
/** Runs what the workspace itself defines (a Makefile, package scripts, tests): its own affair. */
export const runsOwn: Act = builds;

export function act(acts: Acts, use: Use, args: readonly Arg[]): void {
  if (typeof acts === "function") acts(use, args);
  else for (const each of acts) each(use, args);
}

export const list = (args: readonly Arg[]): string => {
  const shown = args.slice(0, 3).map((arg) => arg.text);
  return args.length > 3 ? `${shown.join(" ")} and ${args.length - 3} more` : shown.join(" ");
};
/** The statement, and in brackets what it is about. */
export const withArgs = (what: string, args: readonly Arg[]): string =>
  args.every(({ text }) => text === "") ? what : `${what} (${list(args)})`;
