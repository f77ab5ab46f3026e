import type { Vault } from "../operator/index.ts";
import type { Handlers } from "../protocol/handlers.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Presence } from "./presence.ts";

type PassphraseHandlers = Pick<Handlers, "operator/challenge" | "operator/passphrase" | "operator/passphrase-remove">;

/** A person must be there to set or take away the passphrase, and must know the one that it replaces. */
export function passphraseHandlers(vault: Vault, presence: Presence): PassphraseHandlers {
  return {
    "operator/challenge": async ({ op }) => vault.challenge(op),
    "operator/passphrase": async ({ publicKey, salt, proof }, call) => {
      const by = await presence.forOperation("Setting the passphrase", call);
      if (vault.locked) {
        if (proof === undefined) throw needsOld();
        await vault.prove("operator/passphrase", proof);
      }
      await vault.set({ publicKey, salt }, by);
      return { locked: true as const };
    },
    "operator/passphrase-remove": async ({ proof }, call) => {
      const by = await presence.forOperation("Removing the passphrase", call);
      await vault.prove("operator/passphrase-remove", proof);
      await vault.remove(by);
      return { locked: false as const };
    },
  };
}

const needsOld = () =>
  new Refusal(
    "NOT_PERMITTED",
    "A passphrase is set already; changing it takes a proof of that one.",
    "signalbox operator passphrase set",
  );
