import type { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import type { SessionKey } from "./types.ts";

/** Paths of one session; what comes after them is not remembered, so it is judged as somebody else's. */
export const madePathsMax = 2_000;
const pathCharsMax = 4_096;

/** What each session itself created. For works of the store; `has` may be asked at any time. */
export class Made {
  readonly #sql;

  constructor(db: DatabaseSync) {
    this.#sql = {
      count: db.prepare("SELECT count(*) AS n FROM sessions_made WHERE agent = ? AND session = ?"),
      add: db.prepare("INSERT OR IGNORE INTO sessions_made (agent, session, path) VALUES (?, ?, ?)"),
      has: db.prepare("SELECT 1 FROM sessions_made WHERE agent = ? AND session = ? AND path = ?"),
      forget: db.prepare("DELETE FROM sessions_made WHERE agent = ? AND session = ?"),
    };
  }

  add({ agent, session }: SessionKey, paths: readonly string[]): void {
    if (paths.length === 0) return;
    let { n } = this.#sql.count.get(agent, session) as { n: number };
    for (const path of paths) {
      if (n >= madePathsMax) return;
      if (!path.startsWith("/") || path === "/" || path.length > pathCharsMax) continue;
      n += Number(this.#sql.add.run(agent, session, path).changes);
    }
  }

  has({ agent, session }: SessionKey, path: string): boolean {
    for (let folder = path; folder !== "/" && folder !== "."; folder = dirname(folder))
      if (this.#sql.has.get(agent, session, folder) !== undefined) return true;
    return false;
  }

  forget({ agent, session }: SessionKey): void {
    this.#sql.forget.run(agent, session);
  }
}
