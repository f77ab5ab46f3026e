import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Json } from "../kit/canonical.ts";
import type { Clock } from "../kit/clock.ts";
import { limits } from "../protocol/limits.ts";
import { kdf, nonceBytes, provesPassphrase } from "../protocol/passphrase.ts";
import { Refusal } from "../protocol/refusals.ts";
import type { Migration, Store } from "../store/index.ts";

export const vaultMigrations: readonly Migration[] = [
  {
    room: "vault",
    version: 1,
    sql: `
      CREATE TABLE operator_vault (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        public_key TEXT NOT NULL CHECK (length(public_key) = 64),
        salt TEXT NOT NULL CHECK (length(salt) = 32),
        set_at_ms INTEGER NOT NULL
      ) STRICT;
    `,
  },
];

/** What a caller needs to make a proof; without a passphrase `locked` is false and there is nothing to prove. */
export interface Challenge {
  readonly locked: boolean;
  /** Hex, 24 bytes; empty when not locked. */
  readonly nonce: string;
  /** Hex, 16 bytes; empty when not locked. */
  readonly salt: string;
  readonly params: typeof kdf;
}

export interface PassphraseProof {
  readonly nonce: string;
  readonly proof: string;
}

/**
 * The operator's passphrase, proof of level 2 (DESIGN section 11): its salt and the public key of what it makes, never the passphrase. A
 * nonce is good once, for the operation that it was asked for, within `challengeMsMax`. Nothing is kept of one until a proof comes for it, so
 * whoever asks for nonces without end takes nobody's away. A daemon that was started anew knows none of the one before.
 */
export interface Vault {
  readonly locked: boolean;
  challenge(op: string): Challenge;
  /**
   * Takes a proof for the operation; the nonce is gone whatever comes of it, and a wrong proof is entered.
   * @throws Refusal NOT_PERMITTED
   */
  prove(op: string, proof: PassphraseProof): Promise<void>;
  /** Puts a passphrase in the place of the one before. */
  set(secret: { readonly publicKey: string; readonly salt: string }, by: Readonly<Record<string, Json>>): Promise<void>;
  remove(by: Readonly<Record<string, Json>>): Promise<void>;
}

export interface VaultPorts {
  readonly store: Pick<Store, "db" | "durably">;
  readonly clock: Clock;
  readonly write: (entry: { kind: string; payload: Record<string, Json> }) => unknown;
}

interface Row {
  readonly public_key: string;
  readonly salt: string;
}

export function createVault({ store, clock, write }: VaultPorts): Vault {
  const get = store.db.prepare("SELECT public_key, salt FROM operator_vault");
  const put = store.db.prepare("INSERT OR REPLACE INTO operator_vault VALUES (1, ?, ?, ?)");
  const drop = store.db.prepare("DELETE FROM operator_vault");
  const nonces = new Nonces(clock);
  const row = () => get.get() as Row | undefined;

  return {
    get locked() {
      return row() !== undefined;
    },
    challenge(op) {
      const secret = row();
      if (secret === undefined) return { locked: false, nonce: "", salt: "", params: kdf };
      return { locked: true, nonce: nonces.make(op), salt: secret.salt, params: kdf };
    },
    async prove(op, { nonce, proof }) {
      const secret = row();
      const why =
        secret === undefined
          ? "no passphrase is set"
          : nonces.take(op, nonce, () => provesPassphrase(secret.public_key, { nonce, op, proof }));
      if (why === undefined) return;
      await store.durably(() => write({ kind: "operator/proof-refused", payload: { op, why } }));
      throw new Refusal(
        "NOT_PERMITTED",
        `The proof for ${op} does not hold: ${why}.`,
        "Ask for a new nonce and try again.",
      );
    },
    set: ({ publicKey, salt }, by) =>
      store.durably(() => {
        const before = row();
        put.run(publicKey, salt, clock.nowMs());
        write({ kind: "operator/passphrase-set", payload: { publicKey, replaced: before?.public_key ?? null, by } });
      }),
    remove: (by) =>
      store.durably(() => {
        drop.run();
        write({ kind: "operator/passphrase-removed", payload: { by } });
      }),
  };
}

const stampBytes = 6;
const randomPartBytes = 6;

/** Nonces that vouch for themselves: when, a random part, and a MAC of both and the operation under a key of this run. */
class Nonces {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** Those for which a proof came, good ones and others apart: only who knows the passphrase can fill the first. */
  readonly #used = new Map<string, number>();
  readonly #spoilt = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  make(op: string): string {
    const head = Buffer.alloc(stampBytes + randomPartBytes);
    head.writeUIntBE(Math.floor(this.#clock.monotonicMs()), 0, stampBytes);
    randomBytes(randomPartBytes).copy(head, stampBytes);
    return Buffer.concat([head, this.#mac(op, head)]).toString("hex");
  }

  /** @returns why it is not taken; a nonce that met a proof is gone, whatever came of it */
  take(op: string, nonce: string, proves: () => boolean): string | undefined {
    const bytes = Buffer.from(nonce, "hex");
    const head = bytes.subarray(0, stampBytes + randomPartBytes);
    if (bytes.length !== nonceBytes || bytes.toString("hex") !== nonce) return "this nonce was never given";
    if (!timingSafeEqual(bytes.subarray(head.length), this.#mac(op, head)))
      return "this nonce was given for another operation, or never";
    const now = this.#clock.monotonicMs();
    for (const [used, untilMs] of this.#used) if (untilMs < now) this.#used.delete(used);
    const untilMs = head.readUIntBE(0, stampBytes) + limits.challengeMsMax;
    if (now > untilMs) return `this nonce is older than ${limits.challengeMsMax / 1_000} s`;
    if (this.#used.has(nonce) || this.#spoilt.has(nonce)) return "this nonce was used already";
    if (this.#used.size >= limits.challengesMax) return "too many proofs came within a minute";
    if (proves()) {
      this.#used.set(nonce, untilMs);
      return undefined;
    }
    this.#spoilt.add(nonce);
    if (this.#spoilt.size > limits.challengesMax) this.#spoilt.delete(this.#spoilt.values().next().value as string);
    return "the proof is not that of the passphrase";
  }

  #mac(op: string, head: Buffer): Buffer {
    const mac = createHmac("sha256", this.#key).update(head).update(op).digest();
    return mac.subarray(0, nonceBytes - head.length);
  }
}
