import type { Clock } from "../kit/clock.ts";
import { Refusal } from "../protocol/refusals.ts";

export interface RequestKeysOptions {
  readonly clock: Clock;
  /** Answers that are kept; the oldest finished one goes first. */
  readonly requestKeysMax: number;
  readonly requestKeyAgeMsMax: number;
  /** How long a request lives on when its last connection is lost, so that the hook can come back. Default 1 s. */
  readonly reconnectMs?: number;
}

interface Request<Answer> {
  readonly content: string;
  readonly answer: Promise<Answer>;
  readonly stop: AbortController;
  callers: number;
  /** Counts callers, so that one who left long ago does not end the wait for one who has just left. */
  arrivals: number;
  finishedAtMs: number | undefined;
}

/**
 * Answers each request key once: a hook that lost its connection comes back with the same key and gets the answer of the same
 * work, running or finished. The work outlives a lost connection by `reconnectMs`; then its signal aborts.
 * Bounded by count and age. A key that comes with other content is refused: keys are random, so that is a mistake or a forgery.
 */
export class RequestKeys<Answer> {
  readonly #options: RequestKeysOptions;
  readonly #requests = new Map<string, Request<Answer>>();

  constructor(options: RequestKeysOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#requests.size;
  }

  /**
   * @param content  a hash of what was asked
   * @param work     runs once per key; a work that rejects is forgotten, so that a retry may succeed
   * @param signal   the caller's own; when it aborts, this call rejects with its reason
   * @throws Refusal CONFLICT  the key was used for other content · BUSY  all `requestKeysMax` keys are in flight
   */
  answer(
    key: string,
    content: string,
    work: (signal: AbortSignal) => Promise<Answer>,
    { signal }: { signal: AbortSignal },
  ): Promise<Answer> {
    this.#forgetOld();
    let request = this.#requests.get(key);
    if (request !== undefined && request.content !== content)
      return Promise.reject(
        new Refusal(
          "CONFLICT",
          "this request key was already used for another request",
          "make a new random key for each call",
        ),
      );
    if (request === undefined) {
      if (!this.#makeRoom())
        return Promise.reject(
          new Refusal(
            "BUSY",
            `${this.#options.requestKeysMax} requests are in flight`,
            "try again when some are answered",
          ),
        );
      request = this.#start(key, content, work);
    }
    return this.#attach(request, signal);
  }

  #start(key: string, content: string, work: (signal: AbortSignal) => Promise<Answer>): Request<Answer> {
    const stop = new AbortController();
    const answer = Promise.try(work, stop.signal);
    const request: Request<Answer> = { content, answer, stop, callers: 0, arrivals: 0, finishedAtMs: undefined };
    this.#requests.set(key, request);
    answer.then(
      () => {
        request.finishedAtMs = this.#options.clock.monotonicMs();
        // Kept in the order of finishing, so that the oldest answer stands first.
        if (this.#requests.get(key) === request) {
          this.#requests.delete(key);
          this.#requests.set(key, request);
        }
      },
      () => {
        if (this.#requests.get(key) === request) this.#requests.delete(key);
      },
    );
    return request;
  }

  #attach(request: Request<Answer>, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) {
      if (request.callers === 0) this.#abandon(request, signal.reason);
      return Promise.reject(signal.reason);
    }
    request.callers += 1;
    request.arrivals += 1;
    return new Promise<Answer>((resolve, reject) => {
      let attached = true;
      const leave = () => {
        if (!attached) return;
        attached = false;
        signal.removeEventListener("abort", lost);
        request.callers -= 1;
      };
      const lost = () => {
        leave();
        if (request.callers === 0) this.#abandon(request, signal.reason);
        reject(signal.reason);
      };
      signal.addEventListener("abort", lost, { once: true });
      request.answer.then(
        (value) => {
          leave();
          resolve(value);
        },
        (error: unknown) => {
          leave();
          reject(error);
        },
      );
    });
  }

  /** A draining daemon ends the work at once (it leaves holds open); a lost connection may come back. */
  #abandon(request: Request<Answer>, reason: unknown): void {
    if (request.finishedAtMs !== undefined) return;
    if (reason instanceof Refusal && reason.code === "DRAINING") return request.stop.abort(reason);
    const { arrivals } = request;
    this.#options.clock.sleep(this.#options.reconnectMs ?? 1_000, { signal: request.stop.signal }).then(
      () => {
        if (request.callers === 0 && request.arrivals === arrivals && request.finishedAtMs === undefined)
          request.stop.abort(reason);
      },
      () => {}, // aborted meanwhile: nothing is left to end
    );
  }

  #makeRoom(): boolean {
    if (this.#requests.size < this.#options.requestKeysMax) return true;
    for (const [key, request] of this.#requests) {
      if (request.finishedAtMs === undefined) continue;
      this.#requests.delete(key);
      return true;
    }
    return false;
  }

  #forgetOld(): void {
    const old = this.#options.clock.monotonicMs() - this.#options.requestKeyAgeMsMax;
    for (const [key, request] of this.#requests) {
      if (request.finishedAtMs === undefined) continue;
      if (request.finishedAtMs > old) return;
      this.#requests.delete(key);
    }
  }
}
