import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../kit/canonical.ts";
import type { Clock } from "../kit/clock.ts";
import { limits } from "../protocol/limits.ts";
import type { Decider, Opinion } from "./types.ts";

/** Remembered answers; one more forgets the oldest, which only means that the decider is asked again. */
const rememberedMax = 4_096;

interface Remembered {
  readonly opinion: Opinion;
  /** The turn that it ends with. */
  readonly turn: string | undefined;
  readonly untilMs: number;
}

/**
 * Remembers what a decider decided for longer than once, as its scope says: `turn` for the same call in the same turn, `session` for the
 * same call in the session, at most `sessionGrantAgeMsMax`. The same call is the same tool with the same input, exactly.
 */
export function remembering(decider: Decider, clock: Clock): Decider {
  const remembered = new Map<string, Remembered>();
  const keyOf = (...parts: readonly Json[]) => createHash("sha256").update(canonicalJson(parts)).digest("base64");
  return {
    name: decider.name,
    decide(question) {
      const { session, turn, tool, input } = question;
      const keys = { turn: keyOf("turn", session, turn, tool, input), session: keyOf("session", session, tool, input) };
      for (const key of [keys.turn, keys.session]) {
        const known = remembered.get(key);
        if (known !== undefined && clock.monotonicMs() < known.untilMs) return known.opinion;
        remembered.delete(key);
      }
      const opinion = decider.decide(question);
      if (opinion.say !== "release" || opinion.scope === "once") return opinion;
      const ends = opinion.scope === "turn" ? turn : undefined;
      const untilMs = clock.monotonicMs() + limits.sessionGrantAgeMsMax;
      remembered.set(keys[opinion.scope], { opinion, turn: ends, untilMs });
      if (remembered.size > rememberedMax) remembered.delete(remembered.keys().next().value as string);
      return opinion;
    },
    turnEnded(turn) {
      for (const [key, known] of remembered) if (known.turn === turn) remembered.delete(key);
    },
  };
}
