import type { Client } from "./connect.ts";

export interface Proof {
  readonly nonce: string;
  readonly proof: string;
}

/**
 * Proof that its maker knows the operator's passphrase, which never leaves this process. A fresh nonce is answered, since typing may
 * have taken longer than one lasts.
 * @param word  what the proof is made for, one of `provedWords`
 */
export async function proofOf(client: Client, word: string, passphrase: string): Promise<Proof> {
  const { nonce, salt } = await client.call("operator/challenge", { op: word });
  // Read only where it is needed: most callers are short-lived and never prove anything.
  const { passphraseKey } = await import("../protocol/passphrase.ts");
  const key = await passphraseKey(passphrase, salt);
  return { nonce, proof: key.prove(nonce, word) };
}
