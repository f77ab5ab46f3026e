import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { SteppedClock } from "../kit/stepped-clock.ts";
import { limits } from "../protocol/limits.ts";
import { keyOfSeed } from "../protocol/passphrase.ts";
import { openStore } from "../store/index.ts";
import { createVault, vaultMigrations } from "./index.ts";

const by = { proof: "presence" };
const salt = "00".repeat(16);

async function openVault() {
  const store = openStore({ path: ":memory:", migrations: vaultMigrations });
  const clock = new SteppedClock();
  const entries: { kind: string; payload: object }[] = [];
  const vault = createVault({ store, clock, write: (entry) => entries.push(entry) });
  const key = keyOfSeed(randomBytes(32));
  await vault.set({ publicKey: key.publicKey, salt }, by);
  return { vault, clock, entries, key, [Symbol.asyncDispose]: () => store.close() };
}

test("without a passphrase there is nothing to prove, and nothing is proved", async () => {
  await using opened = await openVault();
  const { vault, key } = opened;
  await vault.remove(by);
  assert.deepEqual(vault.challenge("shutdown"), {
    locked: false,
    nonce: "",
    salt: "",
    params: { m_cost: 19_456, t_cost: 2, p_cost: 1 },
  });
  await assert.rejects(
    vault.prove("shutdown", { nonce: "", proof: key.prove("", "shutdown") }),
    /no passphrase is set/,
  );
});

test("a nonce is good once, for its operation, for a minute", async () => {
  await using opened = await openVault();
  const { vault, clock, key, entries } = opened;
  const proofFor = (op: string, nonce = vault.challenge(op).nonce) => ({ nonce, proof: key.prove(nonce, op) });
  assert.match(vault.challenge("shutdown").nonce, /^[0-9a-f]{48}$/);
  const good = proofFor("shutdown");
  await vault.prove("shutdown", good);
  await assert.rejects(vault.prove("shutdown", good), /used already/);
  const other = proofFor("other");
  await assert.rejects(vault.prove("shutdown", other), /given for another operation/);
  await vault.prove("other", other);
  const wrong = { ...proofFor("shutdown"), proof: "00".repeat(64) };
  await assert.rejects(vault.prove("shutdown", wrong), /not that of the passphrase/);
  await assert.rejects(vault.prove("shutdown", proofFor("shutdown", wrong.nonce)), /used already/);
  const late = proofFor("shutdown");
  clock.advance(limits.challengeMsMax + 1);
  await assert.rejects(vault.prove("shutdown", late), /older than 60 s/);
  assert.equal(entries.filter(({ kind }) => kind === "operator/proof-refused").length, 5);
});

test("whoever asks for nonces without end, or spoils them, takes nobody's away", async () => {
  await using opened = await openVault();
  const { vault, key } = opened;
  const { nonce } = vault.challenge("op");
  const proof = { nonce, proof: key.prove(nonce, "op") };
  for (let count = 0; count <= limits.challengesMax; count += 1)
    await assert.rejects(vault.prove("op", { nonce: vault.challenge("op").nonce, proof: "" }), /not that/);
  await vault.prove("op", proof);
  for (let count = 0; count <= limits.challengesMax; count += 1)
    await assert.rejects(vault.prove("op", { nonce: vault.challenge("op").nonce, proof: "" }), /not that/);
  await assert.rejects(vault.prove("op", proof), /used already/);
});

test("what was never given is refused, whatever it looks like", async () => {
  await using opened = await openVault();
  const { vault, key } = opened;
  const { nonce } = vault.challenge("op");
  const changed = `${nonce.slice(0, -1)}${nonce.endsWith("0") ? "1" : "0"}`;
  for (const wrong of ["", "zz", changed, `${nonce}00`, nonce.toUpperCase().replace(/^[0-9]+$/, "")])
    await assert.rejects(vault.prove("op", { nonce: wrong, proof: key.prove(wrong, "op") }), /never/);
});

test("a changed passphrase leaves the old one without force", async () => {
  await using opened = await openVault();
  const { vault, key, entries } = opened;
  const next = keyOfSeed(randomBytes(32));
  const { nonce } = vault.challenge("op");
  await vault.set({ publicKey: next.publicKey, salt }, by);
  await assert.rejects(vault.prove("op", { nonce, proof: key.prove(nonce, "op") }), /not that of the passphrase/);
  const second = vault.challenge("op").nonce;
  await vault.prove("op", { nonce: second, proof: next.prove(second, "op") });
  assert.deepEqual(entries[1], {
    kind: "operator/passphrase-set",
    payload: { publicKey: next.publicKey, replaced: key.publicKey, by },
  });
});
