import { type Proof, proofOf } from "../../client/index.ts";
import { Refusal } from "../../protocol/refusals.ts";
import { stopped } from "../../protocol/words.ts";
import type { Desk } from "./desk.ts";

/**
 * Makes a call that may need the operator's passphrase: where it does, it is asked for on the board and the call made again with its proof.
 * @param word  what the proof is made for, one of `provedWords`
 * @returns undefined when the person went back
 */
export async function proving<T>(
  { client, dialogs }: Pick<Desk, "client" | "dialogs">,
  word: string,
  call: (proof?: Proof) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "PROOF_NEEDED") throw error;
    const answer = await dialogs.ask(`${stopped(error.message)} Passphrase:`, {
      secret: true,
      hint: "It does not leave this board. Enter takes it, Esc goes back",
    });
    return answer === undefined ? undefined : call(await proofOf(client(), word, answer.text));
  }
}
