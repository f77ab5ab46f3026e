import { argon2, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

/**
 * Proof of a passphrase that never leaves the caller: seed = argon2id v1.3 (passphrase, salt, 32 bytes), an Ed25519 key of that seed, and a
 * signature under it of `context || nonce || 0x1f || op`. The daemon keeps the public key and the salt. The form is kintsugi's, so that its
 * clients' proofs hold here. Sources: RFC 9106 (argon2id), RFC 8032 (Ed25519), RFC 8410 (the keys' DER).
 */
const context = Buffer.from("kintsugi.admin.settings.v1");

/** The operation words that a proof is made for, where what is asked can't be undone or loosens what is guarded. */
export const provedWords = {
  release: (hold: string) => `hold/decide:${hold}`,
  mode: (mode: string) => `policy/mode:${mode}`,
  trust: "policy/trust",
  stop: "daemon/stop",
} as const;

/** KiB, passes and lanes, in the words that kintsugi's clients read. */
export const kdf = { m_cost: 19_456, t_cost: 2, p_cost: 1 } as const;
export const saltBytes = 16;
export const nonceBytes = 24;
/** In characters: what argon2id can't make up for. */
export const passphraseCharsMin = 8;

const seedBytes = 32;
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex");
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** What a passphrase and a salt make. Hold it no longer than a proof needs. */
export interface PassphraseKey {
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  /** @param nonce  hex, as the daemon gave it  @returns hex, 64 bytes */
  prove(nonce: string, op: string): string;
}

/** @param salt  hex */
export async function passphraseKey(passphrase: string, salt: string): Promise<PassphraseKey> {
  const seed = await new Promise<Buffer>((resolve, reject) => {
    const parameters = {
      message: passphrase,
      nonce: Buffer.from(salt, "hex"),
      parallelism: kdf.p_cost,
      tagLength: seedBytes,
      memory: kdf.m_cost,
      passes: kdf.t_cost,
    };
    argon2("argon2id", parameters, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
  return keyOfSeed(seed);
}

/** @param seed  32 bytes */
export function keyOfSeed(seed: Buffer): PassphraseKey {
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(publicPrefix.length);
  return {
    publicKey: publicKey.toString("hex"),
    prove: (nonce, op) => sign(null, messageOf(nonce, op), key).toString("hex"),
  };
}

/** Whether this proves that its maker knew the passphrase behind the public key. All but `op` are hex; what is none proves nothing. */
export function provesPassphrase(
  publicKey: string,
  { nonce, op, proof }: { nonce: string; op: string; proof: string },
): boolean {
  if (!/^[0-9a-f]{128}$/i.test(proof)) return false;
  const key = createPublicKey({
    key: Buffer.concat([publicPrefix, Buffer.from(publicKey, "hex")]),
    format: "der",
    type: "spki",
  });
  return verify(null, messageOf(nonce, op), key, Buffer.from(proof, "hex"));
}

function messageOf(nonce: string, op: string): Buffer {
  return Buffer.concat([context, Buffer.from(nonce, "hex"), Buffer.from([0x1f]), Buffer.from(op)]);
}
