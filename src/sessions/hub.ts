import { type Clock, every } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import type { PushOf } from "../protocol/pushes.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { SessionRef, SessionView } from "../protocol/session-view.ts";

export type SessionsChanged = PushOf<"session/changed">;

/** What a reader wants to see. */
export type Shown = (view: SessionView) => boolean;

/** The reading end of one stream. */
export interface Reader {
  readonly signal: AbortSignal;
  /** Nobody looks at what it gets just now: a hidden tab, the daemon's own notifications. It hears everything all the same. */
  readonly unseen?: boolean;
  /** False: the stream is over. */
  push(changed: SessionsChanged): boolean;
  /** Resolves when what was pushed has been taken; rejects when the stream is over. */
  caughtUp(): Promise<void>;
  end(): void;
}

export interface HubOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Names this run of the daemon: a cursor of another run means nothing here. */
  readonly epoch: string;
  readonly watchersMax: number;
  readonly behindMax: number;
  /** Sessions whose newest change is remembered; more than are shown at once, so that those that went can be told of. */
  readonly numbersMax: number;
  /** Keys of all sessions that boards show, oldest first. */
  readonly keys: () => Iterable<string>;
  /** The session as it is now; undefined when boards do not show it (any more). */
  readonly view: (key: string) => SessionView | undefined;
  readonly refOf: (key: string) => SessionRef;
}

/** Changes within this long go out together. */
const lingerMs = 10;
/** A stream that had nothing to say for this long says that. */
const heartbeatMs = 15_000;

interface Subscriber {
  readonly reader: Reader;
  readonly shown: Shown | undefined;
  /** Sessions that changed since the last push to it. Never more than there are sessions: that is its bounded queue. */
  readonly changed: Set<string>;
  /** With a filter: what it was told of, so that it hears when one of these is gone. Without one it hears of all that are gone. */
  readonly told: Set<string> | undefined;
  /** It has not taken the last push yet. */
  busy: boolean;
  toldAtMs: number;
}

