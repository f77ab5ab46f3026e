/** Something that has work: does a small piece and says whether there is more. */
export type Piece = () => boolean;

/** Longest that queued pieces keep the loop, in milliseconds; then sockets, timers and the other connections have their turn. */
const turnMsMax = 2;

/**
 * Fair scheduling: connections with frames to read take turns, a few frames each, and the event loop turns between. So a
 * connection with 100,000 frames costs the others a turn of `turnMsMax`, not its whole backlog. At most one entry per connection waits.
 */
export class Turns {
  readonly #monotonicMs: () => number;
  #waiting: Piece[] = [];
  #scheduled = false;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Whether anybody waits; then a newcomer must wait too. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  add(piece: Piece): void {
    this.#waiting.push(piece);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const until = this.#monotonicMs() + turnMsMax;
    const waiting = this.#waiting;
    this.#waiting = [];
    let at = 0;
    const again: Piece[] = [];
    do {
      const piece = waiting[at];
      at += 1;
      if (piece?.() === true) again.push(piece);
    } while (at < waiting.length && this.#monotonicMs() < until);
    // Who had no turn goes first in the next; then those that came meanwhile; then those that have more.
    const rest = at === 0 ? waiting : waiting.slice(at);
    for (const piece of [...rest, ...this.#waiting.splice(0), ...again]) this.add(piece);
  }
}
