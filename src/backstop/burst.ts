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
  /** Why it is not whole. */
  lost: string | undefined;
  readonly #pathsMax: number;

  constructor(atMs: number, pathsMax: number) {
    this.sinceMs = this.untilMs = atMs;
    this.#pathsMax = pathsMax;
  }

  take(path: string, type: FileEvent["type"], atMs: number): void {
    this.untilMs = atMs;
    if (type === "delete") {
      if (!this.appeared.delete(path)) this.#add(this.gone, path);
    } else if (type === "create" && !this.gone.delete(path)) this.#add(this.appeared, path);
  }

  #add(paths: Set<string>, path: string): void {
    if (paths.size < this.#pathsMax || paths.has(path)) paths.add(path);
    else this.lost ??= `more than ${this.#pathsMax} paths changed at once`;
  }
}

/** Whether its vanishing is worth an entry by its name: nothing of git's own, of installed packages, of editors. */
export function counts(path: string): boolean {
  return !inside.test(path) && !scratch.test(path);
}