/**
 * Who hears of which session. Each change gets a number; a reader gets all sessions first and then those that changed, at most one
 * push under way for each reader: what changes meanwhile waits as a set of sessions, so a reader that stops costs its set and
 * nothing else, and gets the newest state of each session or, beyond `behindMax`, everything afresh.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #subscribers = new Set<Subscriber>();
  /** Number of the newest change of each session. */
  readonly #numbers = new Map<string, number>();
  readonly #views = new Map<string, { readonly number: number; readonly view: SessionView | undefined }>();
  #number = 0;
  /** Changes up to this number are not known any more. */
  #forgotten = 0;
  #lingering = false;
  /** Sessions that changed since the last flush of all. */
  readonly #fresh = new Set<string>();
  #beating: AbortController | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Streams that somebody looks at. */
  get watchers(): number {
    let seen = 0;
    for (const { reader } of this.#subscribers) if (reader.unseen !== true) seen += 1;
    return seen;
  }

  changed(key: string): void {
    this.#number += 1;
    this.#numbers.delete(key);
    this.#numbers.set(key, this.#number);
    this.#views.delete(key);
    this.#trim();
    if (this.#subscribers.size === 0) return;
    this.#fresh.add(key);
    for (const { changed } of this.#subscribers) changed.add(key);
    if (!this.#lingering) void this.#linger();
  }

  /** The session as it was at its last change. */
  view(key: string): SessionView | undefined {
    const number = this.#numbers.get(key) ?? 0;
    const known = this.#views.get(key);
    if (known?.number === number) return known.view;
    const view = this.#options.view(key);
    if (view === undefined) this.#views.delete(key);
    else this.#views.set(key, { number, view });
    return view;
  }

  /**
   * @param shown  its filter, if it has one
   * @param after  a cursor: begin with what changed since, if that is known
   * @throws Refusal BUSY
   */
  watch(reader: Reader, shown: Shown | undefined, after: string | undefined): SessionsChanged {
    if (this.#subscribers.size >= this.#options.watchersMax)
      throw new Refusal("BUSY", `${this.#subscribers.size} streams of sessions are open already`, "End one of them.");
    const subscriber: Subscriber = {
      reader,
      shown,
      changed: new Set(),
      told: shown && new Set(),
      busy: false,
      toldAtMs: this.#options.clock.monotonicMs(),
    };
    const since = this.#since(after);
    const first = since === undefined ? this.#snapshot(subscriber) : this.#changes(subscriber, since, true);
    this.#subscribers.add(subscriber);
    reader.signal.addEventListener("abort", () => this.#remove(subscriber), { once: true });
    if (reader.signal.aborted) this.#remove(subscriber);
    else this.#beat();
    return first;
  }

  #since(after: string | undefined): string[] | undefined {
    if (after === undefined) return undefined;
    const [epoch, number] = after.split(":");
    if (epoch !== this.#options.epoch || number === undefined || !/^\d{1,15}$/.test(number)) return undefined;
    if (Number(number) > this.#number || Number(number) < this.#forgotten) return undefined;
    const keys = [...this.#numbers].filter(([, changed]) => changed > Number(number)).map(([key]) => key);
    return keys.length > this.#options.behindMax ? undefined : keys;
  }

  /** The oldest changes are forgotten: a cursor from before them gets a snapshot. */
  #trim(): void {
    if (this.#numbers.size <= this.#options.numbersMax) return;
    const [key, number] = this.#numbers.entries().next().value as [string, number];
    this.#numbers.delete(key);
    this.#views.delete(key);
    this.#forgotten = number;
  }

  get #cursor(): string {
    return `${this.#options.epoch}:${this.#number}`;
  }

  #snapshot({ shown, told, changed }: Subscriber): SessionsChanged {
    changed.clear();
    told?.clear();
    const sessions: SessionView[] = [];
    for (const key of this.#options.keys()) {
      const view = this.view(key);
      if (view === undefined || shown?.(view) === false) continue;
      sessions.push(view);
      told?.add(key);
    }
    return { cursor: this.#cursor, snapshot: true, sessions, removed: [] };
  }

  /** @param resumed  it may know of sessions that this run of the stream never told it of */
  #changes({ shown, told }: Subscriber, keys: Iterable<string>, resumed: boolean): SessionsChanged {
    const sessions: SessionView[] = [];
    const removed: SessionRef[] = [];
    for (const key of keys) {
      const view = this.view(key);
      if (view !== undefined && shown?.(view) !== false) {
        sessions.push(view);
        told?.add(key);
      } else if (resumed || told === undefined || told.delete(key)) removed.push(this.#options.refOf(key));
    }
    return { cursor: this.#cursor, snapshot: false, sessions, removed };
  }

  async #linger(): Promise<void> {
    this.#lingering = true;
    await this.#options.clock.sleep(lingerMs, { signal: neverAborted });
    this.#lingering = false;
    // Readers without a filter that are up to date get one and the same push: it is made, and put into JSON, once for all of them.
    const fresh = [...this.#fresh];
    this.#fresh.clear();
    let shared: SessionsChanged | undefined;
    for (const subscriber of this.#subscribers) {
      if (subscriber.busy) continue;
      const upToDate = subscriber.shown === undefined && subscriber.changed.size === fresh.length;
      this.#flushOrEnd(subscriber, () =>
        upToDate
          ? (shared ??= this.#changes(subscriber, fresh, false))
          : this.#changes(subscriber, subscriber.changed, false),
      );
    }
  }

  /** A reader whose stream can't be made is taken off; the others are not harmed. */
  #flushOrEnd(subscriber: Subscriber, make = () => this.#changes(subscriber, subscriber.changed, false)): void {
    try {
      this.#flush(subscriber, make);
    } catch (error) {
      this.#options.log.error({ err: error }, "a stream of sessions failed and was taken off");
      this.#remove(subscriber);
      subscriber.reader.end();
    }
  }

  #flush(subscriber: Subscriber, make: () => SessionsChanged): void {
    if (subscriber.changed.size === 0) return;
    const { changed } = subscriber;
    if (changed.size > this.#options.behindMax) return this.#push(subscriber, this.#snapshot(subscriber));
    const pushed = make();
    changed.clear();
    if (pushed.sessions.length > 0 || pushed.removed.length > 0) this.#push(subscriber, pushed);
  }

  #push(subscriber: Subscriber, pushed: SessionsChanged): void {
    subscriber.toldAtMs = this.#options.clock.monotonicMs();
    subscriber.busy = true;
    if (!subscriber.reader.push(pushed)) return this.#remove(subscriber);
    subscriber.reader.caughtUp().then(
      () => {
        subscriber.busy = false;
        if (this.#subscribers.has(subscriber) && !this.#lingering) this.#flushOrEnd(subscriber);
      },
      () => this.#remove(subscriber), // the stream is over: its reader knows why
    );
  }

  #remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) {
      this.#beating?.abort(new Error("nobody watches"));
      this.#beating = undefined;
    }
  }

  /** While anybody watches. */
  #beat(): void {
    if (this.#beating !== undefined) return;
    const beating = new AbortController();
    this.#beating = beating;
    const { clock } = this.#options;
    void every(
      clock,
      heartbeatMs,
      () => {
        const empty = { cursor: this.#cursor, snapshot: false, sessions: [], removed: [] };
        for (const subscriber of this.#subscribers)
          if (!subscriber.busy && clock.monotonicMs() - subscriber.toldAtMs >= heartbeatMs)
            this.#push(subscriber, empty);
      },
      { signal: beating.signal },
    );
  }
}

const neverAborted = new AbortController().signal;
