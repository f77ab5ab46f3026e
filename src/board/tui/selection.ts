/** Which line of a list is chosen. It is bound to the line's id, so it stays on it wherever the line moves. */
export class Selection {
  #id: string | undefined;
  #index = 0;
  /** When another line took the chosen one's place and the person has not moved since; monotonic milliseconds. */
  swappedAtMs = Number.NEGATIVE_INFINITY;
  /** First line that is drawn. */
  top = 0;

  get id(): string | undefined {
    return this.#id;
  }

  /**
   * After the lines have changed: the same id, else the nearest of its heirs, else what stands where it stood.
   * @param heirsOf  lines that may take the place of one that is gone
   */
  settle(ids: readonly string[], nowMs: number, heirsOf: (id: string) => readonly string[]): void {
    const at = this.#id === undefined ? -1 : ids.indexOf(this.#id);
    if (at >= 0) {
      this.#index = at;
      return;
    }
    const here = Math.max(0, Math.min(this.#index, ids.length - 1));
    const heirs = this.#id === undefined ? [] : heirsOf(this.#id).map((id) => ids.indexOf(id));
    if (this.#id !== undefined) this.swappedAtMs = nowMs;
    this.#index = heirs.toSorted((a, b) => Math.abs(a - here) - Math.abs(b - here))[0] ?? here;
    this.#id = ids[this.#index];
  }

  pick(ids: readonly string[], id: string): void {
    const at = ids.indexOf(id);
    if (at >= 0) this.#choose(ids, at);
  }

  move(ids: readonly string[], by: number): void {
    this.#choose(ids, Math.max(0, Math.min(ids.length - 1, this.#index + by)));
  }

  /** What the person chose they have seen. */
  #choose(ids: readonly string[], index: number): void {
    this.#index = index;
    this.#id = ids[index];
    this.swappedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Moves the window so that line `at` of `count` is in it, with the lines around it where there is room. */
  scrollTo(at: number, count: number, rows: number): void {
    const margin = Math.min(2, Math.floor((rows - 1) / 2));
    this.top = Math.min(this.top, Math.max(0, at - margin));
    this.top = Math.max(this.top, at + margin - rows + 1);
    this.top = Math.max(0, Math.min(this.top, count - rows));
  }
}
