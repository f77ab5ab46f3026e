import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import xterm from "@xterm/headless";
import type { Place } from "../../src/protocol/place.ts";
import { plainEnvironment, root } from "./daemon.ts";

/** How long a screen may take to become what a test waits for; beyond it the test fails with what stands there. */
const screenMsMax = 60_000;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * A person's whole terminal: a shell that leads a session of its own on a pseudo-terminal, and a screen that is drawn as a terminal
 * would draw it. Begin it before the agents whose holds it is to decide.
 */
export class Seat implements AsyncDisposable {
  readonly #shell: ChildProcess;
  readonly #place: Place;
  readonly #screen: InstanceType<typeof xterm.Terminal>;
  readonly #changed = new Set<() => void>();
  #tty = "";
  /** Everything that was ever written to the terminal. */
  bytes = "";

  static async take(
    place: Place,
    size: Size = { columns: 80, rows: 24 },
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Seat> {
    const seat = new Seat(place, size, environment);
    seat.type("printf '%s-%s\\n' seated \"$(tty)\"\r");
    await seat.until((text) => /seated-\/dev\//.test(text));
    seat.#tty = /seated-(\/dev\/\S+)/.exec(seat.text)?.[1] ?? "";
    await seat.resize(size);
    return seat;
  }

  private constructor(place: Place, size: Size, environment: NodeJS.ProcessEnv) {
    this.#place = place;
    this.#screen = new xterm.Terminal({
      cols: size.columns,
      rows: size.rows,
      allowProposedApi: true,
      convertEol: true,
    });
    this.#shell = spawn(join(root, "build/pty"), ["/bin/sh", "-i"], {
      env: { ...plainEnvironment, TERM: "xterm-256color", PS1: "$ ", HOME: place.home, ...environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#shell.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.bytes += text;
      this.#screen.write(text, () => this.#changed.forEach((look) => look()));
    });
    this.#shell.stdin?.on("error", () => {}); // a shell that ended has nobody to type to
  }

  /** Starts a CLI verb; what it draws is seen on the screen. */
  start(...args: readonly string[]): void {
    const words = [process.execPath, join(root, "bin/signalbox.js"), "--home", this.#place.home, ...args];
    this.type(`${words.map((word) => `'${word}'`).join(" ")}\r`);
  }

  /** What the shell is told to run so that a verb begins with its process id kept in a file. */
  startAs(pidFile: string, ...args: readonly string[]): void {
    const words = [process.execPath, join(root, "bin/signalbox.js"), "--home", this.#place.home, ...args];
    this.type(`sh -c 'echo $$ > ${pidFile}; exec "$@"' sh ${words.map((word) => `'${word}'`).join(" ")}\r`);
  }

  /** How the terminal treats input and output now, as `stty` says it. */
  get modes(): string {
    return execFileSync("stty", ["-F", this.#tty, "-a"], { encoding: "utf8" });
  }

  /** Sends what the keys send. */
  type(keys: string): void {
    this.#shell.stdin?.write(keys);
  }

  /** The screen as a person sees it, row by row, without what is blank at the ends. */
  get lines(): string[] {
    const buffer = this.#screen.buffer.active;
    return Array.from({ length: this.#screen.rows }, (_, row) => {
      const line = buffer.getLine(buffer.baseY + row);
      return line === undefined ? "" : line.translateToString(true);
    });
  }

  get text(): string {
    return this.lines.join("\n");
  }

  /** Whether the alternate screen is shown. */
  get whole(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  /** Styles of the first place where the text stands. */
  styleOf(text: string): { bold: boolean; dim: boolean; inverse: boolean; colour: number | undefined } {
    const row = this.lines.findIndex((line) => line.includes(text));
    const buffer = this.#screen.buffer.active;
    const line = buffer.getLine(buffer.baseY + row);
    const at = this.#columnOf(row, text);
    const cell = line?.getCell(at);
    if (cell === undefined) throw new Error(`“${text}” is not on the screen:\n${this.text}`);
    return {
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
      inverse: cell.isInverse() !== 0,
      colour: cell.isFgDefault() ? undefined : cell.getFgColor(),
    };
  }

  /** What stands in a cell; columns and rows count from 0. */
  cell(column: number, row: number): string {
    const buffer = this.#screen.buffer.active;
    return (
      buffer
        .getLine(buffer.baseY + row)
        ?.getCell(column)
        ?.getChars() ?? ""
    );
  }

  /** Presses and releases the mouse where the text stands. */
  click(text: string): void {
    const row = this.lines.findIndex((line) => line.includes(text));
    if (row < 0) throw new Error(`“${text}” is not on the screen:\n${this.text}`);
    const column = this.#columnOf(row, text);
    this.type(`\u001b[<0;${column + 1};${row + 1}M\u001b[<0;${column + 1};${row + 1}m`);
  }

  #columnOf(row: number, text: string): number {
    const buffer = this.#screen.buffer.active;
    const line = buffer.getLine(buffer.baseY + row);
    for (let column = 0; column < this.#screen.cols; column += 1)
      if (line?.translateToString(true, column).startsWith(text) === true) return column;
    return 0;
  }

  /** As a window manager does: the terminal gets another size and its foreground program is told. */
  async resize({ columns, rows }: Size): Promise<void> {
    this.#screen.resize(columns, rows);
    execFileSync("stty", ["-F", this.#tty, "cols", String(columns), "rows", String(rows)]);
  }

  /** Waits until the screen is as wanted. */
  async until(wanted: string | RegExp | ((text: string) => boolean)): Promise<string> {
    const is = (text: string) =>
      typeof wanted === "function"
        ? wanted(text)
        : typeof wanted === "string"
          ? text.includes(wanted)
          : wanted.test(text);
    const late = AbortSignal.timeout(screenMsMax);
    while (!is(this.text)) {
      if (late.aborted)
        throw new Error(
          [
            `The screen never became ${String(wanted)}. It is:`,
            ...this.lines.map((line) => `| ${line}`),
            // What was said goes away sooner than a test gives up.
            ...(this.bytes.match(/Not done: [^\u001b\r\n]*|that key was not taken/g) ?? []),
          ].join("\n"),
        );
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#changed.delete(look);
          late.removeEventListener("abort", look);
          resolve();
        };
        this.#changed.add(look);
        late.addEventListener("abort", look, { once: true });
      });
    }
    return this.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shell.exitCode === null && this.#shell.signalCode === null) {
      const gone = once(this.#shell, "exit");
      this.#shell.kill("SIGTERM");
      await gone;
    }
    this.#screen.dispose();
  }
}
