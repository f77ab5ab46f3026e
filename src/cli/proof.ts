import type { Client } from "../client/index.ts";
import { passphraseKey } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import { readSecret } from "./secret.ts";

export interface Proof {
  readonly nonce: string;
  readonly proof: string;
}

/** Answers a fresh nonce, since typing may have taken longer than one lasts. */
export async function proofOf(client: Client, word: string, passphrase: string): Promise<Proof> {
  const { nonce, salt } = await client.call("operator/challenge", { op: word });
  const key = await passphraseKey(passphrase, salt);
  return { nonce, proof: key.prove(nonce, word) };
}

/**
 * Makes a call that may need the operator's passphrase: where it does, it is asked for at the terminal and the call made again with its proof.
 * @param word  what the proof is made for, one of `provedWords`
 */
export async function proving<T>(client: Client, word: string, call: (proof?: Proof) => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "PROOF_NEEDED" || process.stdin.isTTY !== true) throw error;
    process.stderr.write(`${error.message}\n`);
    return call(await proofOf(client, word, await readSecret("Passphrase: ", { fromInput: false })));
  }
}
