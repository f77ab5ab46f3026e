import type { Json } from "../kit/canonical.ts";
import { canonicalJson } from "../kit/canonical.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Statements } from "./rows.ts";
import type { MemoryOptions } from "./types.ts";

const knobsMax = 64;
const valueCharsMax = 4_096;

/** A profile of named values, as clients of iai keep it. Secrets are taken out of texts before they are stored. */
export class Knobs {
  readonly #options: MemoryOptions;
  readonly #sql: Statements;

  constructor(options: MemoryOptions, sql: Statements) {
    this.#options = options;
    this.#sql = sql;
  }

  all(): Readonly<Record<string, Json>> {
    const rows = this.#sql.knobs.all() as { knob: string; value: string }[];
    return Object.fromEntries(rows.map(({ knob, value }) => [knob, JSON.parse(value) as Json]));
  }

  /** @throws Refusal INVALID_PARAMS  the name is no knob's; TOO_LARGE the value is, or there are too many */
  async set(knob: string, value: Json): Promise<void> {
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(knob))
      throw new Refusal("INVALID_PARAMS", `"${knob.slice(0, 64)}" is no knob's name: those are a-z, 0-9 and _.`);
    const text = canonicalJson(typeof value === "string" ? this.#options.redact(value) : value);
    if (text.length > valueCharsMax)
      throw new Refusal("TOO_LARGE", `The value of ${knob} is over ${valueCharsMax} characters.`);
    await this.#options.store.durably(() => {
      const known = this.#sql.knobs.all() as { knob: string }[];
      if (known.length >= knobsMax && !known.some((other) => other.knob === knob))
        throw new Refusal("TOO_LARGE", `There are ${known.length} knobs, which is the limit.`);
      this.#sql.setKnob.run(knob, text, this.#options.clock.nowMs());
      this.#options.write({ kind: "memory/profile-set", payload: { knob } });
    });
  }
}
