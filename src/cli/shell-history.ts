import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Of a longer file, the end is read: what was typed last. */
const bytesMax = 4 * 1024 * 1024;

/** The commands of a bash or zsh history file, oldest first, each once. A file that is not there has none. */
export function readHistory(path: string): readonly string[] {
  const text = tail(path);
  return text === undefined ? [] : parseHistory(text);
}

/** bash: a line each, with `#<seconds>` lines between; zsh: `: <seconds>:<duration>;command`, a newline within it after a backslash. */
export function parseHistory(text: string): readonly string[] {
  const commands = new Set<string>();
  let pending = "";
  for (const line of text.split("\n")) {
    if (pending === "" && /^#\d{9,}$/.test(line)) continue;
    const typed = pending === "" ? line.replace(/^: \d+:\d+;/, "") : `${pending}\n${line}`;
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(typed)) {
      pending = typed.slice(0, -1);
      continue;
    }
    pending = "";
    const command = typed.trim();
    // Typed again, it counts where it was typed last.
    commands.delete(command);
    if (command !== "") commands.add(command);
  }
  if (pending.trim() !== "") commands.add(pending.trim());
  return [...commands];
}

function tail(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, bytesMax));
    const length = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString("utf8", 0, length);
    return size > bytesMax ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    closeSync(fd);
  }
}
