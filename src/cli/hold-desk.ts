import { type Client, proofOf } from "../client/index.ts";
import { every, systemClock } from "../kit/clock.ts";
import type { HoldDecision, HoldView } from "../protocol/operations/holds.ts";
import type { OutputOf } from "../protocol/operations/index.ts";
import { provedWords } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import { cardLines, holdLine } from "./hold-card.ts";
import { decidedText, editable, editedInput } from "../protocol/hold-words.ts";
import { type Key, Screen } from "./screen.ts";
import type { Style, Terminal } from "./terminal.ts";
import { count, hintLines, sentence, wrap } from "./words.ts";

type Decided = OutputOf<"hold/decide">;

/** Where the holds that are watched are shown: a desk in a terminal, or lines. */
export interface Board {
  /** Connected, for the first time or again. */
  connected(client: Client, open: readonly HoldView[]): void;
  changed(hold: HoldView): void;
  /** The daemon went; it is looked for until it is back. */
  away(): void;
}

/**
 * The interactive side of `hold watch`: one card at a time, oldest first, redrawn in place. A key decides only the card that is on the
 * screen: while a decision is on its way no key counts, and neither does one that comes as another card has just taken its place.
 */
export class Desk implements Board, Disposable {
  readonly #terminal: Terminal;
  readonly #stop: AbortController;
  readonly #screen = new Screen(
    (key) => this.#pressed(key),
    () => this.#draw(),
  );
  readonly #open = new Map<string, HoldView>();
  /** What was decided or went away while this was open, newest last; said again when it closes. */
  readonly #past: string[] = [];
  readonly #closed = new AbortController();
  #client: Client | undefined;
  #current: string | undefined;
  #scroll = 0;
  #busy = false;
  #way: "bell" | "osc" | "off" = "bell";
  #swappedAtMs = Number.NEGATIVE_INFINITY;
  #said: { readonly style: Style; readonly text: string } | undefined;

  constructor(terminal: Terminal, stop: AbortController) {
    this.#terminal = terminal;
    this.#stop = stop;
    this.#screen.open();
    // Ages go on while nobody presses a key.
    void every(systemClock, ageMs, () => this.#draw(), { signal: this.#closed.signal });
  }

  connected(client: Client, open: readonly HoldView[]): void {
    if (this.#client === undefined && this.#said !== undefined) this.#say("good", "The daemon is back.");
    this.#client = client;
    this.#open.clear();
    for (const hold of open) this.#open.set(hold.id, hold);
    void this.#learn(client);
    this.#settle();
  }

  /** How this terminal calls a person (`notify.terminal`); an older daemon that can't say it leaves the bell. */
  async #learn(client: Client): Promise<void> {
    try {
      const { values } = await client.call("daemon/config", {});
      const way = values.find(({ key }) => key === "notify.terminal")?.value;
      if (way === "bell" || way === "osc" || way === "off") this.#way = way;
    } catch {
      // The daemon went: `away` says so, and the next one is asked again.
    }
  }

  changed(hold: HoldView): void {
    const known = this.#open.has(hold.id);
    if (hold.state === "open") {
      this.#open.set(hold.id, hold);
      if (!known) this.#screen.call(this.#way, `Signalbox: ${hold.agent} asks: ${hold.reason}`);
    } else if (this.#open.delete(hold.id)) this.#past.push(holdLine(this.#terminal, hold, Date.now()));
    this.#settle();
  }

  away(): void {
    this.#client = undefined;
    this.#say("warn", "The daemon is away. Waiting for it. Start it: signalbox up --detach");
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#screen[Symbol.dispose]();
    for (const line of this.#past) this.#terminal.out(line);
    this.#terminal.out(
      this.#open.size === 0 ? "Nothing is held." : `${count(this.#open.size, "hold")} still open: signalbox hold list`,
    );
  }

  /** Shows the card that is due: the one that is on the screen as long as it is open, else the oldest. */
  #settle(): void {
    if (this.#current !== undefined && !this.#open.has(this.#current)) {
      if (!this.#busy && this.#open.size > 0) this.#swappedAtMs = performance.now();
      this.#current = undefined;
    }
    if (this.#current === undefined) this.#turnTo(this.#open.keys().next().value);
    else this.#draw();
  }

  #turnTo(id: string | undefined): void {
    this.#current = id;
    this.#scroll = 0;
    this.#draw();
  }

  #pressed(key: Key): void {
    if ((key.ctrl === true && key.name === "c") || key.name === "q") return this.#stop.abort(new Error("quit"));
    if (key.ctrl === true) return key.name === "z" ? this.#screen.suspend() : undefined;
    if (key.name !== undefined && Object.hasOwn(moves, key.name)) return moves[key.name as keyof typeof moves](this);
    const hold = this.#open.get(this.#current ?? "");
    const act = acts[key.name ?? ""];
    if (hold === undefined || act === undefined || this.#busy) return;
    if (this.#client === undefined) return this.#draw();
    if (performance.now() - this.#swappedAtMs < swapMs) {
      this.#say(
        "warn",
        "This card has just taken the other's place, so that key was not taken. Look, then press it again.",
      );
      return this.#draw();
    }
    this.#said = undefined;
    this.#busy = true;
    void this.#act(this.#client, hold, act)
      .catch((error: unknown) => this.#complain(error))
      .finally(() => {
        this.#busy = false;
        this.#settle();
      });
  }

  step(by: number): void {
    const ids = [...this.#open.keys()];
    if (ids.length > 1) this.#turnTo(ids[(ids.indexOf(this.#current ?? "") + by + ids.length) % ids.length]);
  }

  scroll(by: number): void {
    this.#scroll = Math.max(0, this.#scroll + by);
    this.#draw();
  }

  async #act(client: Client, hold: HoldView, act: Act): Promise<void> {
    const decision = await this.#decisionOf(client, hold, act);
    if (decision === undefined) return;
    const answer = await this.#decide(client, hold, decision);
    if (answer === undefined) return;
    this.#say(decision.decision === "deny" ? "warn" : "good", decidedText(decision, answer, hold.waiting > 0));
  }

  /** @returns undefined when the person went back from the question for the passphrase */
  async #decide(client: Client, { id }: HoldView, decision: HoldDecision): Promise<Decided | undefined> {
    try {
      return await client.call("hold/decide", { id, ...decision });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "PROOF_NEEDED") throw error;
      this.#screen.draw([...this.#page().slice(0, Math.max(0, this.#screen.rows - questionRows)), "", ""]);
      const typed = await this.#screen.ask("Passphrase (Esc to go back): ", "", { hidden: true });
      if (typed === undefined) return undefined;
      return client.call("hold/decide", {
        id,
        proof: await proofOf(client, provedWords.release(id), typed),
        ...decision,
      });
    }
  }

  /** @returns undefined when the person went back */
  async #decisionOf(client: Client, hold: HoldView, act: Act): Promise<HoldDecision | undefined> {
    switch (act) {
      case "once":
      case "session":
        return { decision: "approve", scope: act };
      case "deny": {
        const words = await this.#ask("Why? The agent reads it (Enter for no words, Esc to go back): ");
        return words === undefined ? undefined : { decision: "deny", words };
      }
      case "rule": {
        const { rule } = await client.call("hold/rule", { id: hold.id });
        const shown = ["This rule would be added to your policy:", "", ...rule.trimEnd().split("\n")];
        const answer = await this.#ask("Save it and approve? [y/N] ", "", shown);
        return answer !== undefined && /^y/i.test(answer) ? { decision: "approve", scope: "rule" } : undefined;
      }
      case "edit": {
        const { label, text } = editable(hold);
        const edited = await this.#ask(`${label} (Enter approves it, Esc to go back): `, text);
        return edited === undefined ? undefined : { decision: "edit", input: editedInput(hold, edited) };
      }
    }
  }

  #ask(question: string, prefill = "", above: readonly string[] = []): Promise<string | undefined> {
    const head = this.#page().slice(0, Math.max(0, this.#screen.rows - above.length - questionRows));
    this.#screen.draw([...head, ...above.map((line) => this.#terminal.style("accent", line)), "", ""]);
    return this.#screen.ask(question, prefill);
  }

  #complain(error: unknown): void {
    const hint = error instanceof Refusal ? hintLines(error.hint).join("").trim() : "";
    this.#say("bad", `Not done: ${sentence(error instanceof Error ? error.message : String(error))} ${hint}`.trim());
  }

  #say(style: Style, text: string): void {
    this.#said = { style, text };
  }

  #draw(): void {
    if (!this.#screen.asking) this.#screen.draw(this.#page());
  }

  #page(): string[] {
    const columns = this.#terminal.columns;
    const bar = this.#terminal.style("faint", "─".repeat(columns));
    const foot = [bar, ...this.#saidLines(), ...this.#keyLines()];
    const room = this.#screen.rows - foot.length - 2;
    const hold = this.#open.get(this.#current ?? "");
    const body = hold === undefined ? this.#idle(room) : this.#card(hold, room);
    return [this.#title(), bar, ...body, ...foot];
  }

  #title(): string {
    const { size } = this.#open;
    if (this.#current === undefined) return this.#terminal.style("strong", "Signalbox");
    const place = [...this.#open.keys()].indexOf(this.#current) + 1;
    return `${this.#terminal.style("strong", "Signalbox")}  ${this.#terminal.style("warn", size === 1 ? "1 held" : `${size} held, this is ${place} of ${size}`)}`;
  }

  #idle(room: number): string[] {
    const past = this.#past.slice(-Math.max(0, room - 5));
    return [
      "",
      ...wrap("Nothing is held. Agents work on; a hold appears here when one opens.", this.#terminal.columns - 1),
      "",
      ...(past.length === 0 ? [] : [this.#terminal.style("faint", "Decided while you watched:"), ...past, ""]),
    ];
  }

  /** The card, and below it the others if there is room; a card that is too long is scrolled. */
  #card(hold: HoldView, room: number): string[] {
    const card = ["", ...cardLines(this.#terminal, hold, Date.now()), ""];
    if (card.length <= room) {
      this.#scroll = 0;
      const others = [...this.#open.values()].filter(({ id }) => id !== hold.id);
      const space = room - card.length - 1;
      if (others.length === 0 || space < 1) return card;
      return [
        ...card,
        this.#terminal.style("faint", "Also held:"),
        ...others.slice(0, space).map((other) => holdLine(this.#terminal, other, Date.now())),
      ];
    }
    const shown = Math.max(1, room - 1);
    this.#scroll = Math.min(this.#scroll, card.length - shown);
    const until = this.#scroll + shown;
    const more = `lines ${this.#scroll + 1} to ${until} of ${card.length}; ↑ ↓ scroll`;
    return [...card.slice(this.#scroll, until), this.#terminal.style("warn", more)];
  }

  #saidLines(): string[] {
    if (this.#said === undefined) return [];
    const { style, text } = this.#said;
    return wrap(text, this.#terminal.columns - 1).map((line) => this.#terminal.style(style, line));
  }

  #keyLines(): string[] {
    const hold = this.#open.get(this.#current ?? "");
    const keys =
      hold === undefined
        ? ["[q] quit"]
        : [
            "[a] approve once",
            ...(hold.undoable ? ["[s] for the session"] : []),
            "[r] as a rule",
            "[d] deny with words",
            ...(hold.editable ? ["[e] edit"] : []),
            ...(this.#open.size > 1 ? ["[n] next", "[p] previous"] : []),
            "[q] quit",
          ];
    return keyRows(keys, this.#terminal.columns - 1).map((line) => this.#terminal.style("faint", line));
  }
}

/** Never breaks inside a key's words. */
function keyRows(keys: readonly string[], columns: number): string[] {
  const rows: string[] = [];
  for (const key of keys) {
    const last = rows.at(-1);
    if (last === undefined || last.length + key.length + 2 > columns) rows.push(key);
    else rows[rows.length - 1] = `${last}  ${key}`;
  }
  return rows;
}

type Act = "once" | "session" | "rule" | "deny" | "edit";
const acts: Readonly<Record<string, Act>> = { a: "once", s: "session", r: "rule", d: "deny", e: "edit" };
const moves = {
  n: (desk: Desk) => desk.step(1),
  right: (desk: Desk) => desk.step(1),
  p: (desk: Desk) => desk.step(-1),
  left: (desk: Desk) => desk.step(-1),
  down: (desk: Desk) => desk.scroll(1),
  j: (desk: Desk) => desk.scroll(1),
  up: (desk: Desk) => desk.scroll(-1),
  k: (desk: Desk) => desk.scroll(-1),
  space: (desk: Desk) => desk.scroll(10),
  pagedown: (desk: Desk) => desk.scroll(10),
  pageup: (desk: Desk) => desk.scroll(-10),
} as const;

/** A card that took another's place without the person's doing is not decided by a key that was meant for the other. */
const swapMs = 400;
/** How often ages are drawn anew. */
const ageMs = 1_000;
/** A question may be as long as this before it would scroll the page. */
const questionRows = 5;
