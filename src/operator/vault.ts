import { randomBytes } from "node:crypto";
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
 * nonce is good once, for the operation that it was asked for, within `challengeMsMax`; at most `challengesMax` wait, and one more drops
 * the oldest. Nonces live in memory: a daemon that was started anew asks for new ones.
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
  const waiting = new Map<string, { readonly op: string; readonly untilMs: number }>();
  const row = () => get.get() as Row | undefined;

  return {
    get locked() {
      return row() !== undefined;
    },
    challenge(op) {
      const secret = row();
      if (secret === undefined) return { locked: false, nonce: "", salt: "", params: kdf };
      while (waiting.size >= limits.challengesMax) waiting.delete(waiting.keys().next().value as string);
      const nonce = randomBytes(nonceBytes).toString("hex");
      waiting.set(nonce, { op, untilMs: clock.monotonicMs() + limits.challengeMsMax });
      return { locked: true, nonce, salt: secret.salt, params: kdf };
    },
    async prove(op, { nonce, proof }) {
      const secret = row();
      const asked = waiting.get(nonce);
      waiting.delete(nonce);
      const why =
        secret === undefined
          ? "no passphrase is set"
          : asked === undefined
            ? "this nonce was never given, or was used already"
            : clock.monotonicMs() > asked.untilMs
              ? `this nonce is older than ${limits.challengeMsMax / 1_000} s`
              : asked.op !== op
                ? `this nonce was given for another operation (${asked.op})`
                : provesPassphrase(secret.public_key, { nonce, op, proof })
                  ? undefined
                  : "the proof is not that of the passphrase";
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
