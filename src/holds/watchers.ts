import type { Log } from "../kit/log.ts";
import type { HoldView } from "../protocol/operations/holds.ts";
import { Refusal } from "../protocol/refusals.ts";

/** One more is refused BUSY. */
const watchersMax = 256;

/** Who hears of each change. A listener that answers false or throws is taken off: one broken reader harms nobody. */
export class Watchers {
  readonly #listeners = new Set<(hold: HoldView) => boolean>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  get count(): number {
    return this.#listeners.size;
  }

  add(listener: (hold: HoldView) => boolean): () => void {
    if (this.#listeners.size >= watchersMax)
      throw new Refusal(
        "BUSY",
        `${watchersMax} watchers are attached already`,
        "end one of them, then: signalbox hold watch",
      );
    const own = (hold: HoldView) => listener(hold);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(hold: HoldView): void {
    for (const listener of this.#listeners) {
      try {
        if (!listener(hold)) this.#listeners.delete(listener);
      } catch (error) {
        this.#listeners.delete(listener);
        this.#log.error({ err: error, hold: hold.id }, "a watcher of holds failed and was taken off");
      }
    }
  }
}
