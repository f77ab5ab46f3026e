/**
 * Deciders: who has a say in a tool call besides policy, as nexo's clients know it. It owns the one small interface (`types.ts`) and the
 * deciders that implement it: policy alone (the default, everywhere), the operator, deny-all, a model, and for tests allow-all and a script.
 *
 * A decider is asked before policy judges and gives an opinion; policy judges every call nevertheless, and each verdict is an entry. So
 * a decider can be stricter, and those that release can release a hold; none can turn a deny. Those that release without a person
 * exist only in a home that was made for tests, because a frame on the socket proves nobody's identity. What is decided for a turn or a
 * session is remembered for exactly that, bounded. A model can only be
 * stricter, sees redacted calls only, and what it costs and says is entered. Only the model asks a network, at the address that the person chose.
 */
import { allowAll, denyAll, operatorDecider, policyDecider } from "./fixed.ts";
import type { Clock } from "../kit/clock.ts";
import { remembering } from "./remembered.ts";
import { scripted } from "./scripted.ts";
import { type Decider, type DeciderName, releasing } from "./types.ts";

export { createModelDecider, type ModelDecider, ModelSettings } from "./model.ts";
export { deciderNames } from "./types.ts";
export type { Decider, Opinion, Question } from "./types.ts";

/**
 * @param home    what kind of home this is: `releasing` deciders are for tests
 * @param script  the text of the script, for `scripted`
 * @throws Error  in a sentence for the person
 */
export function createDecider(
  name: DeciderName,
  { test, script, clock }: { readonly test: boolean; readonly script: string | undefined; readonly clock: Clock },
): Decider {
  if (releasing.includes(name) && !test)
    throw new Error(
      `The decider "${name}" answers without a person, so it exists only in a home that was made for tests: signalbox --home DIR up --test`,
    );
  switch (name) {
    case "policy":
      return policyDecider;
    case "operator":
      return operatorDecider;
    case "deny-all":
      return denyAll;
    case "allow-all":
      return allowAll;
    case "scripted":
      if (script === undefined) throw new Error('The decider "scripted" needs a script: set nexo.script to its path.');
      return remembering(scripted(script), clock);
  }
}
