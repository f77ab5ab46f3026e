import type { Clock } from "../kit/clock.ts";
import type { Log } from "../kit/log.ts";
import { type Message, messageOf, type Notice } from "./notice.ts";
import type { Sender } from "./sender.ts";

/** Notices that wait for the period's end, by channel; of more only the count is told. */
const waitingMax = 64;
/** One attempt may take this long. */
const sendMsMax = 10_000;
const retryMs = [2_000, 10_000] as const;

export interface ChannelStatus {
  readonly channel: string;
  readonly kind: string;
  readonly sent: number;
  readonly problem: string | null;
}

/** What goes to one channel: one message at a time, at most one a period, tried again when it fails. */
export class Outbox {
  readonly name: string;
  readonly kind: string;
  readonly #sender: Sender;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #periodMs: number;
  readonly #stop: AbortSignal;
  #waiting: Notice[] = [];
  /** How many there were, kept or not. */
  #count = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #running = false;
  #sent = 0;
  #problem: string | undefined;

  constructor(
    about: { readonly name: string; readonly kind: string },
    sender: Sender,
    ports: { readonly clock: Clock; readonly log: Log; readonly periodMs: number; readonly stop: AbortSignal },
  ) {
    this.name = about.name;
    this.kind = about.kind;
    this.#sender = sender;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#periodMs = ports.periodMs;
    this.#stop = ports.stop;
  }

  status(): ChannelStatus {
    const problem = this.#sender.problem ?? this.#problem ?? null;
    return { channel: this.name, kind: this.kind, sent: this.#sent, problem };
  }

  /** Never throws, never waits. */
  put(notice: Notice): void {
    if (this.#sender.problem !== undefined || this.#stop.aborted) return;
    this.#count += 1;
    this.#waiting.push(notice);
    if (this.#waiting.length > waitingMax) this.#waiting.shift();
    if (this.#running) return;
    void this.#run();
  }

  /** What no longer stands is not told any more. */
  drop(key: string): void {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((notice) => notice.key !== key);
    this.#count -= before - this.#waiting.length;
  }

  /** @throws Error  what went wrong, at once */
  async send(message: Message, signal: AbortSignal): Promise<void> {
    try {
      await this.#sender.send(message, { signal: AbortSignal.any([signal, AbortSignal.timeout(sendMsMax)]) });
      this.#sent += 1;
      this.#problem = undefined;
    } catch (error) {
      if (!signal.aborted) this.#fail((error as Error).message);
      throw error;
    }
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      await this.#deliverAll();
    } finally {
      this.#running = false; // in the same breath as the last look: what is put from now on starts anew
    }
  }

  async #deliverAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stop.aborted) {
      if (!(await this.#pause(this.#lastMs + this.#periodMs - this.#clock.monotonicMs()))) return;
      if (this.#waiting.length === 0) return; // all of it was cleared meanwhile
      const message = messageOf(this.#waiting, this.#count);
      this.#waiting = [];
      this.#count = 0;
      this.#lastMs = this.#clock.monotonicMs();
      await this.#deliver(message);
    }
  }

  async #deliver(message: Message): Promise<void> {
    for (const pauseMs of [0, ...retryMs]) {
      if (!(await this.#pause(pauseMs))) return;
      try {
        return await this.send(message, this.#stop);
      } catch {
        // `send` has said it
        if (this.kind === "desktop") return; // a desktop that is not there now is not there in ten seconds
      }
    }
  }

  /** Logged when it begins to fail, not each time. */
  #fail(why: string): void {
    if (this.#problem === undefined)
      this.#log.warn({ channel: this.name, why }, "a notification could not be told; try: signalbox notify test");
    this.#problem = why;
  }

  async #pause(ms: number): Promise<boolean> {
    if (ms <= 0) return !this.#stop.aborted;
    try {
      await this.#clock.sleep(ms, { signal: this.#stop });
      return true;
    } catch {
      return false; // stopped: there is nobody left to tell
    }
  }
}
