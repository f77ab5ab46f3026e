/** `untrusted`: content of strangers was read. `secret`: a secret was read. `kept`: after that, something was written that a push would carry. */
export type Leg = "untrusted" | "secret" | "kept";

/** What one call brings (or brought) to a session. */
export interface Step {
  readonly leg: Leg;
  /** In words, as the effect's `what`. */
  readonly what: string;
  /** A local file that was read: no leg if the session made it itself. */
  readonly path?: string | undefined;
}

/** The steps of a session so far, oldest first, each with its ledger entry; the first few of each leg are kept. */
export type Trail = readonly { readonly leg: Leg; readonly what: string; readonly entry: number }[];
