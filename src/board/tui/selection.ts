/** Which line of a list is chosen. It is bound to the line's id, so it stays on it wherever the line moves. */
export class Selection {
  #id: string | undefined;
  #index = 0;
  /** When another line took the chosen one's place without the person's doing; monotonic milliseconds. */
  swappedAtMs = Number.NEGATIVE_INFINITY;
  /** First line that is drawn. */
  top = 0;

  get id(): string | undefined {
    return this.#id;
  }

  /** After the lines have changed: the same id, else what stands where it stood. */
  settle(ids: readonly string[], nowMs: number): void {
    const at = this.#id === undefined ? -1 : ids.indexOf(this.#id);
    if (at >= 0) {
      this.#index = at;
      return;
    }
    if (this.#id !== undefined) this.swappedAtMs = nowMs;
    this.#index = Math.max(0, Math.min(this.#index, ids.length - 1));
    this.#id = ids[this.#index];
  }

  pick(ids: readonly string[], id: string): void {
    const at = ids.indexOf(id);
    if (at < 0) return;
    this.#index = at;
    this.#id = id;
  }

  move(ids: readonly string[], by: number): void {
    this.#index = Math.max(0, Math.min(ids.length - 1, this.#index + by));
    this.#id = ids[this.#index];
  }

  /** Moves the window so that line `at` of `count` is in it, with the lines around it where there is room. */
  scrollTo(at: number, count: number, rows: number): void {
    const margin = Math.min(2, Math.floor((rows - 1) / 2));
    this.top = Math.min(this.top, Math.max(0, at - margin));
    this.top = Math.max(this.top, at + margin - rows + 1);
    this.top = Math.max(0, Math.min(this.top, count - rows));
  }
}
