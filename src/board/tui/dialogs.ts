import { edited, type Field, fieldOf, insert } from "./field.ts";
import type { Input } from "./keys.ts";
import type { Line } from "./line.ts";

/** What the board asks the person; drawn as a sheet above the keys. Only one is open. */
export type Dialog =
  /** One key: `y` is yes, everything else no. */
  | { readonly kind: "confirm"; readonly question: string; readonly above: readonly Line[] }
  /** A line of text. `must`: the exact word that counts as yes. */
  | {
      readonly kind: "ask";
      readonly question: string;
      readonly above: readonly Line[];
      readonly field: Field;
      readonly hint: string;
      /** What is typed is not shown. */
      readonly secret: boolean;
    }
  /** One of several; typing narrows them. */
  | {
      readonly kind: "choose";
      readonly question: string;
      readonly choices: readonly Choice[];
      readonly field: Field;
      readonly index: number;
    }
  /** Something to read; any key closes it, arrows scroll. */
  | { readonly kind: "read"; readonly title: string; readonly lines: readonly Line[]; readonly top: number };

export interface Choice {
  readonly id: string;
  readonly title: string;
  /** Right of it, faint: a key, a meaning. */
  readonly note: string;
}

export interface AskOptions {
  readonly prefill?: string;
  readonly above?: readonly Line[];
  readonly hint?: string;
  readonly secret?: boolean;
  /** Called at every change of the text. */
  readonly onText?: (text: string) => void;
  /** Ends the question with this result when the key is pressed. */
  readonly keys?: readonly string[];
}

/** How a question ended: undefined when the person went back. */
type Answer = { readonly text: string; readonly key: string } | undefined;

export const choicesOf = (dialog: Dialog & { kind: "choose" }): readonly Choice[] => {
  const wanted = dialog.field.text.toLowerCase().split(/\s+/);
  return dialog.choices.filter(({ title, note }) =>
    wanted.every((word) => `${title} ${note}`.toLowerCase().includes(word)),
  );
};

/** Asks one question at a time; who asks while another is open gets the answer of a person who went back. */
export class Dialogs {
  readonly #changed: () => void;
  #current: Dialog | undefined;
  #options: AskOptions = {};
  #resolve: ((answer: Answer) => void) | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get current(): Dialog | undefined {
    return this.#current;
  }

  async confirm(question: string, above: readonly Line[] = []): Promise<boolean> {
    return (await this.#open({ kind: "confirm", question, above })) !== undefined;
  }

  async ask(question: string, options: AskOptions = {}): Promise<{ text: string; key: string } | undefined> {
    const { prefill = "", above = [], hint = "Enter takes it, Esc goes back", secret = false } = options;
    return this.#open({ kind: "ask", question, above, field: fieldOf(prefill), hint, secret }, options);
  }

  async choose(question: string, choices: readonly Choice[], chosen?: string): Promise<string | undefined> {
    const index = Math.max(
      0,
      choices.findIndex(({ id }) => id === chosen),
    );
    return (await this.#open({ kind: "choose", question, choices, field: fieldOf(""), index }))?.text;
  }

  async read(title: string, lines: readonly Line[]): Promise<void> {
    await this.#open({ kind: "read", title, lines, top: 0 });
  }

  /** The person went away, or what was asked about did. */
  dismiss(): void {
    this.#close(undefined);
  }

  press(input: Input): void {
    const dialog = this.#current;
    if (dialog === undefined) return;
    if (input.kind === "key" && (input.key === "escape" || input.key === "ctrl-c")) return this.#close(undefined);
    switch (dialog.kind) {
      case "confirm":
        if (input.kind === "key") this.#close(/^y$/i.test(input.key) ? { text: "y", key: input.key } : undefined);
        return;
      case "ask":
        return this.#type(dialog, input);
      case "choose":
        return this.#pick(dialog, input);
      case "read":
        return this.#leaf(dialog, input);
    }
  }

  #type(dialog: Dialog & { kind: "ask" }, input: Input): void {
    if (input.kind === "mouse") return;
    if (input.kind === "key" && (input.key === "enter" || this.#options.keys?.includes(input.key)))
      return this.#close({ text: dialog.field.text, key: input.key });
    const field = input.kind === "paste" ? insert(dialog.field, input.text) : edited(dialog.field, input.key);
    if (field === undefined) return;
    this.#show({ ...dialog, field });
    this.#options.onText?.(field.text);
  }

  #pick(dialog: Dialog & { kind: "choose" }, input: Input): void {
    const choices = choicesOf(dialog);
    const move = (by: number) =>
      this.#show({ ...dialog, index: Math.max(0, Math.min(choices.length - 1, dialog.index + by)) });
    if (input.kind === "mouse") return input.what === "press" ? undefined : move(input.what === "wheel-up" ? -1 : 1);
    if (input.kind === "paste") return this.#show({ ...dialog, field: insert(dialog.field, input.text), index: 0 });
    switch (input.key) {
      case "up":
      case "ctrl-p":
        return move(-1);
      case "down":
      case "ctrl-n":
      case "tab":
        return move(1);
      case "enter": {
        const chosen = choices[dialog.index];
        return this.#close(chosen === undefined ? undefined : { text: chosen.id, key: "enter" });
      }
      default: {
        const field = edited(dialog.field, input.key);
        if (field !== undefined) this.#show({ ...dialog, field, index: 0 });
      }
    }
  }

  /** A click on a choice. */
  pick(id: string): void {
    if (this.#current?.kind === "choose") this.#close({ text: id, key: "mouse" });
  }

  #leaf(dialog: Dialog & { kind: "read" }, input: Input): void {
    const by = input.kind === "key" ? leafKeys[input.key] : input.kind === "mouse" ? leafWheel[input.what] : undefined;
    if (by === undefined) return input.kind === "key" ? this.#close(undefined) : undefined;
    this.#show({ ...dialog, top: Math.max(0, Math.min(dialog.lines.length - 1, dialog.top + by)) });
  }

  #open(dialog: Dialog, options: AskOptions = {}): Promise<Answer> {
    if (this.#current !== undefined) return Promise.resolve(undefined);
    this.#options = options;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#show(dialog);
    });
  }

  #show(dialog: Dialog): void {
    this.#current = dialog;
    this.#changed();
  }

  #close(answer: Answer): void {
    const resolve = this.#resolve;
    this.#current = undefined;
    this.#resolve = undefined;
    resolve?.(answer);
    this.#changed();
  }
}

const leafKeys: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -10,
  pagedown: 10,
  space: 10,
};
const leafWheel: Readonly<Record<string, number>> = { "wheel-up": -3, "wheel-down": 3 };
