import { builds, changesSystem, opaque, runs } from "./acts.ts";
import { databaseLoss, emptiesDatabase } from "./database-loss.ts";
import type { Act, Arg, Use } from "./program.ts";

/** Acts that all package managers share. */

/** Not a name in a registry but an address: code of nobody's keeping. */
const isAddress = ({ text }: Arg): boolean =>
  /^(?:git\+|git:|git@|https?:|ssh:|github:|gitlab:|bitbucket:|gist:)/.test(text) || /@(?:git\+|https?:)/.test(text);

/** `"--registry --index-url <url>"`: packages from another registry than the one that the user has set. */
export const otherRegistry: Act = (use, [url]) => {
  if (url === undefined || /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/.test(url.text)) return;
  if (
    /^https:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org|download\.pytorch\.org|rubygems\.org)(?:\/|$)/.test(
      url.text,
    )
  )
    return;
  opaque("install packages from another registry")(use, [url]);
};

/**
 * Installs packages into the project: its own affair. With one of `everywhere` (`-g`) it changes the machine; a package from an
 * address is code that can't be seen.
 */
export const installs =
  (everywhere: readonly string[] = []): Act =>
  (use, args) => {
    const addresses = args.filter(isAddress);
    if (addresses.length > 0) opaque("install code from an address that no registry keeps")(use, addresses);
    if (everywhere.some((flag) => use.has(flag)) && args.some(({ text }) => /^signalbox(?:@|$)/.test(text)))
      use.emit({
        kind: "write",
        what: `${use.title}: change the installed Signalbox`,
        target: "signalbox",
        place: "signalbox",
        undoable: "no",
      });
    if (everywhere.some((flag) => use.has(flag))) changesSystem("install for the whole machine")(use, args);
    else builds(use, args);
  };

/** `npx --package=X`: what is installed for one run. */
export const fetchesPackage: Act = (use, args) => {
  if (args.some(isAddress)) opaque("run code from an address that no registry keeps")(use, args);
};

/** A package that is run without being installed (`npx`, `uvx`): one that has a table is judged by it, others are tools of the project. */
export const runsPackage =
  (known: ReadonlySet<string>): Act =>
  (use, args) => {
    const [tool, ...rest] = args;
    if (tool === undefined) return;
    if (isAddress(tool)) return opaque("run code from an address that no registry keeps")(use, args);
    const name = tool.text.replace(/(?<=.)@[^/]*$/, "");
    const base = name.slice(name.lastIndexOf("/") + 1);
    if (known.has(base)) use.run([{ ...tool, text: base, fixed: base.length }, ...rest]);
    else {
      const loss = databaseLoss(rest);
      if (loss !== undefined) use.emit(emptiesDatabase(loss));
      builds(use, args);
    }
  };

/** `npm config set`, `pip config set`: a settings file in the home that every later run obeys. */
export const changesHomeSettings =
  (file: string): Act =>
  (use) =>
    use.path(
      { text: file, fixed: file.length, glob: false, secret: false, quoted: false },
      { kind: "write", keeps: true, verb: "change" },
    );

/** Everything after it is a command of the project's: judged if known, else the project's own. */
export const runsTool = (known: ReadonlySet<string>): Act => {
  const run = runsPackage(known);
  return (use: Use, args) => (args[0]?.text.includes("/") === true ? runs(use, args) : run(use, args));
};

/** A project, build file or plugin named by its path: code that runs, so it matters where it lies. */
export const runsFrom: Act = (use, [path]) => {
  if (path !== undefined && /^(?:~|\/|\.\.)/.test(path.text))
    use.path(path, { kind: "execute", verb: "run code of", tree: true });
};

/** A library, plugin or folder of them that a program loads. What the system brought is the system's. */
export const loadsFrom: Act = (use, [path]) => {
  if (path === undefined || /^\/(?:usr|opt|lib|lib64|nix|snap|System|Library|Applications)\//.test(path.text)) return;
  if (/^(?:~|\/|\.\.)/.test(path.text)) use.path(path, { kind: "execute", verb: "load code from", injected: true });
};

/** Files that a formatter or converter rewrites; those of the workspace are its own, so only what may lie elsewhere is said. */
export const rewrites: Act = (use, args) => {
  for (const path of args) if (/^(?:~|\/|\.\.)/.test(path.text)) use.path(path, { kind: "write", verb: "rewrite" });
};
