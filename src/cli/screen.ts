import { emitKeypressEvents } from "node:readline";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { harmless } from "./terminal.ts";

export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

const escape = "\u001b[";
const alternate = { enter: `${escape}?1049h${escape}?25l`, leave: `${escape}?25h${escape}?1049l` };

/**
 * A whole-screen page in the terminal's alternate buffer, so that what stood there before comes back at the end. It owns raw mode and
 * the keys; whatever happens, `close` (also at the process's exit) gives the terminal back as it was.
 */
export class Screen implements Disposable {
  readonly #onKey: (key: Key) => void;
  readonly #onResize: () => void;
  #open = false;
  #asking: AbortController | undefined;

  constructor(onKey: (key: Key) => void, onResize: () => void) {
    this.#onKey = onKey;
    this.#onResize = onResize;
  }

  open(): void {
    this.#open = true;
    process.stdout.write(alternate.enter);
    emitKeypressEvents(process.stdin);
    process.stdin.setRawMode(true);
    process.stdin.on("keypress", this.#pressed);
    process.stdin.resume();
    process.stdout.on("resize", this.#onResize);
    process.on("exit", this.#leave);
  }

  /** Visible rows; the last is for a question. */
  get rows(): number {
    return Math.max(6, process.stdout.rows || 24);
  }

  get asking(): boolean {
    return this.#asking !== undefined;
  }

  /** Draws over what stood there, line by line, without a flash. Lines are no wider than the terminal; what does not fit is cut at the end. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.rows);
    const text = shown.map((line) => `${harmless(line)}${escape}K`).join("\r\n");
    process.stdout.write(`${escape}H${text}${escape}J`);
  }

  /** Tells the terminal that a person is wanted: its bell, or the notification of OSC 9 (iTerm2, WezTerm, Ghostty, Windows Terminal). */
  call(way: "bell" | "osc" | "off", text: string): void {
    if (way === "bell") process.stdout.write("\u0007");
    if (way === "osc") process.stdout.write(`\u001b]9;${text.replaceAll(/[\p{C}]+/gu, " ").slice(0, 200)}\u0007`);
  }

  /**
   * Asks for one line below what is drawn.
   * @param hidden  what is typed is a secret and not shown
   * @returns undefined when the person went back (Esc or Ctrl-C)
   */
  async ask(question: string, prefill = "", { hidden = false } = {}): Promise<string | undefined> {
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    process.stdout.write(`${escape}?25h`);
    if (hidden) process.stdout.write(question);
    const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stdout;
    const line = createInterface({ input: process.stdin, output, historySize: 0, terminal: true });
    line.on("SIGINT", () => this.#asking?.abort());
    try {
      const answer = line.question(hidden ? "" : question, { signal });
      if (prefill !== "") line.write(prefill);
      return hidden ? await answer : (await answer).trim();
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      line.close();
      this.#asking = undefined;
      if (this.#open) {
        process.stdout.write(`${escape}?25l`);
        process.stdin.setRawMode(true);
        process.stdin.resume();
      }
    }
  }

  /** Ctrl-Z: gives the terminal back, stops this process group, and draws again when it goes on. */
  suspend(): void {
    this.#leave();
    process.once("SIGCONT", () => {
      this.open();
      this.#onResize();
    });
    process.kill(0, "SIGTSTP");
  }

  readonly #pressed = (_: string | undefined, key: Key): void => {
    if (this.#asking === undefined) this.#onKey(key);
    else if (key.name === "escape") this.#asking.abort();
  };

  readonly #leave = (): void => {
    if (!this.#open) return;
    this.#open = false;
    this.#asking?.abort();
    process.stdin.off("keypress", this.#pressed);
    process.stdout.off("resize", this.#onResize);
    process.off("exit", this.#leave);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write(alternate.leave);
  };

  [Symbol.dispose](): void {
    this.#leave();
  }
}
