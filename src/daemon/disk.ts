import { Refusal } from "../protocol/refusals.ts";
import { StoreFault } from "../store/index.ts";

/** A disk that can't be written is an expected error, with what to do: whoever asked reads that instead of INTERNAL. Anything else is a bug. */
export function diskRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof StoreFault)) return undefined;
  return new Refusal("LEDGER_UNAVAILABLE", error.message, error.hint, { cause: error });
}
