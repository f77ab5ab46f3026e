import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { bashScript, type Callers, zshScript } from "./snippets.ts";

export const shells = ["bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

export interface RecordingPlace extends Callers {
  readonly userHome: string;
  /** zsh's own folder for its rc files, where it is set. */
  readonly zdotdir?: string | undefined;
}

const scripts: Readonly<Record<Shell, (callers: Callers) => string>> = { bash: bashScript, zsh: zshScript };
const begin = "# >>> signalbox record >>>";
const end = "# <<< signalbox record <<<";

const rcOf = (shell: Shell, { userHome, zdotdir }: RecordingPlace): string =>
  shell === "bash" ? join(userHome, ".bashrc") : join(zdotdir ?? userHome, ".zshrc");
const folderOf = ({ home }: RecordingPlace): string => join(home, "recording");
const backupOf = (shell: Shell, place: RecordingPlace): string => join(folderOf(place), `${shell}rc.before`);

export interface RecordingStatus {
  readonly shell: Shell;
  readonly rc: string;
  readonly installed: boolean;
}

export const recordingStatus = (shell: Shell, place: RecordingPlace): RecordingStatus => {
  const rc = rcOf(shell, place);
  return { shell, rc, installed: cut(read(rc) ?? "", rc) !== undefined };
};

/** Adds the block, once. @returns whether the rc file changed @throws Error in a sentence when its markers are not as we wrote them */
export function installRecording(shell: Shell, place: RecordingPlace): boolean {
  const rc = rcOf(shell, place);
  const before = read(rc);
  mkdirSync(folderOf(place), { recursive: true, mode: 0o700 });
  const script = join(folderOf(place), `record.${shell}`);
  writeFileAtomic.sync(script, scripts[shell](place), { mode: 0o600 });
  if (cut(before ?? "", rc) !== undefined) return false;
  if (before === undefined) rmSync(backupOf(shell, place), { force: true });
  else writeFileAtomic.sync(backupOf(shell, place), before, { mode: 0o600 });
  replace(rc, withBlock(before, script));
  return true;
}

/** Takes the block out: the very bytes from before, where nobody edited the file since. @returns whether the rc file changed */
export function uninstallRecording(shell: Shell, place: RecordingPlace): boolean {
  const rc = rcOf(shell, place);
  const now = read(rc) ?? "";
  const rest = cut(now, rc);
  if (rest === undefined) return false;
  const before = read(backupOf(shell, place));
  if (now === withBlock(before, join(folderOf(place), `record.${shell}`))) {
    if (before === undefined) rmSync(behindLinks(rc));
    else replace(rc, before);
  } else replace(rc, rest);
  for (const file of [backupOf(shell, place), join(folderOf(place), `record.${shell}`)]) rmSync(file, { force: true });
  return true;
}

function withBlock(before: string | undefined, script: string): string {
  const text = before ?? "";
  const word = `'${script.replaceAll("'", `'\\''`)}'`;
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${begin}\nif [ -r ${word} ]; then . ${word}; fi\n${end}\n`;
}

/** The text without the block; undefined when there is none. */
function cut(text: string, rc: string): string | undefined {
  const from = text.indexOf(`${begin}\n`);
  const to = text.indexOf(`${end}\n`);
  if (from < 0 && to < 0) return undefined;
  const twice = text.indexOf(begin, from + 1) >= 0 || text.indexOf(end, to + 1) >= 0;
  if (from < 0 || to < from || twice)
    throw new Error(
      `${rc} has the lines "${begin}" and "${end}" not once each, in that order. Mend it by hand; nothing was changed.`,
    );
  return text.slice(0, from) + text.slice(to + end.length + 1);
}

function read(path: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`${path} can't be read as text, so nothing was changed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** So that a linked dotfile stays a link, one whose file is yet to be made too. */
function behindLinks(path: string): string {
  let real = path;
  for (
    let links = 0;
    links < linksMax && lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    links += 1
  )
    real = resolve(dirname(real), readlinkSync(real));
  return real;
}

/** As many as Linux follows (path_resolution(7)). */
const linksMax = 40;

/** A file that is there keeps its mode and owner. */
function replace(path: string, text: string): void {
  const real = behindLinks(path);
  mkdirSync(dirname(real), { recursive: true });
  writeFileAtomic.sync(real, text, existsSync(real) ? {} : { mode: 0o644 });
}
