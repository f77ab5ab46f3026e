import { type Client, type Proof, proofOf } from "../client/index.ts";
import { Refusal } from "../protocol/refusals.ts";
import { readSecret } from "./secret.ts";

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
