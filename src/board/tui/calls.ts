import type { Client } from "../../client/index.ts";
import type { Clock } from "../../kit/clock.ts";
import { Refusal } from "../../protocol/refusals.ts";
import type { RecentCall, SessionView } from "../../protocol/session-view.ts";
import { keyOf } from "../model/index.ts";

/** The latest tool calls of the session that is looked at, asked for again when it did something, and at most this often. */
const askMs = 1_000;
const callsShown = 30;

export class CallsOf {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #key = "";
  #seen = "";
  #asking = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #calls: readonly RecentCall[] | undefined;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Undefined until they are known. */
  of({ agent, id }: SessionView): readonly RecentCall[] | undefined {
    return keyOf(agent, id) === this.#key ? this.#calls : undefined;
  }

  /** Told at each frame what is looked at. */
  follow(client: Client | undefined, session: SessionView | undefined): void {
    if (client === undefined || session === undefined) return;
    const key = keyOf(session.agent, session.id);
    const seen = `${key} ${session.lastSeenAt} ${session.toolCalls} ${session.state}`;
    if (key !== this.#key) {
      this.#calls = undefined;
      this.#askedAtMs = Number.NEGATIVE_INFINITY;
    }
    this.#key = key;
    if (this.#asking || seen === this.#seen || this.#clock.monotonicMs() - this.#askedAtMs < askMs) return;
    this.#seen = seen;
    this.#asking = true;
    this.#askedAtMs = this.#clock.monotonicMs();
    client
      .call("session/show", { agent: session.agent, session: session.id, calls: callsShown })
      .then(({ calls }) => {
        if (this.#key === key) this.#calls = calls;
      })
      .catch((error: unknown) => {
        // Gone in between, or the daemon is: both are on the board already.
        if (!(error instanceof Refusal)) throw error;
        this.#seen = "";
      })
      .finally(() => {
        this.#asking = false;
        this.#changed();
      });
  }
}
