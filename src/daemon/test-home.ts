import type { Ledger } from "../ledger/index.ts";
import type { Store } from "../store/index.ts";
import { ConfigFault } from "./config.ts";

/** The second entry of a ledger, right after the one that opens it: no other place can be claimed later. */
const markSeq = 1;
const markKind = "home/made-for-tests";

/**
 * Whether this home was made for tests. The mark is the second entry of its ledger, which only a new home can still get, and which the signed
 * checkpoints vouch for like every other entry.
 * @param wanted  `up --test`: marks a new home
 * @throws ConfigFault  the home is there already and was not made for tests
 */
export function isTestHome(ledger: Ledger, store: Store, wanted: boolean): boolean {
  const { entries } = ledger.status();
  if (entries === markSeq && wanted) store.atOnce(() => ledger.write({ kind: markKind, payload: {} }));
  const marked = ledger
    .list({ after: markSeq - 1, limit: 1 })
    .some(({ seq, kind }) => seq === markSeq && kind === markKind);
  if (wanted && !marked)
    throw new ConfigFault(
      "This home was not made for tests, and only a new one can be. Choose another: signalbox --home DIR up --test",
    );
  return marked;
}
