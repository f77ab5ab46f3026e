import type { Client } from "../../client/index.ts";
import { type Clock, every } from "../../kit/clock.ts";
import type { HoldView } from "../../protocol/operations/holds.ts";
import type { EntryView } from "../../protocol/operations/ledger.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { stopped } from "../../protocol/words.ts";
import type { SessionView } from "../../protocol/session-view.ts";
import { type BoardState, createStore } from "../model/index.ts";
import { Caller } from "./caller.ts";
import { CallsOf } from "./calls.ts";
import { type Command, commands } from "./commands.ts";
import type { BoardPorts, Desk, Settings } from "./desk.ts";
import { detailOf } from "./detail.ts";
import { Dialogs } from "./dialogs.ts";
import { feed } from "./feed.ts";
import { emptyWords, helpLines } from "./help.ts";
import type { Input } from "./keys.ts";
import { type Style, type Target, targetAt } from "./line.ts";
import type { ListRow } from "./list-view.ts";
import { heirsOf, hintsOf, listedRows } from "./listing.ts";
import { type Layout, layoutOf, type View } from "./layout.ts";
import { aired, draw, type Page, type Said, saidLines } from "./page.ts";
import { type Frame, Screen } from "./screen.ts";
import { Selection } from "./selection.ts";

/** A frame at most this often, whatever the daemon sends; a key is drawn at once. */
const frameMs = 80;
/** Ages go on while nothing happens. */
const ageMs = 1_000;
/** What has just come under the selection is not decided by a key that was meant for what stood there before. */
const swapMs = 400;
/** A said sentence goes away. */
const saidMs = 12_000;

/** The board: what is known, what the person has set, and the terminal. It turns input into commands and state into frames. */
export class BoardApp implements Desk, Disposable {
  readonly ports: BoardPorts;
  readonly dialogs = new Dialogs(() => this.#drawNow());
  readonly settings: Settings = {
    view: "now",
    whole: false,
    detailTop: 0,
    search: "",
    order: "need",
    gone: false,
    folds: new Set(),
    marks: new Set(),
  };
  readonly #clock: Clock;
  readonly #store = createStore(() => this.#changed());
  readonly #over = new AbortController();
  readonly #screen: Screen;
  readonly #calls: CallsOf;
  readonly #caller = new Caller();
  readonly #selections: Readonly<Record<View, Selection>> = {
    now: new Selection(),
    tree: new Selection(),
    timeline: new Selection(),
  };
  #client: Client | undefined;
  #rows: readonly ListRow[] = [];
  #frame: Frame = { lines: [] };
  #layout: Layout | undefined;
  #said: (Said & { readonly untilMs: number }) | undefined;
  #linkShown = "connecting";
  #busy = false;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #drawing = false;
  #detailOf: string | undefined;
  #detailLines = 0;

