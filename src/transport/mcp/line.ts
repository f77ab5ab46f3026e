import type { Clock } from "../../kit/clock.ts";
import type { CallOf, OperationName, OutputOf } from "../../protocol/operations/index.ts";
import { Refusal } from "../../protocol/refusals.ts";

/** The part of the typed client that is used here. */
export interface DaemonClient extends AsyncDisposable {
  call<Name extends OperationName>(
    name: Name,
    input: CallOf<Name>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<OutputOf<Name>>;
  readonly closed: AbortSignal;
}

/** Before asking again when the daemon went away in the middle of a call (it may be restarting). */
export const retryAfterMs = [250, 1_000, 3_000] as const;

/** The line to the daemon: opened when first needed, opened anew after it was lost. */
export class Line {
  readonly #connect: (signal: AbortSignal) => Promise<DaemonClient>;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  #client: Promise<DaemonClient> | undefined;

  constructor(connect: (signal: AbortSignal) => Promise<DaemonClient>, clock: Clock, closing: AbortSignal) {
    this.#connect = connect;
    this.#clock = clock;
    this.#closing = closing;
  }

  /**
   * Asks the daemon. When it drains or is lost in the middle, asks again a few times: an identical call joins the hold that
   * the first one opened, so nothing is asked of the person twice.
   * @throws Refusal  the daemon's, or DAEMON_AWAY
   */
  async call<Name extends OperationName>(name: Name, input: CallOf<Name>, asked: AbortSignal): Promise<OutputOf<Name>> {
    const signal = AbortSignal.any([asked, this.#closing]);
    for (let attempt = 0; ; attempt += 1) {
      let connected = false;
      try {
        const client = await this.#open(signal);
        connected = true;
        return await client.call(name, input, { signal });
      } catch (error) {
        const waitMs = retryAfterMs[attempt];
        const lost =
          error instanceof Refusal &&
          (error.code === "DRAINING" || (error.code === "DAEMON_AWAY" && (connected || attempt > 0)));
        if (!lost || waitMs === undefined || signal.aborted) throw error;
        await this.#clock.sleep(waitMs, { signal });
      }
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined); // what never opened needs no closing
    await client?.[Symbol.asyncDispose]();
  }

  #open(signal: AbortSignal): Promise<DaemonClient> {
    if (this.#client !== undefined) return this.#client;
    const opening = this.#connect(signal);
    this.#client = opening;
    const forget = () => {
      if (this.#client === opening) this.#client = undefined;
    };
    opening.then((client) => {
      if (client.closed.aborted) forget();
      else client.closed.addEventListener("abort", forget, { once: true });
    }, forget);
    return opening;
  }
}
