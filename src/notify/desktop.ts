import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Message } from "./notice.ts";
import type { Sender } from "./sender.ts";

const standardPrograms = [
  "/usr/bin/notify-send",
  "/usr/local/bin/notify-send",
  "/run/current-system/sw/bin/notify-send",
  "/usr/bin/osascript",
];
/** What a notifier needs to find the desktop; nothing else of the daemon's environment reaches it. */
const passedOn = ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "HOME"];

export interface DesktopOptions {
  /** Absolute paths; the first that is executable is used. Default: the system's own folders. */
  readonly programs?: readonly string[] | undefined;
  /** Of the notifier's process: what reaches the desktop of the person (DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY, HOME...). */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The machine's own notifier, found by absolute path and given its text as arguments, never through a shell. */
export function desktopSender({ programs = standardPrograms, environment }: DesktopOptions): Sender {
  const program = programs.find(executable);
  return {
    problem: program === undefined ? "there is no notify-send on this machine" : undefined,
    async send(message, { signal }) {
      if (program === undefined) throw new Error("there is no notify-send on this machine");
      await run(program, argumentsFor(program, message), environment, signal);
    },
  };
}

function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const env: Record<string, string> = { PATH: "/usr/bin:/bin" };
  for (const name of passedOn) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "ignore", shell: false, cwd: "/", env, signal, killSignal: "SIGKILL" });
    child.unref();
    child.once("error", reject);
    child.once("exit", (code, killed) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code ?? killed}`)),
    );
  });
}

/** Everything after `--` is text for notify-send; osascript gets the text as arguments of a fixed script, never inside it. */
function argumentsFor(program: string, { title, body, link }: Message): string[] {
  const text = link === undefined ? body : `${body} ${link}`;
  if (program.endsWith("/osascript"))
    return [
      "-e",
      "on run argv",
      "-e",
      "display notification (item 2 of argv) with title (item 1 of argv)",
      "-e",
      "end run",
      title,
      text,
    ];
  // The body of a notification may be markup (desktop notifications specification), so it is escaped.
  return ["--app-name=signalbox", "--urgency=normal", "--", title, escapeMarkup(text)];
}

const escapeMarkup = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there or not for us: the next one is tried
  }
}
