import { StringDecoder } from "node:string_decoder";
import { systemClock } from "../../kit/clock.ts";
import { Decoder, type Input } from "./keys.ts";
import type { Line } from "./line.ts";
import { paint } from "./paint.ts";

/** What is drawn: rows from the top, and where a cursor blinks. */
export interface Frame {
  readonly lines: readonly Line[];
  readonly cursor?: { readonly column: number; readonly row: number } | undefined;
}

const escape = "\u001b[";
/** Alternate buffer, no cursor, no wrapping at the edge, mouse clicks and wheel (SGR form), pastes in brackets. */
const entering = ["?1049h", "?25l", "?7l", "?1000h", "?1006h", "?2004h"];
const leaving = ["?2004l", "?1006l", "?1000l", "?7h", "?25h", "?1049l"];
const write = (codes: readonly string[]) => codes.map((code) => `${escape}${code}`).join("");
/** Synchronised update: a terminal that knows it shows the frame in one piece, others ignore it. */
const [together, shown] = [`${escape}?2026h`, `${escape}?2026l`];
/** How long an Esc may be the beginning of a longer sequence. */
const escapeMs = 30;

/**
 * The terminal as a whole screen. It owns raw mode, the alternate buffer, the keys, the mouse and the size; it writes only rows that
 * changed. Whatever happens (`exit`, an uncaught error, Ctrl-Z, SIGTSTP), the terminal is given back as it was.
 */
export class Screen implements Disposable {
  readonly #input = process.stdin;
  readonly #output = process.stdout;
  readonly #onInput: (input: Input) => void;
  readonly #onResize: () => void;
  readonly #colours: boolean;
  readonly #mouse: boolean;
  readonly #decoder = new Decoder();
  readonly #utf8 = new StringDecoder("utf8");
  #drawn: string[] = [];
  #open = false;
  #waiting = new AbortController();

  constructor(options: { mouse: boolean; onInput: (input: Input) => void; onResize: () => void }) {
    this.#onInput = options.onInput;
    this.#onResize = options.onResize;
    this.#mouse = options.mouse;
    // The terminal's own word on colours: NO_COLOR, TERM=dumb and the like count.
    this.#colours = this.#output.getColorDepth() > 1;
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#drawn = [];
    this.#output.write(write(this.#modes(entering)));
    this.#input.setRawMode(true);
    this.#input.on("data", this.#read);
    this.#input.resume();
    this.#output.on("resize", this.#resized);
    process.on("exit", this.close);
    process.on("uncaughtExceptionMonitor", this.close); // before the error is printed, or nobody would see it
    process.on("SIGTSTP", this.#suspended);
  }

  /** Gives the terminal back; `open` takes it again. */
  readonly close = (): void => {
    if (!this.#open) return;
    this.#open = false;
    this.#waiting.abort();
    this.#input.off("data", this.#read);
    this.#output.off("resize", this.#resized);
    process.off("exit", this.close);
    process.off("uncaughtExceptionMonitor", this.close);
    process.off("SIGTSTP", this.#suspended);
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#output.write(write(this.#modes(leaving)));
  };

  draw({ lines, cursor }: Frame): void {
    if (!this.#open) return;
    const { rows } = this;
    let out = "";
    for (let row = 0; row < rows; row += 1) {
      const text = paint(lines[row] ?? [], this.#colours);
      if (this.#drawn[row] === text) continue;
      this.#drawn[row] = text;
      out += `${escape}${row + 1};1H${text}${escape}K`;
    }
    const blink =
      cursor === undefined ? `${escape}?25l` : `${escape}${cursor.row + 1};${cursor.column + 1}H${escape}?25h`;
    if (out !== "" || cursor !== undefined) this.#output.write(`${together}${escape}?25l${out}${blink}${shown}`);
    else if (cursor === undefined) this.#output.write(blink);
  }

  /** The next frame is drawn whole, whatever is believed to stand there. */
  forget(): void {
    this.#drawn = [];
  }

  /** Writes what draws nothing: a bell, a notification. */
  signal(bytes: string): void {
    if (this.#open && bytes !== "") this.#output.write(bytes);
  }

  /**
   * Ctrl-Z: gives the terminal back and stops this process group, which goes on after the next line when the shell says so. Where
   * there is nobody to say so (no job control), the kernel does not stop it, and it goes on at once.
   */
  suspend(): void {
    this.close();
    process.kill(0, "SIGTSTP");
    setImmediate(() => {
      this.open();
      this.#onResize();
    });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #modes(codes: readonly string[]): readonly string[] {
    return this.#mouse ? codes : codes.filter((code) => !/^\?100[06]/.test(code));
  }

  readonly #suspended = (): void => this.suspend();

  readonly #resized = (): void => {
    this.#drawn = [];
    this.#output.write(`${escape}2J`);
    this.#onResize();
  };

  readonly #read = (chunk: Buffer): void => {
    this.#waiting.abort();
    this.#tell(this.#decoder.push(this.#utf8.write(chunk)));
    if (this.#decoder.pending) void this.#flushLater();
  };

  async #flushLater(): Promise<void> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    try {
      await systemClock.sleep(escapeMs, { signal: waiting.signal });
    } catch {
      return; // more came, which is read together with it
    }
    this.#tell(this.#decoder.flush());
  }

  #tell(inputs: readonly Input[]): void {
    for (const input of inputs) this.#onInput(input);
  }
}