  constructor(ports: BoardPorts, clock: Clock) {
    this.ports = ports;
    this.#clock = clock;
    this.#calls = new CallsOf(clock, () => this.#changed());
    this.#screen = new Screen({
      mouse: ports.mouse,
      onInput: (input) => this.#input(input),
      onResize: () => this.#drawNow(),
    });
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }
  get state(): BoardState {
    return this.#store.state;
  }
  get rows(): readonly ListRow[] {
    return this.#rows;
  }
  get row(): ListRow | undefined {
    return this.#rows.find(({ id }) => id === this.#selection.id);
  }
  get hold(): HoldView | undefined {
    const { row } = this;
    return row?.kind === "hold" ? row.hold : row?.kind === "session" ? row.holds[0] : undefined;
  }
  get session(): SessionView | undefined {
    const { row } = this;
    return row?.kind === "session" || row?.kind === "hold" ? row.session : undefined;
  }
  get entry(): EntryView | undefined {
    const { row } = this;
    return row?.kind === "entry" ? row.entry : undefined;
  }
  get page(): number {
    return Math.max(1, (this.settings.whole ? this.#layout?.detail : this.#layout?.list) ?? 10);
  }
  get #selection(): Selection {
    return this.#selections[this.settings.view];
  }

  /** Runs until the person leaves or the signal aborts. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const stop = () => this.quit();
    signal.addEventListener("abort", stop, { once: true });
    this.#screen.open();
    this.#drawNow();
    void every(this.#clock, ageMs, () => this.#changed(), { signal: this.signal });
    try {
      await feed(
        {
          socket: this.ports.socket,
          store: this.#store,
          clock: this.#clock,
          onClient: (client) => {
            this.#client = client;
            if (client !== undefined) void this.#caller.learn(client, this.signal);
          },
          onHold: (hold) => this.#screen.signal(this.#caller.hold(hold)),
        },
        { signal: this.signal },
      );
    } finally {
      signal.removeEventListener("abort", stop);
      this.#screen.close();
    }
  }

  [Symbol.dispose](): void {
    this.quit();
    this.#screen.close();
  }

  readonly client = (): Client => {
    if (this.#client !== undefined && this.state.link.state === "live") return this.#client;
    throw new Refusal("DAEMON_AWAY", "The daemon is away, so nothing can be done now.", "u starts it");
  };
  readonly say = (style: Style, text: string): void => {
    this.#said = { style, text, untilMs: this.#clock.monotonicMs() + saidMs };
    this.#drawNow();
  };
  readonly move = (by: number): void => {
    const ids = this.#ids();
    const steps = Number.isFinite(by) ? by : Math.sign(by) * ids.length;
    this.#selection.move(ids, steps);
    if (this.settings.view === "timeline" && this.#selection.id === ids.at(-1)) void this.#guard(this.older);
  };
  readonly pick = (id: string): void => this.#selection.pick(this.#ids(), id);
  readonly scroll = (by: number): void => {
    const last = Math.max(0, this.#detailLines - (this.#layout?.detail ?? 0));
    this.settings.detailTop = Math.max(0, Math.min(last, this.settings.detailTop + by));
  };
  readonly redraw = (): void => {
    this.#screen.forget();
    this.#drawNow();
  };
  readonly suspend = (): void => this.#screen.suspend();
  readonly quit = (): void => this.#over.abort(new Error("the person left the board"));
  readonly lend = async <T>(task: () => Promise<T>): Promise<T> => {
    this.#screen.close();
    try {
      return await task();
    } finally {
      if (!this.signal.aborted) this.#screen.open();
      this.#drawNow();
    }
  };
  readonly older = async (): Promise<void> => {
    const before = this.state.entries.at(-1)?.seq;
    if (before === undefined || before === 0 || this.settings.search !== "") return;
    const { entries } = await this.client().call("ledger/list", { before, limit: 200 }, { signal: this.signal });
    this.#store.older(entries);
  };

  #input(input: Input): void {
    if (input.kind === "mouse") this.#clicked(input);
    else if (this.dialogs.current !== undefined) this.dialogs.press(input);
    else if (input.kind === "key") this.#pressed(input.key);
    this.#drawNow();
  }

  #clicked(input: Input & { kind: "mouse" }): void {
    const on = targetAt(this.#frame.lines[input.row] ?? [], input.column);
    if (input.what !== "press") {
      if (this.dialogs.current !== undefined) return this.dialogs.press(input);
      const by = input.what === "wheel-up" ? -1 : 1;
      return this.#overList(input) ? this.move(by) : this.scroll(3 * by);
    }
    if (on === undefined) return;
    this.#hit(on);
  }

  #hit(on: Target): void {
    if ("press" in on) return this.dialogs.current === undefined ? this.#pressed(on.press) : undefined;
    if (this.dialogs.current !== undefined) return this.dialogs.pick(on.pick);
    if (on.pick === this.#selection.id) return this.#pressed("enter");
    this.pick(on.pick);
  }

  #overList({ row, column }: { row: number; column: number }): boolean {
    if (this.#layout === undefined) return true;
    const { head, list, listColumns } = this.#layout;
    return row < head + list && column < listColumns;
  }

  #pressed(key: string): void {
    if (key === "?") return void this.dialogs.read("Keys", helpLines(this.#screen.columns));
    if (key === ":" || key === "ctrl-p") return void this.#guard(() => this.#palette());
    const command = commands.find(({ keys, when }) => keys.includes(key) && (when === undefined || when(this)));
    if (command === undefined) {
      const known = commands.find(({ keys }) => keys.includes(key));
      if (known?.decides !== undefined)
        this.say("faint", "Nothing there that this key decides. n goes to the next that needs you.");
      return;
    }
    this.#run(command);
  }

  #run(command: Command): void {
    if (command.decides !== undefined && this.#busy) return;
    if (command.decides === "chosen") {
      if (this.#clock.monotonicMs() - this.#selection.swappedAtMs < swapMs)
        return this.say(
          "warn",
          "This has just taken the other's place, so that key was not taken. Look, then press it again.",
        );
    }
    this.#said = undefined;
    void this.#guard(() => command.run(this), command.decides !== undefined);
  }

  async #palette(): Promise<void> {
    const able = commands.filter(({ when }) => when === undefined || when(this));
    const choices = able.map(({ title, keys, group }) => ({ id: title, title, note: `${group}  ${keys[0] ?? ""}` }));
    const chosen = await this.dialogs.choose(":", choices);
    const command = able.find(({ title }) => title === chosen);
    if (command !== undefined) this.#run(command);
  }

  /** What goes wrong is said, with what to do about it; while something is decided, no other key decides. */
  async #guard(task: () => void | Promise<void>, decides = false): Promise<void> {
    if (decides) this.#busy = true;
    try {
      await task();
    } catch (error) {
      if (this.signal.aborted) return;
      const hint = error instanceof Refusal && error.hint !== undefined ? ` ${stopped(error.hint)}` : "";
      this.say("bad", `Not done: ${stopped(error instanceof Error ? error.message : String(error))}${hint}`);
    } finally {
      if (decides) this.#busy = false;
      this.#drawNow();
    }
  }

  /** Something changed: draw soon, many changes in one frame. */
  #changed(): void {
    if (this.#drawing || this.signal.aborted) return;
    this.#drawing = true;
    const waitMs = Math.max(0, frameMs - (this.#clock.monotonicMs() - this.#drawnAtMs));
    this.#clock.sleep(waitMs, { signal: this.signal }).then(
      () => {
        this.#drawing = false;
        this.#drawNow();
      },
      () => {}, // the board is being left
    );
  }

  #drawNow(): void {
    if (this.signal.aborted) return;
    this.#screen.signal(this.#caller.look(this.state));
    this.#drawnAtMs = this.#clock.monotonicMs();
    this.#frame = draw(this.#page());
    this.#screen.draw(this.#frame);
  }

  #page(): Page {
    const { settings, state, dialogs } = this;
    const nowMs = state.link.state === "away" ? state.link.sinceMs : this.#clock.nowMs();
    const selection = this.#selection;
    this.#rows = listedRows(state, this.settings);
    selection.settle(this.#ids(), this.#clock.monotonicMs(), (id) => heirsOf(this.#rows, id));
    for (const id of settings.marks) if (!state.holds.has(id)) settings.marks.delete(id);
    if (selection.id !== this.#detailOf) settings.detailTop = 0;
    this.#detailOf = selection.id;
    // What was said of a daemon that was away, or there, is old news once that has changed; what was done stays done.
    if (state.link.state !== this.#linkShown && this.#said?.style !== "good") this.#said = undefined;
    this.#linkShown = state.link.state;
    const { columns, rows } = this.#screen;
    if (this.#said !== undefined && this.#clock.monotonicMs() > this.#said.untilMs) this.#said = undefined;
    const saidRows = saidLines({ said: this.#said, layout: { size: { columns, rows }, foot: rows } as Layout }).length;
    const layout = layoutOf({ columns, rows }, this.#rows.length, settings.view, settings.whole, Math.min(4, saidRows));
    this.#layout = layout;
    this.#rows = aired(this.#rows, layout.list);
    this.#calls.follow(this.#client, layout.detail > 0 ? this.session : undefined);
    const detail = detailOf(this, this.#calls, layout.detailColumns, nowMs);
    this.#detailLines = detail.length;
    settings.detailTop = Math.max(0, Math.min(settings.detailTop, detail.length - layout.detail));
    const at = this.#rows.findIndex(({ id }) => id === selection.id);
    selection.scrollTo(Math.max(0, at), this.#rows.length, Math.max(1, layout.list));
    return {
      state,
      layout,
      view: settings.view,
      rows: this.#rows,
      top: selection.top,
      detailTop: settings.detailTop,
      chosen: selection.id,
      marks: settings.marks,
      detail,
      empty: this.#rows.length === 0 ? emptyWords(this) : [],
      search: settings.search,
      order: settings.order,
      said: this.#said,
      dialog: dialogs.current,
      hints: hintsOf(this),
      nowMs: this.#clock.nowMs(),
    };
  }

  /** Lines that can be chosen. */
  #ids(): readonly string[] {
    return this.#rows.filter(({ kind }) => kind !== "heading" && kind !== "gap").map(({ id }) => id);
  }
}
