import type { FileEvent } from "./types.ts";

/** Files that only editors make and take away again, named by their habits (vim, emacs). */
const scratch = /(^|\/)(\.[^/]*\.sw[a-z]|[^/]*~|\.#[^/]*|#[^/]*#|4913)$/;
const inside = /(^|\/)(\.git|node_modules)(\/|$)/;

/** What vanished and what appeared in one folder, until it is taken; bounded. Paths are relative to the folder. */
export class Burst {
  readonly gone = new Set<string>();
  readonly appeared = new Set<string>();
  readonly sinceMs: number;
  untilMs: number;
  /** All that were told while it lasted, writes and what does not count too. */
  events = 0;
  readonly #pathsMax: number;
  #lost: string | undefined;
  #beyond = 0;

  constructor(atMs: number, pathsMax: number) {
    this.sinceMs = this.untilMs = atMs;
    this.#pathsMax = pathsMax;
  }

  /** Why it is not whole. */
  get lost(): string | undefined {
    if (this.#beyond === 0) return this.#lost;
    return `more than ${this.#pathsMax} paths changed at once; ${this.#beyond} more changes are not counted`;
  }

  set lost(why: string | undefined) {
    this.#lost = why;
  }

  take(path: string, type: FileEvent["type"], atMs: number): void {
    this.untilMs = atMs;
    if (type === "delete") {
      if (!this.appeared.delete(path)) this.#add(this.gone, path);
    } else if (type === "create" && !this.gone.delete(path)) this.#add(this.appeared, path);
  }

  #add(paths: Set<string>, path: string): void {
    if (paths.size < this.#pathsMax || paths.has(path)) paths.add(path);
    else this.#beyond += 1;
  }
}

/** Whether its vanishing is worth an entry by its name: nothing of git's own, of installed packages, of editors. */
export function counts(path: string): boolean {
  return !inside.test(path) && !scratch.test(path);
}
