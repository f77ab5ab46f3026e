import { Refusal } from "../protocol/refusals.ts";
import { storeFaultOf } from "../store/index.ts";

/** Why the ledger can't be used, in sentences that end in the next command. All are LEDGER_UNAVAILABLE, so every verdict is deny. */
export const recoverHint = "signalbox ledger recover";

/** Keys, anchors or tables don't fit together: somebody changed something, and a person has to look. */
export function unfit(what: string): Refusal {
  return new Refusal(
    "LEDGER_UNAVAILABLE",
    `${what} Nothing is allowed until that is settled.`,
    `signalbox ledger verify, then: ${recoverHint}`,
  );
}

export function outsideWriter(cause: unknown): Refusal {
  return new Refusal(
    "LEDGER_UNAVAILABLE",
    "Another process wrote to the ledger's tables, so nothing more is recorded and nothing is allowed.",
    `signalbox ledger verify, then: ${recoverHint}`,
    { cause },
  );
}

export function databaseReplaced(path: string): Refusal {
  return new Refusal(
    "LEDGER_UNAVAILABLE",
    `${path} was deleted or replaced while the daemon ran, so nothing that is recorded would last and nothing is allowed.`,
    `put it back and: signalbox restart; or: signalbox down && ${recoverHint}`,
  );
}

export function closing(): Refusal {
  return new Refusal("LEDGER_UNAVAILABLE", "The ledger is closed because the daemon is stopping.", "signalbox up");
}

/** Any fault as a refusal. Its `cause` is a StoreFault when the disk is to blame and trying again can help. */
export function refusalOf(error: unknown, path: string): Refusal {
  if (error instanceof Refusal) return error;
  const cause = storeFaultOf(error, path);
  if (cause !== undefined) return new Refusal("LEDGER_UNAVAILABLE", cause.message, cause.hint, { cause });
  const why = (error as Error).message;
  return new Refusal(
    "LEDGER_UNAVAILABLE",
    `The ledger can't be used (${why}), so nothing is allowed.`,
    "signalbox doctor",
    { cause: error },
  );
}
