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
 * @param isOwn  whether that absolute path leads into the workspace
 */
export async function toJudge(asked: Asked, isOwn: (path: string) => Promise<boolean>): Promise<ToJudge> {
  const name = basename(asked.program);
  const whole = { command: line([standardFolders.has(dirname(asked.program)) ? name : asked.program, ...asked.args]) };
  if (!shells.has(name)) return whole;
  const { code, script, about } = readShell(asked.args);
  if (about) return { runs: "it only says what it is" };
  if (code) return whole;
  if (script !== undefined) {
    const path = resolve(asked.cwd, script);
    return (await isOwn(path)) ? { runs: "a script of the workspace" } : whole;
  }
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

/** Long and short options of shells that take the next word. */
const takesNext = new Set(["-o", "+o", "-O", "+O", "--rcfile", "--init-file", "--init-command", "-C"]);

/** Options end at the first word without a sign, at `--` or `-`; a `c` among short ones means that code follows. */
function readShell(args: readonly string[]): { code: boolean; about: boolean; script?: string } {
  let stdin = false;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] as string;
    if (word === "--version" || word === "--help") return { code: false, about: true };
    if (word === "--" || word === "-") return operand(args[at + 1], stdin);
    if (word.startsWith("--command")) return { code: true, about: false };
    if (takesNext.has(word)) at += 1;
    else if (/^-[A-Za-z]*c/.test(word)) return { code: true, about: false };
    else if (/^[-+]/.test(word)) stdin ||= /^-[A-Za-z]*s/.test(word);
    else return operand(word, stdin);
  }
  return operand(undefined, stdin);
}

/** With `-s` the words are arguments to what stdin says. */
const operand = (word: string | undefined, stdin: boolean): { code: boolean; about: boolean; script?: string } =>
  word === undefined || stdin ? { code: false, about: false } : { code: false, about: false, script: word };

/** The words as a shell would have to be told them. */
function line(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
