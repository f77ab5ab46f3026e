import { Refusal } from "../protocol/refusals.ts";
import type { statements } from "./statements.ts";
import type { SessionKey, SessionName } from "./types.ts";

/** Finds sessions of all time by what a person types. */
export class Finder {
  readonly #sql;

  constructor(sql: Pick<ReturnType<typeof statements>, "byId" | "byPrefix" | "search">) {
    this.#sql = sql;
  }

  /** @throws Refusal NOT_FOUND, CONFLICT */
  resolve({ session, agent }: SessionName): SessionKey {
    const exact = this.#sql.byId.all(session, agent ?? null) as unknown as SessionKey[];
    const found =
      exact.length > 0 ? exact : (this.#sql.byPrefix.all(session, agent ?? null) as unknown as SessionKey[]);
    const [first, ...more] = found;
    const shown = JSON.stringify(session);
    if (first === undefined)
      throw new Refusal(
        "NOT_FOUND",
        `There is no session ${shown}${agent === undefined ? "" : ` of ${agent}`}.`,
        "signalbox session list --ended",
      );
    if (more.length === 0) return first;
    const sameId = more.every((other) => other.session === first.session);
    throw new Refusal(
      "CONFLICT",
      sameId
        ? `${found.map((key) => key.agent).join(" and ")} each have a session ${shown}.`
        : `${shown} is the beginning of ${found.length > 8 ? "more than 8" : found.length} sessions: ${found
            .slice(0, 4)
            .map((key) => JSON.stringify(key.session))
            .join(", ")}${found.length > 4 ? "…" : ""}.`,
      sameId ? `Name one: --agent ${first.agent}` : "Type more of the id.",
    );
  }

  search(query: string, limit: number): SessionKey[] {
    const pattern = `%${query.replaceAll(/[\\%_]/g, (char) => `\\${char}`)}%`;
    return this.#sql.search.all(pattern, limit) as unknown as SessionKey[];
  }
}
