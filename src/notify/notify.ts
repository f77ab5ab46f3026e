import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";

/** A hold that waits, as far as a notification tells it. */
export interface Notice {
  readonly id: string;
  readonly agent: string;
  readonly tool: string;
  readonly reason: string;
}

export interface NotifyOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute paths; the first that is executable is used. Default: the system's own folders. */
  readonly programs?: readonly string[];
  /** Of the notifier's process: what reaches the desktop of the person (DBUS_SESSION_BUS_ADDRESS, DISPLAY, WAYLAND_DISPLAY, HOME...). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shortest time between two notifications. Default 15 s. */
  readonly periodMs?: number;
  /** A notifier that takes longer is ended. Default 5 s. */
  readonly deadlineMs?: number;
}

export interface Notify extends Disposable {
  /** Whether a notifier exists on this machine. */
  readonly available: boolean;
  /** Tells it now or, within the period after the last one, together with what else came. Never throws, never waits. */
  holdWaiting(notice: Notice): void;
}

const standardPrograms = [
  "/usr/bin/notify-send",
  "/usr/local/bin/notify-send",
  "/run/current-system/sw/bin/notify-send",
  "/usr/bin/osascript",
];
/** What a notifier needs to find the desktop; nothing else of the daemon's environment reaches it. */
const passedOn = ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "HOME"];
const bodyCharsMax = 240;
const titleCharsMax = 80;

export function createNotify(options: NotifyOptions): Notify {
  return new DesktopNotify(options);
}

class DesktopNotify implements Notify {
  readonly #options: NotifyOptions;
  readonly #program: string | undefined;
  readonly #periodMs: number;
  readonly #stop = new AbortController();
  #child: ChildProcess | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #newest: Notice | undefined;
  #count = 0;
  #waiting = false;
  #failed = false;

  constructor(options: NotifyOptions) {
    this.#options = options;
    this.#program = (options.programs ?? standardPrograms).find(executable);
    this.#periodMs = options.periodMs ?? 15_000;
  }

  get available(): boolean {
    return this.#program !== undefined;
  }

  holdWaiting(notice: Notice): void {
    if (this.#program === undefined || this.#stop.signal.aborted) return;
    this.#newest = notice;
    this.#count += 1;
    if (this.#waiting) return;
    const pauseMs = this.#lastMs + this.#periodMs - this.#options.clock.monotonicMs();
    if (pauseMs <= 0) return this.#tell();
    this.#waiting = true;
    this.#options.clock.sleep(pauseMs, { signal: this.#stop.signal }).then(
      () => {
        this.#waiting = false;
        this.#tell();
      },
      () => {}, // stopped: there is nobody left to tell
    );
  }

  #tell(): void {
    const notice = this.#newest;
    const count = this.#count;
    if (notice === undefined || this.#program === undefined) return;
    this.#newest = undefined;
    this.#count = 0;
    this.#lastMs = this.#options.clock.monotonicMs();
    const title = plain(
      count === 1 ? `Signalbox: ${notice.agent} asks` : `Signalbox: ${count} tool calls wait`,
      titleCharsMax,
    );
    const body = plain(`${notice.tool}: ${notice.reason} Decide with: signalbox hold watch`, bodyCharsMax);
    this.#run(this.#program, argumentsFor(this.#program, title, body));
  }

  #run(program: string, args: readonly string[]): void {
    const environment: Record<string, string> = { PATH: "/usr/bin:/bin" };
    for (const name of passedOn) {
      const value = this.#options.environment[name];
      if (value !== undefined) environment[name] = value;
    }
    // One at a time: a notifier that hangs past the period is ended by its own deadline first.
    if (this.#child !== undefined) this.#child.kill("SIGKILL");
    const child = spawn(program, args, {
      stdio: "ignore",
      shell: false,
      cwd: "/",
      env: environment,
      timeout: this.#options.deadlineMs ?? 5_000,
      killSignal: "SIGKILL",
    });
    this.#child = child;
    child.unref();
    child.once("error", (error) => this.#fail(program, error.message));
    child.once("exit", (code, signal) => {
      if (this.#child !== child) return; // ended for the next one
      this.#child = undefined;
      if (code !== 0 && !this.#stop.signal.aborted) this.#fail(program, `it ended with ${code ?? signal}`);
    });
  }

  /** Once: a desktop that can't be reached now can't be reached at the next hold either. */
  #fail(program: string, why: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.log.warn(
      { program, why },
      "desktop notifications don't work; holds are still in: signalbox hold watch",
    );
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error("notify closed"));
    this.#child?.kill("SIGKILL");
  }
}

/** Everything after `--` is text for notify-send; osascript gets the text as arguments of a fixed script, never inside it. */
function argumentsFor(program: string, title: string, body: string): string[] {
  if (program.endsWith("/osascript"))
    return [
      "-e",
      "on run argv",
      "-e",
      "display notification (item 2 of argv) with title (item 1 of argv)",
      "-e",
      "end run",
      title,
      body,
    ];
  // The body of a notification may be markup (desktop notifications specification), so it is escaped.
  return ["--app-name=signalbox", "--urgency=normal", "--", title, escapeMarkup(body)];
}

function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One line without control, format (bidi, zero-width), surrogate or private characters; shortened with an ellipsis. */
function plain(text: string, charsMax: number): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const points = Array.from(clean);
  return points.length <= charsMax ? clean : `${points.slice(0, charsMax - 1).join("")}…`;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there or not for us: the next one is tried
  }
}
