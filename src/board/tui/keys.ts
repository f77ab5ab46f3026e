/** What a person did. Keys by name: a character is itself, others are `enter`, `up`, `ctrl-c`, `alt-x` and the like. */
export type Input =
  | { readonly kind: "key"; readonly key: string }
  /** Columns and rows count from 0. */
  | {
      readonly kind: "mouse";
      readonly what: "press" | "wheel-up" | "wheel-down";
      readonly column: number;
      readonly row: number;
    }
  | { readonly kind: "paste"; readonly text: string };

const escape = "\u001b";
const pasteBegin = `${escape}[200~`;
const pasteEnd = `${escape}[201~`;
/** A paste beyond this is cut; a control sequence beyond this is none. */
const pasteCharsMax = 64 * 1_024;
const sequenceCharsMax = 64;

/** Final characters of CSI and SS3 sequences, and numbers before `~`: what xterm, its kin and tmux send. */
const finals: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  M: "enter",
  Z: "backtab",
};
const numbers: Readonly<Record<string, string>> = {
  1: "home",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};
const controls: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007f": "backspace",
  "\b": "backspace",
  "\u0000": "ctrl-space",
  " ": "space",
};

/**
 * Reads what a terminal sends, however it is cut into chunks. What may be the beginning of a longer sequence waits for the rest: after
 * `pending` the caller waits a moment and calls `flush`, for then an Esc was an Esc.
 */
export class Decoder {
  #rest = "";

  get pending(): boolean {
    return this.#rest !== "";
  }

  push(chunk: string): Input[] {
    this.#rest += chunk;
    const inputs: Input[] = [];
    for (;;) {
      const read = next(this.#rest);
      if (read === undefined) return inputs;
      this.#rest = this.#rest.slice(read.length);
      if (read.input !== undefined) inputs.push(read.input);
    }
  }

  /** Nothing more came. A paste goes on waiting for its end. */
  flush(): Input[] {
    if (this.#rest.startsWith(pasteBegin)) return [];
    const alone = this.#rest === escape;
    this.#rest = "";
    return alone ? [{ kind: "key", key: "escape" }] : [];
  }
}

interface Read {
  readonly length: number;
  readonly input?: Input;
}

const key = (length: number, name: string | undefined): Read =>
  name === undefined ? { length } : { length, input: { kind: "key", key: name } };

/** The first thing in the text; undefined when there is none, or when more must come. */
function next(text: string): Read | undefined {
  if (text === "") return undefined;
  if (!text.startsWith(escape)) return character(text, "");
  if (text.startsWith(pasteBegin)) return paste(text);
  if (text.length === 1) return undefined;
  const second = text.charAt(1);
  if (second === "[" || second === "O") return sequence(text);
  if (second === escape) return key(1, "escape");
  const read = character(text.slice(1), "alt-");
  return read === undefined ? undefined : { ...read, length: read.length + 1 };
}

function character(text: string, before: string): Read | undefined {
  const [grapheme] = graphemes.segment(text);
  const first = grapheme?.segment ?? "";
  const code = first.charCodeAt(0);
  const named = controls[first.charAt(0)];
  if (named !== undefined) return key(1, before + named);
  if (code < 32) return key(1, `${before}ctrl-${String.fromCharCode(code + 96)}`);
  if (code >= 0xd800 && code <= 0xdbff && text.length === 1) return undefined; // half of a character
  return key(first.length, before + first);
}

function paste(text: string): Read | undefined {
  const end = text.indexOf(pasteEnd);
  if (end === -1 && text.length < pasteCharsMax) return undefined;
  const until = end === -1 ? text.length : end;
  const pasted = text.slice(pasteBegin.length, Math.min(until, pasteCharsMax));
  return { length: end === -1 ? until : end + pasteEnd.length, input: { kind: "paste", text: pasted } };
}

const shape = /^\u001b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|O[\x30-\x39;]*[\x40-\x7e])/; // eslint-disable-line no-control-regex
const unfinished = /^\u001b(?:\[[\x20-\x3f]*|O[\x30-\x39;]*)$/; // eslint-disable-line no-control-regex

function sequence(text: string): Read | undefined {
  const whole = shape.exec(text)?.[0];
  if (whole === undefined)
    return unfinished.test(text) && text.length < sequenceCharsMax ? undefined : { length: Math.min(2, text.length) };
  const mouse = /^\u001b\[<(\d+);(\d+);(\d+)([Mm])$/.exec(whole); // eslint-disable-line no-control-regex
  if (mouse !== null) return { length: whole.length, ...mouseInput(mouse.slice(1)) };
  const final = whole.at(-1) ?? "";
  const [first, modifier] = whole.slice(2, -1).split(";");
  const name = final === "~" ? numbers[first ?? ""] : finals[final];
  return key(whole.length, name === undefined ? undefined : modified(name, Number(modifier ?? 1) - 1));
}

/** The bits of xterm's modifier parameter: 1 shift, 2 alt, 4 ctrl. */
function modified(name: string, bits: number): string {
  return `${(bits & 4) === 0 ? "" : "ctrl-"}${(bits & 2) === 0 ? "" : "alt-"}${name}`;
}

function mouseInput([button, column, row, final]: readonly string[]): { input?: Input } {
  const code = Number(button);
  const what =
    code === 64 ? "wheel-up" : code === 65 ? "wheel-down" : code === 0 && final === "M" ? "press" : undefined;
  return what === undefined ? {} : { input: { kind: "mouse", what, column: Number(column) - 1, row: Number(row) - 1 } };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
