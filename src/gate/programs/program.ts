import type { Effect, Verdict } from "../../protocol/effects.ts";

/**
 * How a program is declared: as data, one small file per program or family. To add one:
 *
 * 1. Write `src/gate/programs/<family>.ts`:
 *
 * ```ts
 * import { from, mutatesRemote, receives, writes } from "./acts.ts";
 * import type { Program } from "./program.ts";
 *
 * export const vendor: readonly Program[] = [
 *   {
 *     names: ["vendorctl"],
 *     summary: "Vendor's cloud client",
 *     flags: {
 *       "-p --project <name>": [],                  // takes a value: so the value is no operand, and does nothing
 *       "-o --output <file>": writes,               // acts get the flag's value
 *       "--dry-run": "inert",                       // nothing is changed when it is given
 *     },
 *     subcommands: {
 *       "app list|app show|whoami": receives,       // `|` parts alternatives, a space parts levels
 *       "app delete|app rm": mutatesRemote("delete the app", "no"),
 *       "file get": { flags: { "-r": [] }, does: [receives, from(1, writes)] },
 *     },                                            // a subcommand not named here is judged by its verb
 *     examples: { "vendorctl app list": "allow", "vendorctl app delete shop": "hold" },
 *   },
 * ];
 * ```
 *
 * 2. Name its list in `programs/index.ts` (one import, one line). 3. Run `node --test src/gate/programs/*.test.ts`: every example of
 * every program is checked, and a program without examples fails.
 *
 * An act is a function `(use, args) => void` that states effects; `acts.ts` has those that are needed nearly always. `does` gets the
 * operands, a flag gets its value, a subcommand gets the operands after it. For an odd program write an act of your own on the spot.
 * Say what is done, not what is thought of it: whether an effect is allowed, held or denied is for rules.
 */
export interface Program extends Command {
  /** The last part of the path by which it is called; `python3.12` and `gcc-13` also find `python` and `gcc`. */
  readonly names: readonly [string, ...string[]];
  readonly summary: string;
  /** Commands with the verdict that they get in an ordinary git repository with the builtin rules and no facts. */
  readonly examples: Readonly<Record<string, Verdict>>;
}

export interface Command {
  /** One sentence: what is fine instead where this is held, and the rule's own sentence says less. Commands in backticks are checked to be allowed. */
  readonly instead?: string;
  /**
   * Flags by their names and value: `"-o --output <file>"` takes a value (`-o f`, `-of`, `--output f`, `--output=f`), `"--color [when]"`
   * takes one only after `=`, `"-c <code> ..."` ends the options: all that follows are operands. A name of one dash and several letters is
   * matched whole (`-name`, `-auto-approve`); other one-dash words are clusters (`-rf`) unless `clusters` is false.
   * Flags of the outer command are known in its subcommands too. Flags that have no value and no effect need not be named.
   */
  readonly flags?: Readonly<Record<string, Acts | "inert">>;
  /** Flags that mean this only before the subcommand: `git -c a=b log`, but `git bisect run sh -c x`. */
  readonly before?: Readonly<Record<string, Acts | "inert">>;
  readonly clusters?: boolean;
  /** Options end at the first operand, as with every wrapper (`env`, `sudo`, `xargs`). */
  readonly stop?: boolean;
  /** `a b|c`: the path `a b` or the word `c`. */
  readonly subcommands?: Readonly<Record<string, Acts | Command>>;
  /** What it does by itself; for a command with subcommands: what it does when none of them is called. */
  readonly does?: Acts;
  /** For a subcommand that the table does not name. Default: judged by its verb (`delete` against `list`), as something remote if `remote`. */
  readonly otherwise?: Acts;
  /** It talks to a service: verbs that nobody listed change something there. Default true for commands with subcommands. */
  readonly remote?: boolean;
  /** False where `--help` or `--version` has another meaning or is no flag of its own; "word" where a last word `help` asks for it too. */
  readonly help?: boolean | "word";
}

export type Act = (use: Use, args: readonly Arg[]) => void;
export type Acts = Act | readonly Act[];

/** One word after expansion, as far as its value can be known from the text. */
export interface Arg {
  /** What is not known is left as written, e.g. `$(date)` or `$x`. */
  readonly text: string;
  /** Characters at the start of `text` that are surely so; `text.length` for a literal. */
  readonly fixed: number;
  /** An unquoted `*`, `?` or `[`: it may become many words. */
  readonly glob: boolean;
  /** It holds a secret: an environment variable by its name, or a substitution that reads one. */
  readonly secret: boolean;
  /** It was quoted, so a leading `~` is a letter and an empty word is a word. */
  readonly quoted: boolean;
  /** For a process substitution, `<(curl ...)`: what reading it gives. */
  readonly content?: Flow;
  /** It was decoded or escaped, so that the text hid what it says. */
  readonly hidden?: boolean;
  /** It names this machine or its user, which is nobody's business elsewhere. */
  readonly tells?: boolean;
}

/** What comes in by stdin, or goes out by stdout, as far as it can be known. */
export interface Flow {
  /** The whole text, when literals show it. */
  readonly text: string | undefined;
  /** It holds a secret. */
  readonly secret: boolean;
  /** It is a secret as it stands, so that whoever sees it has it. */
  readonly shows?: boolean;
  /** It comes from the network. */
  readonly remote: boolean;
  /** It was decoded or put together, so that what it says was hidden. */
  readonly decoded: boolean;
  /** Local files whose content it is, e.g. of `cat a b`. */
  readonly files: readonly Arg[];
  /** It names this machine or its user. */
  readonly tells?: boolean;
  /** It lists the processes whose line holds this pattern; empty: all of them. */
  readonly processes?: string | undefined;
}

