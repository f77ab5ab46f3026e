import type { Clock } from "../kit/clock.ts";
import type { Sink } from "./types.ts";

/** A sink that takes longer is given up on for this note. */
const publishMsMax = 30_000;
/** Notes that may wait for one sink; a later one is left out, and the report says so. The next that fits vouches for all before. */
const notesMax = 64;

/** Brings notes to one sink, one after the other, so that a slow or dead sink delays nobody but itself. */
export class SinkFeed {
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #report: (what: string, error: unknown) => void;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(sink: Sink, clock: Clock, report: (what: string, error: unknown) => void) {
    this.#sink = sink;
    this.#clock = clock;
    this.#report = report;
  }

  /** Resolves when the note is there, or was reported as not. */
  add(note: string, signal: AbortSignal): Promise<void> {
    if (this.#waiting >= notesMax) {
      this.#fail(new Error(`${notesMax} checkpoints wait for it already; this one is left out`));
      return Promise.resolve();
    }
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#publish(note, signal));
    return this.#last;
  }

  /** Resolves when nothing waits any more. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #publish(note: string, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    const tooSlow = async (): Promise<never> => {
      await this.#clock.sleep(publishMsMax, { signal: until });
      throw new Error(`it did not answer within ${publishMsMax} ms`);
    };
    try {
      await Promise.race([this.#sink.publish(note, { signal: until }), tooSlow()]);
    } catch (error) {
      this.#fail(error);
    } finally {
      stop.abort(new Error("the note is dealt with"));
      this.#waiting -= 1;
    }
  }

  #fail(error: unknown): void {
    this.#report(`checkpoint sink ${this.#sink.name}`, error);
  }
}
