import { basename, dirname, isAbsolute, resolve } from "node:path";
import { shells } from "./names.ts";

/** What a shim asks: it is about to become that program. */
export interface Asked {
  readonly cwd: string;
  /** Absolute; the first of its name on the caller's PATH that is no shim. */
  readonly program: string;
  readonly stdin: "terminal" | "file" | "pipe" | "device" | "none";
  /** argv[1] and what follows. */
  readonly args: readonly string[];
  /** Why the words may not be what they seem. */
  readonly notSure?: string;
}

const stdins = ["terminal", "file", "pipe", "device", "none"] as const;

/** Parts what a waiting shim sends: the hold that it was told of, and what it asked. */
export function readWaiting(body: Buffer): { readonly hold: string; readonly asked: Buffer } {
  const end = body.indexOf(0);
  return { hold: body.subarray(0, Math.max(0, end)).toString("latin1"), asked: body.subarray(end + 1) };
}

/** Reads the body that hook/shim.c sends: folder, program, what stdin is, argv, each ended by a NUL. @returns why it can't be read */
export function readAsked(body: Buffer): Asked | { readonly problem: string } {
  const text = body.toString("utf8");
  const notSure = Buffer.byteLength(text) !== body.length || text.includes("\ufffd");
  const words = text.split("\0");
  if (words.pop() !== "") return { problem: "is cut off" };
  const [cwd = "", program = "", stdin, , ...args] = words;
  if (words.length < 4) return { problem: "has too few parts" };
  if (!isAbsolute(cwd)) return { problem: "names no folder: the one where it ran was removed" };
  const kind = stdins.find((each) => each === stdin);
  if (kind === undefined || program === "") return { problem: "is not of a version that this daemon knows" };
  const asked = { cwd, program: resolve(cwd, program), stdin: kind, args };
  return notSure ? { ...asked, notSure: "it has bytes that are no UTF-8 text" } : asked;
}

/** What is to be judged of it; or nothing, because a verdict of its own would say nothing that others don't. */
export type ToJudge = { readonly command: string } | { readonly runs: string };

/**
 * Shells are judged for code that is handed to them (`-c`, stdin that is no terminal) and for scripts from elsewhere than the workspace. A script
 * of the workspace's own runs at once, and so does a shell that a person types into: what they start meets the shims again.
 * @param isOwn  whether that absolute path leads to something of the workspace's
 */
export async function toJudge(asked: Asked, isOwn: (path: string) => Promise<boolean>): Promise<ToJudge> {
  const name = basename(asked.program);
  const standard = standardFolders.has(dirname(asked.program));
  const whole = { command: line([standard ? name : asked.program, ...asked.args]) };
  if (!shells.has(name) || !standard) return whole;
  const shell = readShell(name, asked.args);
  if (shell === "about") return { runs: "it only says what it is" };
  if (shell === "code" || shell === "unclear") return whole;
  for (const file of shell.files) if (!(await isOwn(resolve(asked.cwd, file)))) return whole;
  if (!shell.readsInput) return { runs: "a script of the workspace" };
  if (asked.stdin === "terminal") return { runs: "a shell that somebody types into" };
  if (asked.stdin === "device" || asked.stdin === "none") return { runs: "a shell without a script" };
  return { command: line([name, "/dev/stdin"]) };
}

/** Below them a program is what its name says. */
const standardFolders: ReadonlySet<string> = new Set(
  "/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /opt/homebrew/bin /opt/homebrew/sbin /snap/bin".split(
    " ",
  ),
);

/** What a shell's words have it run. `unclear`: an option that is not known here, so what follows may be anything. */
type ShellRuns = "code" | "about" | "unclear" | { readonly files: readonly string[]; readonly readsInput: boolean };

/** Long options that neither take a word nor run anything. */
const plainLong = new Set(
  "--login --norc --noprofile --posix --restricted --verbose --noediting --no-rcs --no-config --interactive --private".split(
    " ",
  ),
);
const startFiles = new Set(["--rcfile", "--init-file"]);

/** Options end at the first word without a sign, at `--` or `-`; then comes a script, unless `-s` says that words are arguments to what stdin says. */
function readShell(name: string, args: readonly string[]): ShellRuns {
  const files: string[] = [];
  let input = false;
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at] as string;
    if (!/^[-+]/.test(word)) break;
    if (word === "--version" || word === "--help") return "about";
    if (word === "--" || word === "-") {
      at += 1;
      break;
    }
    if (word.startsWith("--")) {
      if (startFiles.has(word)) files.push(args[(at += 1)] ?? "");
      else if (word.startsWith("--command")) return "code";
      else if (!plainLong.has(word)) return "unclear";
      continue;
    }
    const letters = word.slice(1);
    if (letters.includes("c") || (name === "fish" && /[^ilNnPv]/.test(letters))) return "code";
    const named = letters.match(name === "bash" ? /[oO]/g : /o/g)?.length ?? 0;
    // Some shells read the rest of the word as the option's name, some the next word.
    if (named > 1 || (named === 1 && !/[oO]$/.test(letters))) return "unclear";
    at += named;
    input ||= letters.includes("s");
  }
  const script = input ? undefined : args[at];
  return { files: script === undefined ? files : [...files, script], readsInput: script === undefined };
}

/** The words as a shell would have to be told them. */
function line(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