export type Language =
  | "shell"
  | "python"
  | "node"
  | "perl"
  | "ruby"
  | "php"
  | "awk"
  | "sed"
  | "sql"
  | "sqlite"
  | "lua"
  | "r"
  | "applescript"
  | "powershell"
  | "other";

/** Fields of an effect that an act may leave out: place remote or workspace by kind, reach one, undoable yes, sure known, secret none. */
export type EffectDraft = Pick<Effect, "kind" | "what"> &
  Partial<Omit<Effect, "kind" | "what">> & {
    /** One sentence: what would be fine instead, where the rule's own sentence says less. Commands in backticks are checked to be allowed. */
    readonly instead?: string | undefined;
  };

export interface PathUse {
  readonly kind: "read" | "write" | "delete" | "execute" | "persist";
  /** Verb for `what`, e.g. "truncate". Default by kind. */
  readonly verb?: string;
  /** With everything below it. */
  readonly tree?: boolean;
  /** Execute only: another program loads it, by a variable or an option. In temp that is the session's own only if a fact says so. */
  readonly injected?: boolean;
  /** Delete only: it takes no folder, as `rm` without `-r`. Where no fact is known, one file by its name is taken to be saved (ADR-0010). */
  readonly oneFile?: boolean;
  readonly undoable?: Effect["undoable"];
  /** Only made if missing, or added to: nothing that was there is lost. */
  readonly keeps?: boolean;
  /** Write only: it becomes a link to there. */
  readonly linksTo?: Arg;
  /** Of what is moved away: where to. */
  readonly movesTo?: Arg;
  /** As an effect draft's. */
  readonly instead?: string | undefined;
  /** Write only: this text is what will be there, e.g. of `echo x > f`. */
  readonly content?: string | undefined;
}

/** One use of a program, as its acts see it. */
export interface Use {
  /** Base name of the program as called. */
  readonly name: string;
  /** The program and the subcommands that were found, e.g. `docker compose down`: for words in `what`. */
  readonly title: string;
  /** Everything after the program's name. */
  readonly all: readonly Arg[];
  /** What is neither flag, value of a flag nor subcommand. */
  readonly operands: readonly Arg[];
  readonly stdin: Flow;
  /** How many words named the subcommand. */
  readonly words: number;
  readonly workspaceRoot: string;
  readonly userHome: string;
  /** Where the command is run: `temp` for a scratch repository, `workspace` for everything else. */
  readonly cwdPlace: "workspace" | "temp";
  /** The pattern of the `grep` that its output goes to, if it does. */
  readonly filter: string | undefined;
  /** Variables set for this call or earlier in the same text, as far as known. */
  variable(name: string): Arg | undefined;
  /** True when the flag was given by any of its names. `has("-r")` and `has("--recursive")` are the same if they share an entry. */
  has(flag: string): boolean;
  /** The last value given. */
  value(flag: string): Arg | undefined;
  values(flag: string): readonly Arg[];
  emit(effect: EffectDraft): void;
  /** A path is put in its place (workspace, temp, home, system, device...) and looked up in the facts. */
  path(arg: Arg, use: PathUse): void;
  /** Network: `args` are URLs or hosts; loopback is no effect that leaves the machine. */
  net(
    arg: Arg | undefined,
    use: { readonly kind: "receive" | "send" | "mutate-remote"; readonly what?: string; readonly secret?: boolean },
  ): void;
  /** The root, a home or a top folder of the system: what is done to all of it can't be made good. */
  isWhole(arg: Arg): boolean;
  /** A path that is neither the workspace's nor in temp; false where it is not known. */
  liesOutside(arg: Arg): boolean;
  /** The folder in which the rest of this use works, as with `git -C`. */
  changeFolder(folder: Arg): void;
  /** Runs a command given as words, with this use's stdin unless another is given. */
  run(words: readonly Arg[], stdin?: Flow): void;
  /** Runs a command with variables set, given as `NAME=value` words. */
  withVariables(set: readonly Arg[], words: readonly Arg[]): void;
  /** Runs code: what its literals show is judged, what is dynamic is opaque. */
  code(language: Language, code: Arg, how?: { readonly remote?: string; readonly args?: readonly Arg[] }): void;
  /** Runs the code that comes in by stdin. */
  stdinCode(language: Language): void;
  /** Runs a local file. One of the workspace is its own affair; one from elsewhere is looked up in the facts. */
  script(file: Arg, language: Language, args?: readonly Arg[]): void;
  /** Writes what comes from the network to a file: run later, it is code that nobody saw. */
  downloads(file: Arg): void;
  /** Whether the process of that number is Signalbox's own; false where nobody looked. */
  isOurProcess(pid: string): boolean;
  /** Notes something for later commands of the same text: `git remote add x` for `git push x`. */
  remember(what: string): void;
  remembers(what: string): boolean;
  /** Makes a new temporary file or folder, whose path goes to stdout. */
  temporary(template: Arg | undefined): void;
  /** What goes to stdout. Default: what came in, no longer known as text. */
  output(flow: Partial<Flow>): void;
}

export const literal = (text: string): Arg => ({ text, fixed: text.length, glob: false, secret: false, quoted: true });
export const isLiteral = (arg: Arg): boolean => arg.fixed >= arg.text.length && !arg.glob;
export const noFlow: Flow = { text: "", secret: false, remote: false, decoded: false, files: [] };
