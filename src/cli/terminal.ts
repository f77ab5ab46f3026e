import { styleText } from "node:util";
import { escapedUnseen } from "../kit/text.ts";

/**
 * What the CLI writes to. Verbs show foreign words by `visible`; whatever they forget is written as `\\uXXXX` here, so that nothing but our own
 * colours reaches a terminal as more than text, and JSON reads as the same. Text for the person goes through here, so that tests read it and colours obey NO_COLOR, FORCE_COLOR
 * and pipes (util.styleText does). Colour never carries meaning alone: every coloured word says the same in letters.
 */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** True when a person can be asked. */
  readonly interactive: boolean;
  /** Its width now. What is piped is cut nowhere: a reader such as grep wants it whole. */
  readonly columns: number;
  style(kind: Style, text: string): string;
}

export type Style = "strong" | "faint" | "good" | "warn" | "bad" | "accent";

const styles: Record<Style, Parameters<typeof styleText>[0]> = {
  strong: "bold",
  faint: "dim",
  good: "green",
  warn: "yellow",
  bad: "red",
  accent: "cyan",
};

// A reader that has seen enough (`| head`) closes the pipe; that is no fault, and there is nobody left to tell.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });

/** Wide enough for anything that is kept, so that cutting to it never hurts. */
const pipedColumns = 100_000;

/** What `style` writes around a text, and nothing else: an agent's own colours could paint its words out. */
const ownStyles = /(\u001b\[(?:1|2|22|3[1236]|39)m)/;

/** A text that a terminal only shows, with our own styles in it. */
export function harmless(text: string): string {
  return text
    .split(ownStyles)
    .map((piece, index) => (index % 2 === 1 ? piece : escapedUnseen(piece)))
    .join("");
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(`${harmless(text)}\n`),
  err: (text) => void process.stderr.write(`${harmless(text)}\n`),
  interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  get columns() {
    // A terminal that was never told its size says 0.
    return process.stdout.columns || (process.stdout.isTTY ? 100 : pipedColumns);
  },
  style: (kind, text) => styleText(styles[kind], text, { stream: process.stdout }),
};
